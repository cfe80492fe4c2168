"""`kiosk guide`: the pages about the kiosk, in the terminal."""

import re
import sys
from enum import StrEnum
from typing import Annotated

import typer

from kiosk.cli.output import write
from kiosk.content.assets import assets_dir, read_text

_WIDEST = 100
"""Cells of a line of text."""
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
"""A link of Markdown: its text is the group, its address leads nowhere in a terminal."""


class Page(StrEnum):
    """The pages, in the order in which they are listed."""

    FIRST_HOUR = "first-hour"
    DESK = "desk"
    STAND = "stand"
    PRINTERS = "printers"
    SPEECH = "speech"
    MANY_KIOSKS = "many-kiosks"
    NOTICES = "notices"
    RIGHTS = "rights"
    LANGUAGES = "languages"
    CONFORMANCE = "conformance"
    PEOPLE = "people"
    ARCHITECTURE = "architecture"
    TESTS = "tests"
    CHANGELOG = "changelog"


def guide(
    page: Annotated[
        Page | None, typer.Argument(metavar="PAGE", help=f"One of {', '.join(Page)}.")
    ] = None,
) -> None:
    """Read about the kiosk, a page at a time.

    Without a page, the list of them and the first hour in a clinic.
    """
    if page is None:
        _print(f"{_list()}\n{_read(Page.FIRST_HOUR)}")
    else:
        _print(_read(page))


def _list() -> str:
    """Return the pages as a Markdown list, each with its first sentence."""
    lines = []
    for page in Page:
        _title, sentence, _rest = _read(page).split("\n\n", 2)
        lines.append(f"- `kiosk guide {page}`: {sentence}\n")
    return "".join(lines)


def _read(page: Page) -> str:
    """Return the page's Markdown; raises SetupError where its file is missing or damaged."""
    return read_text(assets_dir() / "guide" / f"{page}.md")


def _print(markdown: str) -> None:
    """Print Markdown: drawn where standard output is a terminal, else as it is."""
    if not sys.stdout.isatty():
        write(markdown)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.width = min(console.width, _WIDEST)
    with console.capture() as drawn:
        console.print(Markdown(_LINK.sub(r"\1", markdown), code_theme="bw"))
    write(drawn.get())
