"""`kiosk passes`: make a pass for somebody."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from kiosk import bootstrap
from kiosk.cli.demo import INDEX
from kiosk.cli.output import Format, show
from kiosk.cli.signin import signed_in
from kiosk.errors import SetupError

app = typer.Typer(help="Passes of group members.", no_args_is_help=True)


@app.callback()
def passes() -> None:
    """Passes of group members."""


@app.command()
def issue(
    name: Annotated[str, typer.Option(help="The first name to greet with.")],
    user: Annotated[str, typer.Option(help="Your login; a facilitator's.")],
    language: Annotated[str, typer.Option(help="Language of the visits, such as en or zh.")] = "en",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Save the code as FILE.png or FILE.svg.")
    ] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Make a pass; its digits are shown once and kept nowhere."""
    from kiosk.domain.names import Name, check_name

    checked = check_name(name)
    if not isinstance(checked, Name):
        raise typer.BadParameter("is no name that a kiosk can greet with; a nickname is fine.")
    save = _saver(output) if output is not None else None
    with signed_in(user) as (_kiosk, access, staff):
        made = access.roster_desk(staff).issue_pass(checked.text, language)
    if save is not None:
        save(made.digits)
    row = {"name": made.name, "digits": made.digits, "file": output}
    show([row], form, columns=tuple(row), empty="")


@app.command("list")
def list_(form: Annotated[Format, typer.Option("--format")] = Format.TABLE) -> None:
    """List the sample passes of a demo; a clinic's passes cannot be listed."""
    index = bootstrap.data_dir(demo=True) / INDEX
    if not index.exists():
        raise SetupError("Only a demo has passes to list; make one with `kiosk demo --prepare`.")
    rows = json.loads(index.read_text(encoding="utf-8"))
    show(rows, form, columns=("name", "digits", "picture"), empty="")


def _saver(path: Path) -> Callable[[str], None]:
    """Return what saves a pass at `path`, a new file that only its owner may read."""
    from kiosk.content.qrcodes import matrix
    from kiosk.content.qrfiles import png, svg

    if path.suffix not in (".png", ".svg"):
        raise typer.BadParameter("The output must end in .png or .svg.")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be made ({error.strerror}); name a new file in a folder of yours."
        ) from None

    def save(digits: str) -> None:
        modules = matrix(digits, level="Q", numeric=True)
        with os.fdopen(handle, "wb") as file:
            file.write(png(modules) if path.suffix == ".png" else svg(modules).encode())

    return save
