"""Phone numbers: checked, grouped for reading and dialling, masked.

Numbering plans and short numbers are those of the `phonenumbers` package; the form of stored
numbers is ITU-T E.164.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk.domain.text import ascii_digits, clean, looks_like_id

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber


_MOST_CHARACTERS = 32
_DIGITS = frozenset("0123456789")
_ALLOWED = _DIGITS | frozenset("+-.()/ ")
_MOST_DIGITS = 17
"""Of any country's numbers, without the country."""
_MASK = "•"
_HIDDEN = "••••"
_SEEN = 4
LEAST_SHOWN = 7
"""Digits by which a number is looked up: fewer are the end of too many numbers."""
_NUMBER = re.compile(r"\+\d{7,15}", re.ASCII)
"""An international number has so many digits (ITU-T E.164)."""
_COUNTRY = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}", re.ASCII)
"""Country codes of one or two digits (ITU-T E.164); all others have three."""
_PARTS = re.compile(rf"\+({_COUNTRY.pattern})(\d*)", re.ASCII)
_NONE = re.compile(
    r"\b(no|none|nil|na|n/a|nope|not|never|without|don'?t|haven'?t|tiada|tak|takde|bukan)\b"
    r"|[没沒無无]|இல்லை"
)
"""Words by which somebody writes that they have no phone, in the clinic's languages."""
_EXTENSION = re.compile(
    r"\D*(?:\d\D{0,2}){6}.*\d\W*"
    r"(?:ext(?:ensio)?n?|xtn|x|#|[,;]|sambungan|分机|[内內][线線])[\s.:=]*\d{1,5}\W*",
    re.IGNORECASE,
)
"""A number and what has to be dialled behind it; a comma is a pause to a phone."""
_BETWEEN = re.compile(r"[^\d+(). -]+")
"""What may stand between two numbers."""
_AROUND = re.compile(r"[^\d+(]*((?:\(?\+|\(?\d)[\d\s().+/-]*\d)[^\d+]*")
"""A number with words, a comma or brackets before and behind it, and no further digit."""
_ANYWHERE = frozenset({"112", "911", "999"})
"""Emergency numbers where nothing is known of a country."""


class PhoneProblem(StrEnum):
    """Why a text cannot be taken as a phone number."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    """Words, or something else that no number is written with."""
    NOT_IN_PLAN = "not_in_plan"
    """Digits enough, but no country's numbers begin so."""
    PREMIUM = "premium"
    """Calling it costs the clinic extra."""
    LOOKS_LIKE_ID = "looks_like_id"
    """Shaped like an NRIC or FIN, which are never collected."""
    NO_PHONE = "no_phone"
    """Somebody writes that they have none."""
    EXTENSION = "extension"
    """A number behind which another one has to be dialled."""
    SEVERAL = "several"
    """More than one number."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that exists in its country's plan."""

    e164: str
    """For example +6581234567."""
    shown: str
    """Grouped, with its country: +65 8123 4567."""
    national: str
    """Grouped as people here write it: 8123 4567; a foreign number as in `shown`."""


def check_phone(text: str, country: str) -> Phone | PhoneProblem:
    """Return what somebody typed as a phone number, or why it is none.

    A number without + is read as one of `country` (ISO 3166, two letters). Digits of every
    script are read, and words around a number are left out: "81234567 (home)". Letters within
    it and extensions are refused: phonenumbers would turn them into digits.
    """
    cleaned = clean(text)
    if not cleaned:
        return PhoneProblem.EMPTY
    if looks_like_id(cleaned):
        return PhoneProblem.LOOKS_LIKE_ID
    plain = _plain(cleaned)
    if not set(plain) & _DIGITS:
        means_none = _NONE.search(plain.casefold()) is not None
        return PhoneProblem.NO_PHONE if means_none else PhoneProblem.NOT_A_NUMBER
    if _EXTENSION.fullmatch(plain):
        return PhoneProblem.EXTENSION
    found = _check_one(plain, country)
    if isinstance(found, Phone):
        return found
    alone = _check_one(_without_words(plain), country)
    if isinstance(alone, Phone):
        return alone
    return PhoneProblem.SEVERAL if _holds_several(plain, country) else found


def _check_one(plain: str, country: str) -> Phone | PhoneProblem:
    """Return the number that `plain` is as a whole, or why it is none."""
    if not set(plain) & _DIGITS or not set(plain) <= _ALLOWED:
        return PhoneProblem.NOT_A_NUMBER
    if len(plain) > _MOST_CHARACTERS:
        return PhoneProblem.TOO_LONG
    number = _read(plain, country)
    if number is None:
        digits = sum(c in _DIGITS for c in plain)
        return PhoneProblem.TOO_SHORT if digits < 3 else PhoneProblem.NOT_IN_PLAN
    problem = _problem(number, plain, country)
    return problem if problem is not None else _phone(number, country)


