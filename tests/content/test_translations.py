"""Texts: English is the code's own sentences; others fall back to it, but for what is vital.

A language is data: an entry in the table, a catalogue, helplines, articles.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from hypothesis import given
from hypothesis import strategies as st

from kiosk.content.languages import Language, known_languages
from kiosk.content.translations import (
    SAFETY_CONTEXTS,
    Texts,
    held_back,
    languages,
    safety_messages,
    translated_languages,
)
from kiosk.errors import SetupError
from tests.support.extract import TEMPLATE

HELPLINES = """
verified_on = 2026-11-23
review_by = 2027-05-23
[[line]]
id = "staff"
[line.en]
name = "Staff"
note = "Ask us."
[line.ms]
name = "Kakitangan"
note = "Tanya kami."
[line.zh]
name = "职员"
note = "问我们。"
"""

Entry = tuple[str | None, str | tuple[str, str], str | tuple[str, str]]
MALAY: list[Entry] = [
    (None, "Help now", "Bantuan sekarang"),
    ("crisis", "Call 995", "Telefon 995"),
    ("consent", "Yes, call me", "Ya, telefon saya"),
    (None, "We will call {number}.", "Kami akan telefon {number}."),
    (None, ("{count} person", "{count} people"), ("{count} orang", "{count} orang-orang")),
]
TABLE = """
[en]
own_name = "English"
name = "English"
voice = "en"
[zh]
own_name = "中文"
name = "Mandarin"
locale = "zh_Hans_SG"
[ms]
own_name = "Melayu"
name = "Malay"
locale = "ms_SG"
"""


def _catalogue(language: str, entries: list[Entry], *, fuzzy: str = "") -> Catalog:
    catalogue = Catalog(locale=language)
    for context, message, translation in entries:
        flags = ("fuzzy",) if message == fuzzy else ()
        catalogue.add(message, translation, context=context, flags=flags)
    return catalogue


def _install(assets: Path, language: str, entries: list[Entry], *, fuzzy: str = "") -> Path:
    folder = assets / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "kiosk.mo").open("wb") as file:
        write_mo(file, _catalogue(language, entries, fuzzy=fuzzy))
    return folder / "kiosk.mo"


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """An assets folder with a template and helplines, but no translation yet."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "helplines.toml").write_text(HELPLINES, encoding="utf-8")
    (tmp_path / "languages.toml").write_text(TABLE, encoding="utf-8")
    template = Catalog()
    for context, message, _ in MALAY:
        template.add(message, context=context)
    with (tmp_path / "locale" / "kiosk.pot").open("wb") as file:
        write_po(file, template, width=0)
    return tmp_path


def test_english_is_what_the_code_says() -> None:
    texts = Texts("en")
    assert texts.gettext("Help now") == "Help now"
    assert texts.pgettext("crisis", "Call 995") == "Call 995"
    assert texts.ngettext("{count} person", "{count} people", 1) == "{count} person"
    assert texts.ngettext("{count} person", "{count} people", 0) == "{count} people"


