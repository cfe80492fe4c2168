"""Collect every sentence of the screens, and bring all catalogues up to date.

Run `python -m tests.support.extract` after a sentence or a translation has been changed. It writes
assets/locale/kiosk.pot, takes new sentences into every kiosk.po (empty, or marked fuzzy where they
read like one before), and compiles every kiosk.mo. With a code, as in
`python -m tests.support.extract id`, it begins the catalogue of that language.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kiosk.content.languages import find_language
from kiosk.content.reviews import NOT_CHECKED

CHECKOUT = Path(__file__).parents[2]
TEMPLATE = CHECKOUT / "assets" / "locale" / "kiosk.pot"
SOURCES = ("kiosk/content", "kiosk/ui")
CALLS = {"_": "m", "gettext": "m", "_n": "mm", "ngettext": "mm", "_p": "cm", "pgettext": "cm"}
"""What holds a sentence, and what its first arguments are: m a message, c a context."""

_NOTE = "# Translators: "
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""A fixed date, so that the file changes only when a sentence does."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One call that shows a sentence, as it stands in the source."""

    line: int
    call: str
    """The last part of what is called, for example _ of `self._(…)`."""
    arguments: tuple[str | None, ...]
    """As many as the call needs; None where one is no string constant."""
    note: str
    """A `# Translators:` comment on the line above, or empty."""


def sentences_of(source: str) -> Iterator[Sentence]:
    """Yield the calls of `source` (Python) that hold sentences.

    Babel's own reader of Python sees no call inside an f-string before Python 3.12.
    """
    lines = ["", *(line.strip() for line in source.splitlines())]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (call := called_name(node)) in CALLS:
            above = lines[node.lineno - 1]
            note = above.removeprefix(_NOTE) if above.startswith(_NOTE) else ""
            arguments = tuple(map(_literal, node.args[: len(CALLS[call])]))
            yield Sentence(node.lineno, call, arguments, note)


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called, or empty."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def collect() -> Catalog:
    """Return the template of all catalogues as the code stands now."""
    catalogue = Catalog(project="kiosk", version="1", creation_date=_NO_DATE)
    for folder in SOURCES:
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            place = path.relative_to(CHECKOUT).as_posix()
            for sentence in sentences_of(path.read_text(encoding="utf-8")):
                _add(catalogue, place, sentence)
    return catalogue


def _add(catalogue: Catalog, place: str, sentence: Sentence) -> None:
    roles = CALLS[sentence.call]
    texts = [text for text in sentence.arguments if text]
    if len(texts) != len(roles):
        return
    context = texts.pop(0) if roles[0] == "c" else None
    notes = [sentence.note] if sentence.note else []
    message = tuple(texts) if len(texts) > 1 else texts[0]
    catalogue.add(message, None, [(place, sentence.line)], auto_comments=notes, context=context)


def _literal(node: ast.expr) -> str | None:
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) else None


def template() -> str:
    """Return the text of the template."""
    file = BytesIO()
    write_po(file, collect(), width=0, sort_output=True, include_lineno=False, omit_header=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return header + file.getvalue().decode("utf-8")


def catalogues(locale: Path = TEMPLATE.parent) -> list[Path]:
    """Return the catalogues that translators write, by their languages."""
    return sorted(locale.glob("*/LC_MESSAGES/kiosk.po"))


def read_catalogue(path: Path) -> Catalog:
    """Return a catalogue as it is written."""
    with path.open(encoding="utf-8") as file:
        return read_po(file)


def update(path: Path, sentences: Catalog) -> None:
    """Take new sentences into a catalogue, drop those that are gone, and compile it."""
    catalogue = read_catalogue(path)
    # The remarks of a catalogue's own head, which the template has none of.
    head = catalogue.header_comment
    catalogue.update(sentences)
    catalogue.header_comment = head
    write(path, catalogue)
    compile_catalogue(path)


def write(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue, one line a sentence, in the order of the English."""
    with path.open("wb") as file:
        write_po(
            file, catalogue, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True
        )


def compile_catalogue(path: Path) -> None:
    """Write kiosk.mo beside a kiosk.po; what is fuzzy stays out."""
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_catalogue(path))


def begin(code: str, locale: Path = TEMPLATE.parent) -> Path:
    """Begin the catalogue of a language with no translation in it; return where it stands."""
    language = find_language(code)
    catalogue = Catalog(
        locale=language.locale.split("_", maxsplit=1)[0],
        project="kiosk",
        version="1",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        fuzzy=False,
        header_comment=f"# {language.name} for the kiosk.\n#\n# {NOT_CHECKED}",
    )
    path = locale / code.replace("-", "_") / "LC_MESSAGES" / "kiosk.po"
    path.parent.mkdir(parents=True)
    write(path, catalogue)
    return path


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
    for new in sys.argv[1:]:
        begin(new)
    for each in catalogues():
        update(each, collect())
