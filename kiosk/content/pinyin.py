"""Chinese characters by their pinyin, for names that are written on the screen's keyboard."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain, islice, zip_longest
from typing import Final, NamedTuple

from kiosk.content.assets import assets_dir

_SYLLABLES: Final = re.compile(r"[a-z']*$", re.IGNORECASE)
_LONGEST: Final = 6
"""Letters of the longest syllables, such as zhuang."""
_MOST: Final = 90
"""Characters that are offered for one syllable."""


class Offered(NamedTuple):
    """What the letters before the cursor may be meant for."""

    typed: int = 0
    """How many letters there are."""
    rest: str = ""
    """Those behind the first syllable, which stay."""
    characters: tuple[str, ...] = ()
    """What may stand for the first syllable, the likeliest in a name first."""


def characters_for(before: str) -> Offered:
    """Return the characters for the first syllable of the letters at the end of `before`.

    An apostrophe parts syllables, as in xi'an; v stands for ü. A syllable that is not whole yet is
    completed. The first call reads the table.
    """
    found = _SYLLABLES.search(before)
    typed = found.group() if found else ""
    letters, table = typed.lstrip("'"), _table()
    start = letters.lower().partition("'")[0][:_LONGEST]
    for length in range(len(start), 0, -1):
        syllable, rest = start[:length], letters[length:].removeprefix("'")
        longer = () if rest else _completed(syllable, table)
        characters = dict.fromkeys(chain(table.get(syllable, ""), longer))
        if characters:
            return Offered(len(typed), rest, tuple(islice(characters, _MOST)))
    for length in range(len(start), 0, -1):
        if characters := dict.fromkeys(_completed(start[:length], table)):
            rest = letters[length:].removeprefix("'")
            return Offered(len(typed), rest, tuple(islice(characters, _MOST)))
    return Offered()


def _completed(start: str, table: dict[str, str]) -> Iterable[str]:
    """Return the characters of the longer syllables, the likeliest of each first."""
    longer = [found for syllable, found in table.items() if syllable.startswith(start)]
    return filter(None, chain.from_iterable(zip_longest(*longer)))


@cache
def _table() -> dict[str, str]:
    """Return the characters of each syllable."""
    text = (assets_dir() / "pinyin" / "characters.txt").read_text(encoding="utf-8")
    lines = [line.partition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {syllable: characters for syllable, _, characters in lines}
