"""`kiosk content`: what visitors read, in each language."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.arguments import absolute
from kiosk.cli.output import write
from kiosk.cli.usage import Noun, Verb, print_help, wrong

if TYPE_CHECKING:
    from kiosk.content.helplines import Helplines

app = typer.Typer(
    cls=Noun,
    help="What visitors read, in each language.",
    invoke_without_command=True,
    callback=print_help,
)


@app.command(cls=Verb)
def card(
    language: Annotated[
        str, typer.Argument(metavar="LANG", help="Its code: en, zh, ms, ta or another.")
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new PDF.")],
) -> None:
    """Write a card in one language for the counter and the wall.

    Two A4 pages: what peer support is and how staff arrange a call, and whom to turn to at once.
    The numbers are the clinic's own where it has published a list.
    """
    from kiosk.content.assets import ENGLISH
    from kiosk.content.languages import find_language
    from kiosk.content.translations import languages
    from kiosk.exports.language_card import CardNames, language_card
    from kiosk.exports.writing import new_private_file

    offered = {one.code for one in languages()}
    if language not in offered:
        codes = ", ".join(sorted(offered))
        raise wrong("LANG", f"there are texts in {codes} alone")
    known = find_language(language)
    review = "" if language == ENGLISH else "not yet checked by a native reviewer"
    names = CardNames(known.name, known.own_name, known.by_phone, review)
    pages = language_card(language, names, _helplines(language))
    path = absolute(file) or file
    with new_private_file(path) as made:
        made.write(pages)
    write(f"{path}: two pages to print. Ring each number before you hang them up.")


def _helplines(language: str) -> "Helplines":
    """Return the list that visitors see here; the shipped one where there is no clinic."""
    from kiosk.bootstrap.data_folder import data_dir, find_link, has_database
    from kiosk.bootstrap.kiosk import open_kiosk
    from kiosk.content.helplines import helplines
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.helplines import read_published

    folder = data_dir()
    if not has_database(folder) and find_link(folder) is None:
        return helplines(language, SystemClock().now().astimezone().date())
    kiosk = open_kiosk(folder)
    try:
        published = read_published(kiosk.store, kiosk.site)
        today = kiosk.clock.now().astimezone(kiosk.site.zone).date()
    finally:
        kiosk.store.close()
    return helplines(language, today, published=published)
