"""Collect every sentence of the screens into assets/locale/kiosk.pot.

Run `python -m tests.support.extract` after a sentence has been added or changed.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

CHECKOUT = Path(__file__).parents[2]
TEMPLATE = CHECKOUT / "assets" / "locale" / "kiosk.pot"
SOURCES = ("kiosk/content", "kiosk/ui")
CALLS = {"_": "m", "gettext": "m", "_n": "mm", "ngettext": "mm", "_p": "cm", "pgettext": "cm"}
"""What holds a sentence, and what its first arguments are: m a message, c a context."""

_NOTE = "# Translators: "
_OWN_NAME_NOTE = "The name of your language in itself, for example 中文."
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


def template() -> str:
    """Return the template of all catalogues as the code stands now."""
    catalogue = Catalog(project="kiosk", version="1", creation_date=_NO_DATE)
    for folder in SOURCES:
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            place = path.relative_to(CHECKOUT).as_posix()
            for sentence in sentences_of(path.read_text(encoding="utf-8")):
                _add(catalogue, place, sentence)
    catalogue.add("English", context="language", auto_comments=[_OWN_NAME_NOTE])
    return _written(catalogue)


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


def _written(catalogue: Catalog) -> str:
    file = BytesIO()
    write_po(file, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return header + file.getvalue().decode("utf-8")


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
