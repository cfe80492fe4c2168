"""The template of all catalogues holds every sentence of the screens, in a form to translate."""

import re
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from tests.support.extract import CHECKOUT, SOURCES, TEMPLATE, sentences_of, template

_SHORT_FORMS = ("_", "_n", "_p")
_PERCENT = re.compile(r"%(?:\(|[sdrif])")

Forms = tuple[str, ...]


def _messages() -> list[Forms]:
    with TEMPLATE.open(encoding="utf-8") as file:
        ids = [message.id for message in read_po(file) if message.id]
    return [(one,) if isinstance(one, str) else tuple(one) for one in ids]


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_template_is_up_to_date() -> None:
    """Run `python -m tests.support.extract` when this fails."""
    assert TEMPLATE.read_text(encoding="utf-8") == template()


def test_sentences_are_constants() -> None:
    """A sentence put together at run time could never be translated."""
    built = [
        f"{path.relative_to(CHECKOUT)}:{sentence.line}"
        for folder in SOURCES
        for path in (CHECKOUT / folder).rglob("*.py")
        for sentence in sentences_of(path.read_text(encoding="utf-8"))
        if sentence.call in _SHORT_FORMS and None in sentence.arguments
    ]
    assert built == []


def test_placeholders_are_named() -> None:
    messages = _messages()
    assert messages
    for forms in messages:
        names = [_names(form) for form in forms]
        assert all(name.isidentifier() for found in names for name in found), forms
        assert all(found == names[-1] for found in names), forms
        assert not any(_PERCENT.search(form) for form in forms), forms


def test_sentences_hold_no_markup() -> None:
    assert [forms for forms in _messages() if "[" in "".join(forms)] == []


@pytest.mark.parametrize("text", ["Room {}", "Room {0}", "Room {room.name}"])
def test_other_placeholders_are_noticed(text: str) -> None:
    assert not all(name.isidentifier() for name in _names(text))


SOURCE = """
class Screen:
    def _(self, message):
        return message
    def compose(self):
        # Translators: a button
        yield Label(self._("Help"))
        yield f"{self._('Inside')} · {self._n('{n} day', '{n} days', 2)}"
        yield Label(_p("crisis", "Call " "995"), self._(self.title))
"""


def test_sentences_are_found_wherever_they_stand() -> None:
    assert {(one.call, one.arguments, one.note) for one in sentences_of(SOURCE)} == {
        ("_", ("Help",), "a button"),
        ("_", ("Inside",), ""),
        ("_n", ("{n} day", "{n} days"), ""),
        ("_p", ("crisis", "Call 995"), ""),
        ("_", (None,), ""),
    }
