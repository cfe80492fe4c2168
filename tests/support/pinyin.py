"""Makes `assets/pinyin/characters.txt`, the Chinese characters by their pinyin.

Run `python -m tests.support.pinyin FOLDER` with the folder of the Unicode Han database
(Unihan_Readings.txt and Unihan_Variants.txt; Debian's package unicode-data has them) and with the
package faker installed, which has surnames by how many people bear them, and given names.
"""

import importlib
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parents[2] / "assets" / "pinyin" / "characters.txt"
_HEAD: Final = """\
# Simplified Chinese characters by their pinyin without tones, the likeliest in a name first.
# Lines and characters are in the order of how common they are as surname, in given names, in texts.
# Made by `python -m tests.support.pinyin` from the Unicode Han database and the package faker;
# LICENSE.txt beside this file holds for it. No native reviewer has checked it yet.
"""
_SURNAME, _GIVEN = 1000.0, 20.0
"""What a per cent of all people and one given name are worth beside a text's frequency."""


def _entries(path: Path, field: str) -> Iterator[tuple[str, str]]:
    """Yield (character, value) of one field of the Han database."""
    for line in path.read_text(encoding="utf-8").splitlines():
        point, _, rest = line.partition("\t")
        name, _, value = rest.partition("\t")
        if name == field and point.startswith("U+"):
            yield chr(int(point[2:], 16)), value


def _plain(reading: str) -> tuple[str, ...]:
    """Return a syllable as it is typed, without its tone; with ü both as v and as u."""
    apart = unicodedata.normalize("NFD", reading.strip())
    letters = "".join(c for c in apart if c == "\u0308" or not unicodedata.combining(c))
    letters = letters.replace("u\u0308", "v")
    if not re.fullmatch("[a-z]+", letters):
        return ()
    return (letters, letters.replace("v", "u")) if "v" in letters else (letters,)


def _name_scores(variants: Path) -> dict[str, float]:
    """Return how likely each character is in a name."""
    found = _entries(variants, "kSimplifiedVariant")
    simplified = {one: chr(int(value.split()[0][2:], 16)) for one, value in found}
    scores = defaultdict[str, float](float)
    for place in ("zh_CN", "zh_TW"):
        names = importlib.import_module(f"faker.providers.person.{place}").Provider
        for name in {*names.first_names_male, *names.first_names_female}:
            for character in name:
                scores[simplified.get(character, character)] += _GIVEN
        if place == "zh_CN":
            for surname, share in names.last_names.items():
                for character in surname:
                    scores[character] += share * _SURNAME / len(surname) ** 4
    return scores


def table(unihan: Path) -> str:
    """Return the file's text."""
    readings = unihan / "Unihan_Readings.txt"
    frequency = {
        (character, syllable): int(count)
        for character, value in _entries(readings, "kHanyuPinlu")
        for reading, count in re.findall(r"(\w+)\((\d+)\)", unicodedata.normalize("NFC", value))
        for syllable in _plain(reading)
    }
    scores = _name_scores(unihan / "Unihan_Variants.txt")
    ranked = defaultdict[str, dict[str, float]](dict)
    for character, value in _entries(readings, "kTGHZ2013"):
        for reading in re.findall(r":([^ ]+)", value):
            for syllable in {s for one in reading.split(",") for s in _plain(one)}:
                often = frequency.get((character, syllable), 0) ** 0.5
                ranked[syllable][character] = scores[character] + often
    lines = sorted(ranked.items(), key=lambda line: (-max(line[1].values()), line[0]))
    return _HEAD + "".join(
        f"{syllable} {''.join(sorted(found, key=lambda c: (-found[c], c)))}\n"
        for syllable, found in lines
    )


if __name__ == "__main__":
    TABLE.write_text(table(Path(sys.argv[1])), encoding="utf-8")
