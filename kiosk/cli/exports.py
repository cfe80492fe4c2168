"""What the export commands share: the format, the file, and how far it is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.output import write
from kiosk.reports.exporting import Form

if TYPE_CHECKING:
    from kiosk.reports.exporting import Exported
    from kiosk.reports.tables import ExportContext

FormOption = Annotated[
    Form | None,
    typer.Option("--format", help="What to write; else as FILE ends, else a workbook."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="A new file; else one in the exports folder."
    ),
]


def form_of(form: Form | None, output: Path | None) -> Form:
    """Return the format that was asked for, or that the file's name says."""
    if form is not None or output is None:
        return form or Form.XLSX
    name = output.name.lower()
    # The longest ending first: .fhir.json is no plain .json.
    known = sorted(Form, key=lambda one: -len(one.suffix))
    return next((one for one in known if name.endswith(one.suffix)), Form.XLSX)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """Lend what is told how many of how many are done: a bar, where a terminal can show it."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def report(written: "Exported", nouns: tuple[str, str], context: "ExportContext") -> None:
    """Print the file's path for a program, and for people what is in it (one, several)."""
    write(str(written.path))
    kept = f"; it is deleted after {context.delete_by}" if context.delete_by else ""
    noun = nouns[written.rows != 1]
    sys.stderr.write(f"{written.rows} {noun} written{kept}.\n")
