"""The template of all catalogues holds every sentence of the screens, in a form to translate."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from kiosk.content.languages import known_languages
from kiosk.content.reviews import NOT_CHECKED
from kiosk.content.translations import fields_of
from tests.support.extract import (
    CHECKOUT,
    SOURCES,
    TEMPLATE,
    catalogues,
    collect,
    read_catalogue,
    sentences_of,
    template,
    update,
)
from tests.support.invented import CODE, add_language

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


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The catalogues of translators, and one that is made up, so that there is always one."""
    with pytest.MonkeyPatch.context() as patch:
        assets = add_language(tmp_path_factory.mktemp("texts"), patch)
    return (*catalogues(), assets / "locale" / CODE / "LC_MESSAGES" / "kiosk.po")


def test_catalogues_are_up_to_date(written: tuple[Path, ...], tmp_path: Path) -> None:
    """Run `python -m tests.support.extract` when this fails."""
    for path in written:
        copy = tmp_path / "kiosk.po"
        copy.write_bytes(path.read_bytes())
        update(copy, collect())
        assert _entries(copy) == _entries(path), path
        assert _said(copy.with_suffix(".mo")) == _said(path.with_suffix(".mo")), path


def _entries(path: Path) -> dict[tuple[object, object], tuple[object, bool]]:
    return {
        (one.context, one.id): (one.string, one.fuzzy) for one in read_catalogue(path) if one.id
    }


def _said(path: Path) -> dict[tuple[object, object], object]:
    with path.open("rb") as file:
        # All but the head, which names the version of Babel.
        return {(one.context, str(one.id)): one.string for one in read_mo(file) if one.id}


def test_a_new_sentence_comes_in_empty_and_a_changed_one_fuzzy(
    written: tuple[Path, ...], tmp_path: Path
) -> None:
    path = tmp_path / "kiosk.po"
    path.write_bytes(written[-1].read_bytes())
    sentences = collect()
    sentences.add("Nothing like any other sentence at all, zyx.")
    sentences.delete("You are welcome. How would you like to come in?")
    sentences.add("You are welcome. How would you like to come in today?")
    update(path, sentences)
    new = read_catalogue(path)
    fresh = new.get("Nothing like any other sentence at all, zyx.")
    changed = new.get("You are welcome. How would you like to come in today?")
    assert fresh is not None
    assert changed is not None
    assert (fresh.string, fresh.fuzzy) == ("", False)
    assert changed.fuzzy
    assert changed.string == "«You are welcome. How would you like to come in?»"
    assert "You are welcome. How would you like to come in?" not in new
    assert NOT_CHECKED in new.header_comment
    assert (None, changed.id) not in _said(path.with_suffix(".mo"))


def _compiled(path: Path) -> list[Message]:
    """The messages of a catalogue that visitors see: what is fuzzy is not among them."""
    return [message for message in read_catalogue(path) if not message.fuzzy]


def _forms(message: Message) -> tuple[str, ...]:
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def test_translations_have_the_places_of_the_english(written: tuple[Path, ...]) -> None:
    for path in written:
        for message in _compiled(path):
            forms = _forms(message)
            ids = (message.id,) if isinstance(message.id, str) else message.id
            for form in forms:
                if message.id and form:
                    assert fields_of(form) == fields_of(ids[-1]), (path, message.id)


def test_plurals_have_every_form_of_their_language(written: tuple[Path, ...]) -> None:
    for path in written:
        catalogue = read_catalogue(path)
        plurals = [one for one in _compiled(path) if not isinstance(one.id, str)]
        assert plurals
        for message in plurals:
            forms = _forms(message)
            assert len(forms) == catalogue.num_plurals, (path, message.id)
            assert all(forms) or not any(forms), (path, message.id)


def test_what_nobody_has_checked_says_so_at_its_head(written: tuple[Path, ...]) -> None:
    for path in written:
        assert NOT_CHECKED in read_catalogue(path).header_comment, path
    content = CHECKOUT / "assets" / "content"
    for language in known_languages():
        for article in (content / language.code).glob("*.md") if language.code != "en" else ():
            assert article.read_text(encoding="utf-8").startswith(f"<!-- {NOT_CHECKED} -->"), (
                article
            )


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
