"""What stands on a screen in English is found in the visitor's language, filled in or not."""

from string import Formatter

import pytest
from babel.messages.mofile import read_mo

from kiosk.content.counterparts import _SAID_ONLY, Counterparts, counterparts
from kiosk.content.translations import catalogue_path, languages

PAIRS = (
    ("Next", "Seterusnya"),
    ("Welcome, {name}", "Selamat datang, {name}"),
    ("{day} morning", "pagi {day}"),
    ("It is here since {when}.", "Ada di sini sejak {when}."),
    ("{count} digits", "{count} angka"),
    ("From now on", "Mulai sekarang"),
    ("It is done.", "Sudah selesai."),
)
PROSE = (("# What\n\nOne.\n\nTwo.", "# Apa\n\nSatu.\n\nDua."),)
MALAY = Counterparts(PAIRS, PROSE)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Next", "Seterusnya"),
        ("Next.", "Seterusnya."),
        ("Welcome, Mei", "Selamat datang, Mei"),
        ("It is here since Monday morning.", "Ada di sini sejak pagi Monday."),
        ("8 digits", "8 angka"),
        ("Next · From now on", "Seterusnya · Mulai sekarang"),
        ("Mondays. From now on", "Mondays. Mulai sekarang"),
        ("It is done.\nNext", "Sudah selesai.\nSeterusnya"),
        ("1767  Next", "1767  Seterusnya"),
        ("Room 2", "Room 2"),
        ("8123 4567", "8123 4567"),
        ("", ""),
    ],
)
def test_a_text_has_its_counterpart(shown: str, said: str) -> None:
    assert MALAY.of(shown) == said


def test_an_article_is_found_by_how_it_begins() -> None:
    assert MALAY.of_prose("# What\n\nOne, filled in.") == PROSE[0][1]
    assert MALAY.of_prose("# Else") == "# Else"


def test_days_are_said_in_the_language_too() -> None:
    malay, english = counterparts("en", "ms"), counterparts("ms", "en")
    assert malay.of("Monday") == "Isnin"
    assert malay.of("9 March") == "9 Mac"
    assert english.of("31 Disember") == "31 December"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("language", [one.code for one in languages() if one.code != "en"])
def test_every_sentence_is_found(language: str, turned: bool) -> None:
    """From English, as a Tamil visit without pictures needs it; and to English, without a voice."""
    with catalogue_path(language).open("rb") as file:
        texts = [
            (one.id, one.string)
            for one in read_mo(file)
            if one.id and one.context not in _SAID_ONLY
        ]
    pairs = [
        (other, english) if turned else (english, other)
        for english, other in texts
        if isinstance(english, str) and isinstance(other, str) and other
    ]
    known, lost = counterparts(language, "en") if turned else counterparts("en", language), []
    for shown, _ in pairs:
        names = [name for _, name, _, _ in Formatter().parse(shown) if name]
        values = {name: f"N{100 + number}" for number, name in enumerate(names)}
        # A sentence may have two translations, by its context.
        said = {other.format(**values) for one, other in pairs if one == shown}
        if known.of(shown.format(**values)) not in said:
            lost.append(shown)
    assert lost == []
