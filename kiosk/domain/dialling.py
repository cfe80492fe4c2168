"""Stored phone numbers by the thousand: hidden for a list, grouped for an export.

What `domain.phones` does for one number on a visitor's screen, without asking the numbering plan
for each of ten thousand.
"""

import re

from kiosk.domain.phones import Phone, check_phone, shown

_HIDDEN = "••••"
_SEEN = 4
_NUMBER = re.compile(r"\+\d{7,15}", re.ASCII)
"""An international number has so many digits (ITU-T E.164)."""
_COUNTRY = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}", re.ASCII)
"""Country codes of one or two digits (ITU-T E.164); all others have three."""
_PARTS = re.compile(rf"\+({_COUNTRY.pattern})(\d*)", re.ASCII)


def is_number(text: str) -> bool:
    """Say whether `text` has the form of E.164, for example +6581234567."""
    return _NUMBER.fullmatch(text) is not None


def hidden(e164: str) -> str:
    """Return a number with its country and last four digits alone: "+65 •••• 4567".

    What is no number is hidden whole; of a short one two digits are seen.
    """
    found = _PARTS.fullmatch(e164)
    if found is None or not is_number(e164):
        return _HIDDEN if e164 else ""
    country, number = found.groups()
    seen = _SEEN if len(number) >= 2 * _SEEN else 2
    return f"+{country} {_HIDDEN} {number[-seen:]}"


def split(e164: str) -> tuple[str, str]:
    """Split a number of the form of E.164 into its country code and the rest, digits alone."""
    digits = e164[1:]
    code = _COUNTRY.match(digits)
    length = code.end() if code else 0
    return digits[:length], digits[length:]


def local(e164: str, country: str) -> str:
    """Group a stored number as it is dialled in `country` (ISO 3166): "8123 4567".

    A foreign number keeps its country: "+44 20 7946 0000". What is no number comes back cleaned.
    """
    if not is_number(e164):
        return shown(e164, country)
    import phonenumbers as plan  # not name by name: that takes longer than the grouping

    code, number = split(e164)
    if number.startswith("0") or int(code) not in plan.COUNTRY_CODE_TO_REGION_CODE:
        # In Italy and a few others the zero belongs to the number; parsing alone knows it.
        checked = check_phone(e164, country)
        return checked.national if isinstance(checked, Phone) else shown(e164, country)
    at_home = int(code) == plan.country_code_for_region(country)
    form = plan.PhoneNumberFormat.NATIONAL if at_home else plan.PhoneNumberFormat.INTERNATIONAL
    parts = plan.PhoneNumber(country_code=int(code), national_number=int(number))
    grouped: str = plan.format_number(parts, form)
    return grouped
