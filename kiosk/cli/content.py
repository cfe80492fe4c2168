"""`kiosk content`: the languages of the screens, and who has checked them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.bootstrap.data_folder import data_dir
from kiosk.cli.arguments import absolute
from kiosk.cli.output import Format, FormatOption, OutputOption, show, write
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.health import describe_review, describe_wholeness
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.content.helplines import Helplines
    from kiosk.content.languages import Language

app = typer.Typer(
    cls=Noun, help="Languages of the screens.", invoke_without_command=True, callback=print_help
)
LanguageArgument = Annotated[
    str, typer.Argument(metavar="LANG", help="A language by its code, such as zh.")
]
_COLUMNS = ("code", "language", "offered", "in_english", "review")


@app.command("list")
def list_languages(form: FormatOption = Format.TABLE) -> None:
    """List which are offered, and who has checked them."""
    from kiosk.content.assets import ENGLISH, assets_dir
    from kiosk.content.languages import read_languages
    from kiosk.content.reviews import examine_language, read_reviews

    reviews, rows = read_reviews(data_dir()), []
    for language in read_languages(assets_dir()):
        state = examine_language(language.code, reviews)
        is_english = language.code == ENGLISH
        rows.append(
            {
                "code": language.code,
                "language": language.name,
                "offered": "no" if state.held_back else "yes",
                "in_english": "" if is_english else describe_wholeness(state),
                "review": "" if is_english else describe_review(state),
            }
        )
    show(rows, form, columns=_COLUMNS, empty="")


@app.command("page", cls=Verb)
def write_page(language: LanguageArgument, output: OutputOption = None) -> None:
    """Write a page for a native reviewer.

    It has each sentence with its English and its screen, crisis and consent first, and room for
    the reviewer's words. A browser shows and prints it; nothing of the clinic is in it.
    """
    from kiosk.exports.writing import new_private_file

    wanted = _translated(language)
    path = _new_file(wanted.code, absolute(output))
    with new_private_file(path) as file:
        file.write(_make_page(wanted).encode())
    write(f"Written: {path}")


def _make_page(language: "Language") -> str:
    import asyncio

    from kiosk.content.articles import all_texts
    from kiosk.content.assets import ENGLISH
    from kiosk.content.helplines import helplines_in_force
    from kiosk.content.reviews import read_sentences
    from kiosk.exports.review_page import Screen, format_review_page
    from kiosk.ui.visitor.gallery import draw_gallery

    code = language.code
    lines = [
        (" · ".join(one.texts[ENGLISH]), " · ".join(one.texts.get(code, ("Missing.",))))
        for one in helplines_in_force().entries
    ]
    articles = zip(all_texts(ENGLISH), all_texts(code), strict=True)
    screens = [Screen(*one) for one in asyncio.run(draw_gallery(code))]
    return format_review_page(language, read_sentences(code), articles, lines, screens)


@app.command("review", cls=Verb)
def keep_review(
    language: LanguageArgument,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who has read all of it.")],
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="When; else today."),
    ] = None,
) -> None:
    """Keep that a native reviewer has checked a language.

    It counts until a text of that language changes; `kiosk doctor` asks for the next one then.
    """
    from kiosk.content.reviews import LONGEST_NAME, Review, digest_texts, write_review
    from kiosk.domain.text import clean

    wanted, today = _translated(language), datetime.now(UTC).astimezone().date()
    day, name = today if on is None else on.date(), clean(by, LONGEST_NAME).strip()
    if not name:
        raise wrong("--by", "it is empty; who has read the texts?")
    if day > today:
        raise wrong("--on", f"{day} is to come")
    folder = data_dir()
    if not folder.is_dir():
        raise SetupError(f"There is no clinic in {folder} yet; make one with `kiosk init`.")
    write_review(folder, wanted.code, Review(name, day, digest_texts(wanted.code)))
    write(f"Kept: {wanted.name} was checked by {name} on {day}.")


@app.command("card", cls=Verb)
def write_card(
    language: LanguageArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new PDF.")],
) -> None:
    """Write a card in a language for the counter and the wall.

    Two A4 pages: what peer support is and how staff arrange a call, and whom to turn to at once.
    The numbers are the clinic's own where it has published a list.
    """
    from kiosk.content.assets import ENGLISH
    from kiosk.content.languages import find_language
    from kiosk.content.reviews import examine_language, read_reviews
    from kiosk.content.translations import languages
    from kiosk.exports.paper.language_card import CardNames, language_card
    from kiosk.exports.writing import new_private_file

    offered = [one.code for one in languages()]
    if language not in offered:
        raise wrong("LANG", f"there are texts in {', '.join(offered)} alone")
    known, review = find_language(language), ""
    if language != ENGLISH:
        review = describe_review(examine_language(language, read_reviews(data_dir())))
    names = CardNames(known.name, known.own_name, known.by_phone, review)
    pages = language_card(language, names, _helplines(language))
    path = absolute(file) or file
    with new_private_file(path) as made:
        made.write(pages)
    write(f"{path}: two pages to print. Ring each number before you hang them up.")


def _helplines(language: str) -> "Helplines":
    """Return the list that visitors see here; the shipped one where there is no clinic."""
    from kiosk.bootstrap.data_folder import find_link, has_database
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


def _translated(code: str) -> "Language":
    """Return a language that there is something to review of."""
    from kiosk.content.assets import ENGLISH, assets_dir
    from kiosk.content.languages import read_languages
    from kiosk.content.translations import catalogue_path

    known = {one.code: one for one in read_languages(assets_dir())}
    if code not in known or code == ENGLISH:
        others = ", ".join(one for one in known if one != ENGLISH)
        raise wrong("LANG", f"it is one of {others}")
    if not catalogue_path(code).is_file():
        raise NotDone(f"{known[code].name} has no catalogue yet; see `kiosk guide languages`.")
    return known[code]


def _new_file(code: str, output: Path | None) -> Path:
    """Return the path of the page: `output`, else a new one in the exports folder."""
    from kiosk.exports.writing import exports_folder

    if output is not None:
        return output
    at = datetime.now(UTC).astimezone()
    return exports_folder(data_dir()) / f"review-{code}-{at:%Y-%m-%d-%H%M%S}.html"
