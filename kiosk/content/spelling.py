"""How numbers, references and signs are said aloud: digit by digit, and letter by letter."""

import re

LETTERS = {
    "A": "Alfa", "B": "Bravo", "C": "Charlie", "D": "Delta", "E": "Echo", "F": "Foxtrot",
    "G": "Golf", "H": "Hotel", "I": "India", "J": "Juliett", "K": "Kilo", "L": "Lima",
    "M": "Mike", "N": "November", "O": "Oscar", "P": "Papa", "Q": "Quebec", "R": "Romeo",
    "S": "Sierra", "T": "Tango", "U": "Uniform", "V": "Victor", "W": "Whiskey", "X": "X-ray",
    "Y": "Yankee", "Z": "Zulu",
}  # fmt: skip
"""A word for each letter, the same in every language (ITU Radio Regulations, appendix 14)."""

_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_LEAST_DIGITS = 3
"""Shorter numbers are amounts, days and times."""
_NUMBER = re.compile(r"(?<![\w.,:/-])\+?\d(?:[ -]?\d)*(?![\w/]|[.,:]\d)")
_AMOUNT = re.compile(r" (?:[KMG]?B|ms|min|dpi)\b")
_SIGNS = str.maketrans(dict.fromkeys("✓✔▌●○›‹│┃█░", " ") | {"·": ",", "…": ".", "–": " – "})
"""What is drawn for the eye alone, and what is said in its place."""
_BEFORE_MARK = re.compile(r" +([,.!?;:])")
_ENDS = tuple(".!?:;,。！？：；，")


def spell(text: str) -> str:
    """Return letters and digits one by one, for example "7, K Kilo, Q Quebec"; signs are left out.

    Letters without a word of their own are said as they are.
    """
    said = (f"{sign} {LETTERS[sign]}" if sign in LETTERS else sign for sign in text.upper())
    return ", ".join(one for one in said if one.isalnum() or len(one) > 1)


def separate_digits(number: str) -> str:
    """Return a number digit by digit, with a pause where it is grouped: "8 1 2 3, 4 5 6 7"."""
    groups = (" ".join(group) for group in re.split(r"[ -]+", number.strip()) if group)
    return ", ".join(groups)


def speakable(text: str) -> str:
    """Return a text of the screens as it is said: without signs, and numbers digit by digit."""
    text = _REFERENCE.sub(lambda found: spell(found.group()), text.translate(_SIGNS))
    text = _NUMBER.sub(_say_number, text.replace("https://", ""))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return _BEFORE_MARK.sub(r"\1", sentence(*lines)).lstrip(", ")


def _say_number(found: re.Match[str]) -> str:
    number = found.group()
    is_amount = _AMOUNT.match(found.string, found.end()) is not None
    if is_amount or sum(sign.isdigit() for sign in number) < _LEAST_DIGITS:
        return number
    return separate_digits(number)


def sentence(*parts: str) -> str:
    """Return the parts as one text, with a full stop behind each that has no end of its own."""
    ended = (part if part.endswith(_ENDS) else f"{part}." for part in map(str.strip, parts) if part)
    return " ".join(ended)


_SCRIPTS = {"zh": "\u3400-\u9fff", "ta": "\u0b80-\u0bff"}
"""The letters of languages that have letters of their own."""
_LATIN = re.compile("[A-Za-z]{2}")


def by_language(text: str, language: str) -> list[tuple[str, str]]:
    """Return the parts of a text on a screen in `language`, each with its language (BCP 47).

    Names of languages stand in letters of their own, and what a catalogue lacks in Latin ones.
    """
    if own := _SCRIPTS.get(language):
        is_foreign = _LATIN.search(text) and not re.search(f"[{own}]", text)
        return [(text, "en" if is_foreign else language)]
    parts = [(text, language)]
    for code, letters in _SCRIPTS.items():
        # With what stands between its words.
        run = re.compile(f"([{letters}](?:[^A-Za-z]*[{letters}])?)")
        parts = [
            (piece, code if number % 2 else of)
            for part, of in parts
            for number, piece in enumerate(run.split(part) if of == language else (part,))
        ]
    return [(one, code) for one, code in parts if any(sign.isalnum() for sign in one)]