def _holds_several(plain: str, country: str) -> bool:
    """Return whether `plain` is two numbers or more, whatever stands between them."""
    parts = [part for part in _BETWEEN.split(plain) if set(part) & _DIGITS]
    if len(parts) < 2:
        halves = ((plain[:at], plain[at:]) for at in range(1, min(len(plain), _MOST_CHARACTERS)))
        return any(all(_is_number(half, country) for half in pair) for pair in halves)
    return sum(_is_number(_without_words(part), country) for part in parts) > 1


def _is_number(plain: str, country: str) -> bool:
    return isinstance(_check_one(plain, country), Phone)


def _without_words(plain: str) -> str:
    """Return a number without the words around it, the marks at its ends, and a "(0)".

    The 0 in +44 (0)20 7946 0018 is for those who dial without the country.
    """
    around = _AROUND.fullmatch(plain)
    bare = around[1] if around else plain
    return bare.replace("(0)", " ") if bare.startswith(("+", "00")) else bare


def format_phone(e164: str, country: str) -> str:
    """Return a stored number grouped with its country; what is no number comes back cleaned.

    `country` (ISO 3166) is where a stored number without + would belong.
    """
    cleaned = clean(e164, limit=_MOST_CHARACTERS)
    number = _parse(_plain(cleaned), country)
    is_number = number is not None and _problem(number, cleaned, country) is None
    return _format_international(number) if number is not None and is_number else cleaned


def digit_counts(country: str) -> tuple[int, int]:
    """Return the fewest and the most digits that a country's own numbers are written with.

    They are those of fixed lines and mobiles, with the 0 or 8 that is dialled before them where
    the country has one. `country` is one that phonenumbers knows (ISO 3166, two letters).
    """
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    found: set[int] = set()
    for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
        example = phonenumbers.example_number_for_type(country, kind)
        if example is not None:
            written = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
            bare = phonenumbers.national_significant_number(example)
            before = sum(c in _DIGITS for c in written) - len(bare)
            found |= {before + length for length in _lengths(country, kind)}
    return min(found), max(found)


def format_masked(e164: str, country: str) -> str:
    """Return a stored number with all but its country, first and last two digits hidden."""
    groups = format_phone(e164, country).split(" ")
    country = groups.pop(0) + " " if groups[0].startswith("+") and len(groups) > 1 else ""
    rest = " ".join(groups)
    digits = [place for place, character in enumerate(rest) if character.isalnum()]
    seen = {digits[0], *digits[-2:]} if len(digits) > 5 else set()
    hidden = set(digits) - seen
    return country + "".join(_MASK if place in hidden else c for place, c in enumerate(rest))


def _plain(text: str) -> str:
    """Return `text` with ASCII digits and dashes, whatever script and width it came in."""
    narrow = ascii_digits(unicodedata.normalize("NFKC", text))
    return "".join("-" if unicodedata.category(c) == "Pd" else c for c in narrow)


def _read(plain: str, country: str) -> "PhoneNumber | None":
    """Return a number as `country` dials it, else with 00 for +, as other countries do.

    In Singapore 0065 8123 4567 would else be 006 and a number in Venezuela.
    """
    import phonenumbers

    number = _parse(plain, country)
    if plain.startswith("00") and not (number and phonenumbers.is_valid_number(number)):
        abroad = _parse("+" + plain[2:], country)
        if abroad and phonenumbers.is_valid_number(abroad):
            return abroad
    return number


def _parse(plain: str, country: str) -> "PhoneNumber | None":
    import phonenumbers

    if not set(plain) <= _ALLOWED:
        return None
    try:
        return phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return None


def _problem(number: "PhoneNumber", plain: str, country: str) -> PhoneProblem | None:
    import phonenumbers
    from phonenumbers import PhoneNumberType, ValidationResult

    if not phonenumbers.is_valid_number(number):
        home = number.country_code == phonenumbers.country_code_for_region(country)
        if not home and "+" not in plain:
            # A dialling prefix was made of the first digits; the lengths then mean nothing.
            return PhoneProblem.NOT_IN_PLAN
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == ValidationResult.INVALID_LENGTH and home:
            # Neither too short nor too long for some special number, which is not meant.
            digits = len(phonenumbers.national_significant_number(number))
            is_long = digits > digit_counts(country)[1]
            return PhoneProblem.TOO_LONG if is_long else PhoneProblem.TOO_SHORT
        return {
            ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
            ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
        }.get(reason, PhoneProblem.NOT_IN_PLAN)
    costly = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
    return PhoneProblem.PREMIUM if phonenumbers.number_type(number) in costly else None


