"""What a visitor can read: articles in Markdown, and material to take home on a phone."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code, read_text
from kiosk.domain.text import clean, place_in_toml
from kiosk.errors import SetupError

_WORDS_A_MINUTE = 180
_CALLING_NUMBER = "<!-- calling number -->"
_NUMBERED = re.compile(r"\d\d-(?P<slug>.+)")
_REMARKS = re.compile(r"\A(?:\s*<!--.*?-->)+\s*", re.DOTALL)
"""Comments before the title, for example who has checked the translation."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
"""One Chinese character or one run of other letters."""


@dataclass(frozen=True, slots=True)
class Article:
    """One text to read."""

    slug: str
    """Its name in the code, the same in every language, for example groups."""
    title: str
    minutes: int
    """How long it takes to read, at least 1."""
    markdown: str
    """The text under the title; the title itself is not in it."""


@cache
def articles(language: str, assets: Path | None = None) -> tuple[Article, ...]:
    """Return all articles in the order of their file names, each in English where it must be.

    The files are `content/<language>/NN-slug.md` in `assets` (else the folder shipped) and start
    with `# Title`; comments `<!-- … -->` may stand above it. Raises SetupError where one cannot
    be read.
    """
    content = (assets or assets_dir()) / "content"
    files = sorted((content / ENGLISH).glob("[0-9][0-9]-*.md"))
    return tuple(_article(_in_language(content, language, file.name)) for file in files)


@cache
def page(language: str, slug: str, assets: Path | None = None) -> Article:
    """Return a page that stands by itself, such as what-we-keep; raises SetupError without it."""
    content = (assets or assets_dir()) / "content"
    return _article(_in_language(content, language, f"{slug}.md"))


def all_texts(language: str) -> tuple[Article, ...]:
    """Return all articles and the pages that stand by themselves, in the order of their names."""
    content = assets_dir() / "content"
    files = sorted((content / ENGLISH).glob("*.md"))
    return tuple(_article(_in_language(content, language, file.name)) for file in files)


def find_article(language: str, slug: str) -> Article:
    """Return an article, or else a page that stands by itself, by its slug."""
    found = {article.slug: article for article in articles(language)}
    return found.get(slug) or page(language, slug)


def fill_in(markdown: str, calling_number: str) -> str:
    """Return an article's text with the sentence on which number will ring, where it has a place.

    The place is a line `<!-- calling number -->`; without a sentence it is left out.
    """
    return markdown.replace(_CALLING_NUMBER, calling_number)


def _in_language(content: Path, language: str, name: str) -> Path:
    translated = content / language / name
    if is_language_code(language) and translated.is_file():
        return translated
    return content / ENGLISH / name


def _article(path: Path) -> Article:
    first, _, body = _REMARKS.sub("", read_text(path)).partition("\n")
    title = first.removeprefix("# ").strip()
    if not first.startswith("# ") or not title:
        raise SetupError(f"The article {path} must start with a line '# Title'.")
    numbered = _NUMBERED.fullmatch(path.stem)
    slug = numbered["slug"] if numbered else path.stem
    minutes = max(1, round(len(_WORD.findall(body)) / _WORDS_A_MINUTE))
    return Article(slug, title, minutes, body.strip())


LONGEST_ADDRESS = 62
"""What a QR code of version 4, level M, holds in bytes (ISO/IEC 18004); screens draw no larger."""


@dataclass(frozen=True, slots=True)
class TakeHome:
    """One booklet or page, for the visitor's own phone."""

    title: str
    size: str
    """As published, for example "PDF, 458 KB"; empty where it is not known."""
    url: str
    language: str = ""
    """The language that it alone is for; empty where it is for everybody."""
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Its titles in other languages, by code."""

    def title_in(self, language: str) -> str:
        """Return its title in a language, or the one for all."""
        return self.titles.get(language, self.title)


@dataclass(frozen=True, slots=True)
class Booklets:
    """All items of a file, those without an address too."""

    path: Path
    items: tuple[TakeHome, ...]


def take_home(entries: Iterable[Mapping[str, object]]) -> tuple[TakeHome, ...]:
    """Return the items that have an address, in the order of `entries`.

    Each entry holds `title`, `size` and `url`, maybe `language` and titles under other languages'
    codes. Raises SetupError where a title is missing, a language is no code, or an address is not
    https, is too long or holds more than plain characters.
    """
    return tuple(item for item in map(_take_home_item, entries) if item.url)


def take_home_for(items: Iterable[TakeHome], language: str) -> tuple[TakeHome, ...]:
    """Return what is for a visitor of `language`, what is in that language alone first."""
    own = [item for item in items if item.language in ("", language)]
    return tuple(sorted(own, key=lambda item: not item.language))


def read_take_home(path: Path) -> tuple[TakeHome, ...]:
    """Return the items to show of a file such as config/take-home.toml (tables `[[item]]`).

    Raises SetupError where the file is missing or wrong.
    """
    return take_home(_read_entries(path))


def titles_without_address(path: Path) -> tuple[str, ...]:
    """Return the titles in such a file that are not shown, since they have no address."""
    return tuple(item.title for item in read_booklets(path).items if not item.url)


def read_booklets(path: Path) -> Booklets:
    """Return all that stands in such a file; SetupError where it is missing or wrong."""
    return Booklets(path, tuple(map(_take_home_item, _read_entries(path))))


def _read_entries(path: Path) -> list[Mapping[str, object]]:
    try:
        entries = tomllib.loads(read_text(path)).get("item", [])
    except (ValueError, RecursionError) as error:
        place = place_in_toml(str(error))
        raise SetupError(f"The file {path} is no valid TOML{place}; mend it.") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SetupError(f"The file {path} must hold its items as [[item]]; mend it.")
    return entries


_KEYS = frozenset({"title", "size", "url", "language"})


def _take_home_item(entry: Mapping[str, object]) -> TakeHome:
    title, size, url = (str(entry.get(key, "")).strip() for key in ("title", "size", "url"))
    if not title:
        raise SetupError("An item to take home has no title; give it one in take-home.toml.")
    if url:
        _check_address(title, url)
    language = str(entry.get("language", ""))
    if language and not is_language_code(language):
        raise SetupError(f"The language of '{title}' must be a code such as ta.")
    codes = sorted(key for key in entry if key not in _KEYS and is_language_code(key))
    titles = {code: clean(str(entry[code])) for code in codes}
    return TakeHome(title, size, url, language, titles)


def _check_address(title: str, url: str) -> None:
    if len(url) > LONGEST_ADDRESS:
        raise SetupError(
            f"The address of '{title}' has {len(url)} characters, at most {LONGEST_ADDRESS} fit;"
            " use a shorter one."
        )
    if not _is_https(url):
        raise SetupError(f"The address of '{title}' must be a plain https:// address.")


def _is_https(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
