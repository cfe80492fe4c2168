"""Texts: English is the code's own sentences; other languages fall back to it, never halfway."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from kiosk.content.translations import Language, Texts, languages

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
    ("language", "English", "Melayu"),
    (None, "Help now", "Bantuan sekarang"),
    ("crisis", "Call 995", "Telefon 995"),
    ("consent", "Yes, call me", "Ya, telefon saya"),
    (None, ("{count} person", "{count} people"), ("{count} orang", "{count} orang-orang")),
]
DESK = "Sign out"
"""What no visitor reads."""


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
    template = Catalog()
    for context, message, _ in MALAY:
        template.add(message, context=context)
    template.add(DESK, locations=[("kiosk/ui/desk/screen.py", 1)])
    with (tmp_path / "locale" / "kiosk.pot").open("wb") as file:
        write_po(file, template)
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
    assert languages(assets) == (Language("en", "English"),)


def test_languages_are_named_in_themselves_and_ordered(assets: Path) -> None:
    _install(assets, "ms", MALAY)
    chinese: list[Entry] = [
        (context, message, "中文" if context == "language" else "是")
        if isinstance(message, str)
        else (context, message, ("是", "是"))
        for context, message, _ in MALAY
    ]
    _install(assets, "zh", chinese)
    assert languages(assets) == (
        Language("en", "English"),
        Language("zh", "中文"),
        Language("ms", "Melayu"),
    )


@pytest.mark.parametrize("missing", ["English", "Call 995", "Yes, call me"])
def test_language_without_a_vital_sentence_is_not_offered(assets: Path, missing: str) -> None:
    _install(assets, "ms", [entry for entry in MALAY if entry[1] != missing])
    assert languages(assets) == (Language("en", "English"),)


def test_fuzzy_counts_as_missing(assets: Path) -> None:
    _install(assets, "ms", MALAY, fuzzy="Call 995")
    assert Texts("ms", assets).pgettext("crisis", "Call 995") == "Call 995"
    assert languages(assets) == (Language("en", "English"),)


@pytest.mark.parametrize("missing", ["Help now", ("{count} person", "{count} people")])
def test_language_without_a_sentence_of_the_screens_is_not_offered(
    assets: Path, missing: str | tuple[str, str]
) -> None:
    """Half a language would lead into English."""
    _install(assets, "ms", [entry for entry in MALAY if entry[1] != missing])
    assert languages(assets) == (Language("en", "English"),)


def test_language_may_say_a_word_as_english_does_and_lack_what_staff_read(assets: Path) -> None:
    entries = [(c, m, m if m == "Help now" else t) for c, m, t in MALAY]
    _install(assets, "ms", [entry for entry in entries if entry[1] != DESK])
    assert Language("ms", "Melayu") in languages(assets)


def test_language_without_helplines_is_not_offered(assets: Path) -> None:
    tamil: list[Entry] = [
        (context, message, "தமிழ்") for context, message, _ in MALAY if isinstance(message, str)
    ]
    _install(assets, "ta", tamil)
    assert languages(assets) == (Language("en", "English"),)


def test_shipped_languages_start_with_english() -> None:
    assert languages()[0] == Language("en", "English")
