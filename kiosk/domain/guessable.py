"""Passphrases and PINs that are tried first: repeated, in a row, names, and what many choose.

A passphrase is measured by what is left of it when everything predictable counts as one character;
NIST SP 800-63B, Digital Identity Guidelines (section 3.1.1.2), asks for such a comparison, and for
no rules about kinds of characters. All of it works in any script.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise, takewhile

LEAST_LEFT = 8
"""So many characters that nothing predicts, in any script, are enough."""
_SHORTEST = 3
"""Characters of what counts as predictable; fewer happen by chance."""


class Weakness(StrEnum):
    """Why a passphrase or a PIN is easy to guess."""

    REPEATED = "repeated"
    ROW = "row"
    """Neighbours on a keyboard, in an alphabet, or in counting."""
    NAME = "name"
    """The login, or the clinic's name."""
    COMMON = "common"
    """Words or digits that very many people choose."""


_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiopü", "yxcvbnm", "azertyuiop", "qsdfghjklm",
    "wxcvbn", "12345678901234", "!@#$%^&*()", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "一二三四五六七八九十", "甲乙丙丁戊己庚辛壬癸",
    "147258369", "789456123",
)  # fmt: skip
_RUNS = tuple(run for row in _ROWS for run in (row, row[::-1]))
_WORDS = """
    password passphrase passwort passcode secret letmein welcome login admin administrator root
    user guest test testing changeme default master access manager facilitator caller staff kiosk
    clinic hospital psychiatric callback demo sample example iloveyou love monkey dragon football
    baseball basketball sunshine princess superman batman shadow michael jordan trustno freedom
    whatever computer internet starwars pokemon summer winter spring autumn hello singapore forever
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december correcthorsebatterystaple
"""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DISGUISES = str.maketrans("@4310!$57", "aaeioisst")
"""Characters that stand for a letter, as in "p@ssw0rd"."""
_COMMON_PINS = """
    0147 0258 0369 0852 1004 1122 1133 1212 1221 1313 1357 1470 2357 2468 2580 3690 007007 101010
    112233 147258 147369 159753 258369 445566 520520 1314520 5201314 11223344
"""
_REPEATED = re.compile(r"([0-9]+?)\1+")


def find_weakness(text: str, names: Iterable[str] = ()) -> Weakness | None:
    """Return why a passphrase is easy to guess; None where it is not.

    `names` are those of the person and the clinic. Capitals, spaces and doubled characters count
    for nothing, so that they disguise nothing.
    """
    folded = _fold(text)
    words = dict.fromkeys(_FOLDED_WORDS, Weakness.COMMON)
    words.update(dict.fromkeys(_parts(names), Weakness.NAME))
    saved = dict.fromkeys(Weakness, 0)
    left = place = 0
    while place < len(folded):
        length, weakness = max(_predictable_at(folded, place, words), default=(1, None))
        if weakness is not None:
            saved[weakness] += length
        place += length
        left += 1
    return None if left >= LEAST_LEFT else max(saved, key=lambda one: saved[one])


def find_pin_weakness(pin: str) -> Weakness | None:
    """Return why a PIN of digits is among the first that are tried; None where it is not."""
    if _REPEATED.fullmatch(pin):
        return Weakness.REPEATED
    if _run_length([int(digit) for digit in pin], 10) == len(pin):
        return Weakness.ROW
    if pin in _COMMON_PINS.split() or _YEAR.fullmatch(pin):
        return Weakness.COMMON
    return None


def _fold(text: str) -> str:
    """Return a text without what disguises it: capitals, spaces, doubled characters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = [one for one in plain if not one.isspace()]
    return "".join(one for one, before in zip(kept, ["", *kept], strict=False) if one != before)


_FOLDED_WORDS = frozenset(
    way for word in _WORDS.split() for way in (_fold(word), _fold(word)[::-1])
)


def _parts(names: Iterable[str]) -> Iterator[str]:
    """Return names and their words, forwards and backwards."""
    for name in names:
        for part in (name, *name.split()):
            folded = _fold(part)
            if len(folded) >= _SHORTEST or (part is name and len(folded) > 1):
                yield from (folded, folded[::-1])


def _predictable_at(
    text: str, place: int, words: Mapping[str, Weakness]
) -> Iterator[tuple[int, Weakness]]:
    """Return how far each predictable part reaches that begins at `place`."""
    rest = text[place:]
    plain = rest.translate(_DISGUISES)
    for word, weakness in words.items():
        if rest.startswith(word) or plain.startswith(word):
            yield len(word), weakness
    if _YEAR.match(rest):
        yield 4, Weakness.COMMON
    row = max(_run_length(list(map(ord, rest))), *(_reach(rest, run) for run in _RUNS))
    if row >= _SHORTEST:
        yield row, Weakness.ROW
    # It may begin before `place` and end after it, as in "abcabcabc".
    again = _reach(rest, text[:-1], before=place)
    if again >= _SHORTEST:
        yield again, Weakness.REPEATED


def _reach(rest: str, within: str, before: int | None = None) -> int:
    """Return how much of the start of `rest` stands in a text, there beginning before a place."""
    length = 0
    while length < len(rest):
        last = None if before is None else before + length
        if rest[: length + 1] not in within[:last]:
            break
        length += 1
    return length


def _run_length(numbers: Sequence[int], modulus: int = 1 << 32) -> int:
    """Return how many numbers from the first on go up, or down, by one."""
    steps = [(after - before) % modulus for before, after in pairwise(numbers)]
    if not steps or steps[0] not in (1, modulus - 1):
        return 1
    return 1 + sum(1 for _ in takewhile(steps[0].__eq__, steps))
