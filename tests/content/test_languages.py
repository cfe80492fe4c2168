"""The one table of languages, and what becomes of it when it is wrong."""

from pathlib import Path

import pytest
from babel import Locale

from kiosk.content.languages import (
    Language,
    find_language,
    format_language,
    known_languages,
    language_options,
    read_languages,
)
from kiosk.content.shaping import needs_shaping
from kiosk.errors import SetupError


def test_the_shipped_table_knows_what_is_needed_of_each() -> None:
    for language in known_languages():
        assert language.own_name
        assert language.name.isascii()
        assert Locale.parse(language.locale).language == language.code
        assert language.voice
        assert language.is_shaped == needs_shaping(language.own_name)
        assert not needs_shaping(language.plain_name)
        assert language.by_phone or language.code == "en"


def test_staff_choose_by_english_names_and_keep_what_is_there() -> None:
    assert language_options()[:2] == (("en", "English"), ("zh", "Mandarin"))
    assert language_options("tlh")[-1] == ("tlh", "tlh")
    assert language_options("ms") == language_options()
    assert (format_language("ta"), format_language("tlh")) == ("Tamil", "tlh")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "en = 1",
        "[en",
        '[en]\nown_name = "English"',
        '[en]\nown_name = "English"\nname = "English"\nvoise = "en"',
        '[en]\nown_name = "English"\nname = 5',
        '[en]\nown_name = "\\u001b[2J"\nname = "English"',
        '[en]\nown_name = "E"\nname = "E"\nis_shaped = "no"',
        '["../x"]\nown_name = "E"\nname = "E"',
        '[ms]\nown_name = "Melayu"\nname = "Malay"',
    ],
)
def test_a_wrong_table_leaves_english(tmp_path: Path, text: str) -> None:
    (tmp_path / "languages.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"languages\.toml"):
        read_languages(tmp_path)
    assert [one.code for one in known_languages(tmp_path)] == ["en"]
    assert find_language("ms", tmp_path) == Language("ms", "ms", "ms")
