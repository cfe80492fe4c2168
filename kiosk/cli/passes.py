"""`kiosk passes`: make a pass for somebody."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from kiosk import bootstrap
from kiosk.cli.output import Format, FormatOption, show
from kiosk.cli.signin import signed_in
from kiosk.cli.usage import print_help, wrong
from kiosk.errors import SetupError

app = typer.Typer(help="Passes of group members.", invoke_without_command=True, callback=print_help)
_NAME = "The first name to greet with."
_USER = "Your login; it needs the role facilitator."
_LANGUAGE = "Language of the visits, such as en or zh."
_OUTPUT = "Save the code in a new file, .png or .svg."


@app.command()
def issue(
    name: Annotated[str, typer.Option(metavar="NAME", help=_NAME)],
    user: Annotated[str, typer.Option(metavar="LOGIN", help=_USER)],
    language: Annotated[str, typer.Option(metavar="CODE", help=_LANGUAGE)] = "en",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help=_OUTPUT)
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make a pass; its digits are shown once and kept nowhere.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    first_name = _checked(name, language, output)
    # The file is made first: a pass whose code cannot be saved is not issued.
    from kiosk.cli.files import new_private_file

    with nullcontext() if output is None else new_private_file(output) as file:
        with signed_in(user) as (_kiosk, access, staff):
            made = access.roster_desk(staff).issue_pass(first_name, language)
        if file is not None and output is not None:
            file.write(_picture(made.digits, output.suffix))
    row = {"name": made.name, "digits": made.digits, "file": output and output.absolute()}
    columns = ("name", "digits") if output is None and form is Format.TABLE else tuple(row)
    show([row], form, columns=columns, empty="")


@app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List the sample passes of a demo; a clinic's cannot be listed."""
    from kiosk.cli.sample_folder import listed

    rows = [one._asdict() for one in listed(bootstrap.data_dir(demo=True))]
    if not rows:
        raise SetupError("Only a demo has passes to list; make one with `kiosk demo --prepare`.")
    show(rows, form, columns=("name", "digits", "picture"), empty="")


def _checked(name: str, language: str, output: Path | None) -> str:
    """Return the cleaned name; refuses options that will not do."""
    from kiosk.content.assets import is_language_code
    from kiosk.domain.names import Name, check_name

    checked = check_name(name)
    if not isinstance(checked, Name):
        raise wrong("--name", "a kiosk cannot greet with it; a nickname is fine")
    if not is_language_code(language):
        raise wrong("--language", "it must be a code such as en or zh")
    if output is not None and output.suffix not in (".png", ".svg"):
        raise wrong("--output", "it must end in .png or .svg")
    return checked.text


def _picture(digits: str, suffix: str) -> bytes:
    """Draw a code for print: PNG or SVG."""
    from kiosk.content.qrcodes import matrix
    from kiosk.content.qrfiles import png, svg

    modules = matrix(digits, level="Q", numeric=True)
    return png(modules) if suffix == ".png" else svg(modules).encode()