def test_translations_are_used_where_they_exist(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    texts = Texts("ms", assets)
    assert texts.gettext("Help now") == "Bantuan sekarang"
    assert texts.pgettext("crisis", "Call 995") == "Telefon 995"
    assert texts.gettext("Never translated") == "Never translated"


def test_the_empty_message_never_shows_a_header(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    assert Texts("ms", assets).gettext("") == ""


@pytest.mark.parametrize("language", ["ta", "../ms", "", "en-SG", "\x1b[2J"])
def test_unknown_language_is_english(assets: Path, language: str) -> None:
    _install(assets, "ms", MALAY)
    assert Texts(language, assets).gettext("Help now") == "Help now"


@pytest.mark.parametrize("damage", [b"", b"no catalogue at all", b"\xde\x12\x04\x95" * 9])
def test_damaged_catalogue_is_english_and_not_offered(assets: Path, damage: bytes) -> None:
    _install(assets, "ms", MALAY).write_bytes(damage)
    assert Texts("ms", assets).gettext("Help now") == "Help now"
    assert codes(assets) == ["en"]


def codes(assets: Path, published: str = "") -> list[str]:
    return [language.code for language in languages(assets, published)]


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_no_damage_to_a_catalogue_stops_a_visit(place: int, damage: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = _install(Path(folder), "ms", MALAY)
        whole = path.read_bytes()
        place %= len(whole)
        path.write_bytes(whole[:place] + damage + whole[place + len(damage) :])
        texts = Texts("ms", Path(folder))
        assert texts.gettext("We will call {number}.").format(number="1")
        assert texts.pgettext("crisis", "Call 995")
        assert texts.ngettext("{count} person", "{count} people", 3).format(count=3)


def test_languages_are_named_in_themselves_and_ordered_as_in_the_table(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    _install(assets, "zh", [("crisis", "Call 995", "电"), ("consent", "Yes, call me", "是")])
    assert [one.own_name for one in languages(assets)] == ["English", "中文", "Melayu"]
    assert languages(assets)[1] == Language("zh", "中文", "Mandarin", "zh_Hans_SG")


@pytest.mark.parametrize("missing", ["Call 995", "Yes, call me"])
def test_language_without_a_vital_sentence_is_not_offered(
    assets: Path, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    _install(assets, "ms", [entry for entry in MALAY if entry[1] != missing])
    assert codes(assets) == ["en"]
    assert f"sentence '{missing}' is missing" in caplog.text
    assert len(held_back("ms", assets)) == 1


def test_fuzzy_counts_as_missing(assets: Path) -> None:
    _install(assets, "ms", MALAY, fuzzy="Call 995")
    assert Texts("ms", assets).pgettext("crisis", "Call 995") == "Call 995"
    assert codes(assets) == ["en"]


@pytest.mark.parametrize("missing", ["Help now", ("{count} person", "{count} people")])
def test_any_other_missing_sentence_is_english_and_holds_nothing_back(
    assets: Path, missing: str | tuple[str, str]
) -> None:
    _install(assets, "ms", [entry for entry in MALAY if entry[1] != missing])
    assert codes(assets) == ["en", "ms"]


@pytest.mark.parametrize(
    "broken", ["Kami {nombor}.", "Kami telefon.", "{number!r}", "{number:9}", "{number", "{}"]
)
def test_other_places_to_fill_in_are_english_and_logged(
    assets: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    _install(assets, "ms", [(None, "We will call {number}.", broken), *MALAY[1:3]])
    texts = Texts("ms", assets)
    assert texts.gettext("We will call {number}.") == "We will call {number}."
    assert codes(assets) == ["en", "ms"]
    assert "We will call {number}." in caplog.text or broken in _SEEN
    _SEEN.add(broken)


_SEEN = set[str]()
"""What was logged in this process, where each is logged once."""


def test_a_broken_plural_is_the_english_one_that_fits(assets: Path) -> None:
    people = ("{count} person", "{count} people")
    _install(assets, "ms", [(None, people, ("{n} orang", "{n} orang"))])
    assert Texts("ms", assets).ngettext(*people, 1) == "{count} person"
    assert Texts("ms", assets).ngettext(*people, 2) == "{count} people"


def test_a_vital_sentence_with_a_broken_place_holds_the_language_back(assets: Path) -> None:
    entries = [(c, m, "Telefon {x}" if m == "Call 995" else t) for c, m, t in MALAY]
    _install(assets, "ms", entries)
    assert codes(assets) == ["en"]
    assert Texts("ms", assets).pgettext("crisis", "Call 995") == "Call 995"


def test_language_without_helplines_is_not_offered(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    without = HELPLINES.replace("[line.ms]", "[line.fr]").replace("2026-11", "2026-12", 1)
    assert codes(assets) == ["en", "ms"]
    assert codes(assets, without) == ["en"]
    assert held_back("ms", assets, without) == ("the helplines are not written in it",)


def test_language_that_the_table_lacks_is_not_offered(assets: Path) -> None:
    _install(assets, "ta", MALAY)
    assert codes(assets) == ["en"]


def test_names_for_the_first_screen_read_no_catalogue(assets: Path) -> None:
    _install(assets, "ms", MALAY).write_bytes(b"unread")
    assert [one.code for one in translated_languages(assets)] == ["en", "ms"]


def test_without_the_template_nobody_knows_what_would_be_missing(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    (assets / "locale" / "kiosk.pot").write_text("", encoding="utf-8")
    with pytest.raises(SetupError):
        safety_messages(assets)
    assert codes(assets) == ["en"]


def test_vital_sentences_are_those_of_the_template() -> None:
    with TEMPLATE.open(encoding="utf-8") as file:
        vital = {(one.context, one.id) for one in read_po(file) if one.context in SAFETY_CONTEXTS}
    assert set(safety_messages(TEMPLATE.parents[1])) == vital
    assert len(vital) >= 4


def test_shipped_languages_start_with_english() -> None:
    assert languages()[0].code == "en"
    assert [one.code for one in known_languages()][:4] == ["en", "zh", "ms", "ta"]