def _lengths(country: str, kind: int) -> list[int]:
    """Return how many digits a kind of number has, without what is dialled before it."""
    import phonenumbers as plan

    code = plan.country_code_for_region(country)
    numbers = {n: plan.PhoneNumber(code, 10 ** (n - 1)) for n in range(1, _MOST_DIGITS + 1)}
    return [
        length
        for length, number in numbers.items()
        if plan.is_possible_number_for_type_with_reason(number, kind)
        == plan.ValidationResult.IS_POSSIBLE
    ]


def _phone(number: "PhoneNumber", country: str) -> Phone:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    international = _format_international(number)
    home = number.country_code == phonenumbers.country_code_for_region(country)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, international, national if home else international)


def _format_international(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def is_e164(text: str) -> bool:
    """Return whether `text` has the form of E.164, for example +6581234567."""
    return _NUMBER.fullmatch(text) is not None


def format_hidden(e164: str) -> str:
    """Return a number with its country and last four digits alone: "+65 •••• 4567".

    What is no number is hidden whole; of a short one two digits are seen. Unlike `format_masked`
    it asks no numbering plan, for a list holds ten thousand numbers.
    """
    found = _PARTS.fullmatch(e164)
    if found is None or not is_e164(e164):
        return _HIDDEN if e164 else ""
    country, number = found.groups()
    seen = _SEEN if len(number) >= 2 * _SEEN else 2
    return f"+{country} {_HIDDEN} {number[-seen:]}"


def split_e164(e164: str) -> tuple[str, str]:
    """Return the country code and the rest of a number in E.164 form, digits alone."""
    digits = e164[1:]
    code = _COUNTRY.match(digits)
    length = code.end() if code else 0
    return digits[:length], digits[length:]


def format_local(e164: str, country: str) -> str:
    """Return a stored number as it is dialled in `country` (ISO 3166): "8123 4567".

    A foreign number keeps its country: "+44 20 7946 0000". What is no number comes back cleaned.
    """
    if not is_e164(e164):
        return format_phone(e164, country)
    import phonenumbers as plan  # not name by name: that takes longer than the grouping

    code, number = split_e164(e164)
    if number.startswith("0") or int(code) not in plan.COUNTRY_CODE_TO_REGION_CODE:
        # In Italy and a few others the zero belongs to the number; parsing alone knows it.
        checked = check_phone(e164, country)
        return checked.national if isinstance(checked, Phone) else format_phone(e164, country)
    at_home = int(code) == plan.country_code_for_region(country)
    form = plan.PhoneNumberFormat.NATIONAL if at_home else plan.PhoneNumberFormat.INTERNATIONAL
    parts = plan.PhoneNumber(country_code=int(code), national_number=int(number))
    grouped: str = plan.format_number(parts, form)
    return grouped


def has_digits_to_find(typed: str) -> bool:
    """Return whether a number, as a telephone's display shows it, is long enough to look it up."""
    return len(_displayed_end(typed)) >= LEAST_SHOWN


def find_displayed(typed: str, numbers: Iterable[str], country: str) -> frozenset[str]:
    """Return those of stored numbers (E.164) that a telephone's display shows as `typed`.

    Displays write a number with or without its country, with 0, 00 or + before it, or cut its
    beginning off. It is the one that is dialled so in `country` (ISO 3166), else every one that
    ends in the digits, of which at least seven are needed; empty where there are fewer.
    """
    known = frozenset(numbers)
    dialled = check_phone(typed, country)
    if isinstance(dialled, Phone) and dialled.e164 in known:
        return frozenset({dialled.e164})
    if not has_digits_to_find(typed):
        return frozenset()
    end = _displayed_end(typed)
    return frozenset(number for number in known if is_e164(number) and number.endswith(end))


def _displayed_end(typed: str) -> str:
    """Return the digits of what was typed, without what is dialled before a number."""
    return "".join(c for c in _plain(clean(typed)) if c in _DIGITS).lstrip("0")


def is_emergency_number(number: str, country: str) -> bool:
    """Return whether `number`, as people write it, is an emergency number of `country`."""
    import phonenumbers

    digits = "".join(sign for sign in number if sign in "0123456789")
    if country not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return digits in _ANYWHERE
    return phonenumbers.is_emergency_number(digits, country)
