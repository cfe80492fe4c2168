"""What a visitor can read: Markdown files, one folder a language."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.content.assets import ENGLISH, assets_dir, is_language_code, read_text
from kiosk.errors import SetupError

_WORDS_A_MINUTE = 180
_NUMBERED = re.compile(r"\d\d-(?P<slug>.+)")
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
    with `# Title`. Raises SetupError where one cannot be read.
    """
    content = (assets or assets_dir()) / "content"
    files = sorted((content / ENGLISH).glob("[0-9][0-9]-*.md"))
    return tuple(_article(_in_language(content, language, file.name)) for file in files)


@cache
def page(language: str, slug: str, assets: Path | None = None) -> Article:
    """Return a page that stands by itself, such as what-we-keep; raises SetupError without it."""
    content = (assets or assets_dir()) / "content"
    return _article(_in_language(content, language, f"{slug}.md"))


def _in_language(content: Path, language: str, name: str) -> Path:
    translated = content / language / name
    if is_language_code(language) and translated.is_file():
        return translated
    return content / ENGLISH / name


def _article(path: Path) -> Article:
    first, _, body = read_text(path).partition("\n")
    title = first.removeprefix("# ").strip()
    if not first.startswith("# ") or not title:
        raise SetupError(f"The article {path} must start with a line '# Title'.")
    numbered = _NUMBERED.fullmatch(path.stem)
    slug = numbered["slug"] if numbered else path.stem
    minutes = max(1, round(len(_WORD.findall(body)) / _WORDS_A_MINUTE))
    return Article(slug, title, minutes, body.strip())
