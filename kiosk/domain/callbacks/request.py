"""Callback requests: what a visitor asks for, what is kept of it, and its reference."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Window(StrEnum):
    """A part of the week in which somebody may be called (clinic's local time)."""

    WEEKDAY_MORNING = "weekday_am"
    WEEKDAY_AFTERNOON = "weekday_noon"
    WEEKDAY_EVENING = "weekday_late"
    SATURDAY_MORNING = "saturday_am"
    ANY = "any"


def choose_windows(marked: Iterable[str], before: Collection[str]) -> frozenset[Window]:
    """Return the windows that are meant by those marked now, `before` by those marked until now.

    "Any time" excludes the others, and none means any.
    """
    chosen = {Window(code) for code in marked}
    if Window.ANY in chosen and Window.ANY not in before:
        return frozenset({Window.ANY})
    return frozenset((chosen - {Window.ANY}) or {Window.ANY})


class CallLanguage(StrEnum):
    """The language to speak on the phone (BCP 47 where there is a code)."""

    ENGLISH = "en"
    MANDARIN = "zh"
    MALAY = "ms"
    TAMIL = "ta"
    HOKKIEN = "nan"
    CANTONESE = "yue"
    TEOCHEW = "nan-teochew"
    OTHER = "other"


class MessagePolicy(StrEnum):
    """What may be left when nobody picks up."""

    NONE = "none"
    NAME_AND_NUMBER = "voice_name_and_number_only"
    TEXT = "text_ok"


class AnsweredByOther(StrEnum):
    """What may be said when somebody else picks up."""

    ASK_FOR_NAME = "ask_for_name_only"
    SAY_CLINIC = "ok_to_say_clinic"


class Source(StrEnum):
    """How a request came to the clinic."""

    VISITOR = "visitor"
    """By the visitor's own hand, on a kiosk."""
    TEAM = "team"
    """By a clinician of theirs."""
    COUNTER = "counter"
    PHONE = "phone"
    PAPER = "paper"
    """On a form of the clinic's."""


class ConsentBy(StrEnum):
    """Who said yes to the call."""

    PERSON = "person"
    OTHER = "other"
    """Somebody for them."""


class ConsentHow(StrEnum):
    """How the yes was given."""

    SCREEN = "screen"
    """By sending, on the kiosk."""
    SPOKEN = "spoken"
    PHONE = "phone"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a request came, who entered it, and who said yes; codes may be a later version's."""

    source: str = Source.VISITOR
    """Code of `Source`."""
    entered_by: UUID | None = None
    """The member of staff; None where the visitor sent it."""
    consent_by: str = ConsentBy.PERSON
    """Code of `ConsentBy`."""
    consent_how: str = ConsentHow.SCREEN
    """Code of `ConsentHow`."""


BY_VISITOR = Origin()


@dataclass(frozen=True, slots=True)
class CallbackDraft:
    """A callback request before it is sealed: whole once the visitor has confirmed it."""

    id: UUID
    """Made on the first screen (UUIDv7); makes Send harmless when repeated."""
    slip_secret: bytes
    """16 random bytes behind the slip's QR code; only its lookup is stored in clear."""
    preferred_name: str = ""
    phone: str = ""
    """E.164, for example +6591234567."""
    windows: frozenset[Window] = field(default_factory=lambda: frozenset({Window.ANY}))
    not_before: date | None = None
    call_language: CallLanguage = CallLanguage.ENGLISH
    message_policy: MessagePolicy = MessagePolicy.NONE
    answered_by_other: AnsweredByOther = AnsweredByOther.ASK_FOR_NAME
    share_with_team: bool = False
    """A separate, free choice: the peer team may tell the clinical team."""
    wishes: frozenset[str] = frozenset()
    """Codes of `wishes.Wish` and of the clinic's topics."""
    ui_language: str = ""
    consent_version: str = ""
    origin: Origin = BY_VISITOR


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class OpenedRequest:
    """A callback request as it was kept, opened for a caller: cleaned text, without the number.

    Never changed; not frozen, for they are made by the ten thousand and freezing doubles the time.
    """

    id: UUID
    reference: str
    created_at: datetime
    """Corrected where the kiosk's clock was measured to be far off."""
    kiosk_at: datetime | None = None
    """What the kiosk's clock said, where `created_at` was corrected."""
    received_at: datetime | None = None
    """When central had it; None on one machine."""
    clock_doubtful: bool = False
    preferred_name: str
    phone_masked: str
    """For example "+65 •••• 4567"."""
    windows: tuple[str, ...]
    """Codes of `Window`; none means any."""
    not_before: date | None
    """Clinic's date before which no call is wanted."""
    call_language: str
    message_policy: str
    """Code of `MessagePolicy`; anything else allows no message."""
    answered_by_other: str
    share_with_team: bool
    ui_language: str
    origin: Origin = BY_VISITOR
    wishes: tuple[str, ...] = ()
    """Codes of `wishes.Wish` and of the clinic's topics, sorted; others as they were kept."""
    unreadable: bool = False
    """True where the sealed record could not be opened; what was sealed is then empty."""
    retimed_at: datetime | None = None
    """When the visitor chose other times by the slip; `windows` and `not_before` are then those."""


class Retiming(NamedTuple):
    """Other times that a visitor chose by the slip, once the request was made."""

    id: UUID
    at: datetime
    windows: tuple[str, ...]
    """Codes of `Window`; none means any."""
    not_before: date | None


def retimed(request: OpenedRequest, retimings: Iterable[Retiming]) -> OpenedRequest:
    """Return a request with the times that were chosen last; as it was made where none were."""
    last = max(retimings, key=lambda one: (one.at, one.id), default=None)
    if last is None:
        return request
    return replace(request, windows=last.windows, not_before=last.not_before, retimed_at=last.at)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor takes away once the request is committed."""

    reference: str
    """For example 7K4Q-FMRF."""
    slip_digits: str
    """The slip's QR code (type 2), 53 digits; empty where it stands on a paper form alone."""
    created_at: datetime
    promise_days: int
    """Within how many working days most people get a call, as measured
    (`waiting_times.promised_days`)."""


REFERENCE_ALPHABET = "2346789CDFGHJKMPQRTVWXY"
"""23 symbols, a prime; no vowels and nothing that looks or sounds like another."""

KIOSK_SYMBOLS = 2
SERIAL_SYMBOLS = 5
SERIALS = len(REFERENCE_ALPHABET) ** SERIAL_SYMBOLS
"""How many references one kiosk can give out."""

_LONGEST_TEXT = 80
"""Characters that are looked at, for people type spaces and dashes."""
_LENGTH = KIOSK_SYMBOLS + SERIAL_SYMBOLS + 1
_VALUES = {symbol: value for value, symbol in enumerate(REFERENCE_ALPHABET)}


def format_reference(kiosk_symbols: str, serial: int) -> str:
    """Return the reference number `serial` of a kiosk, in the form people see.

    `kiosk_symbols` are the kiosk's two symbols of ALPHABET, `serial` is from 0 to SERIALS - 1.
    Raises ValueError for anything else.
    """
    if len(kiosk_symbols) != KIOSK_SYMBOLS or not set(kiosk_symbols) <= set(REFERENCE_ALPHABET):
        raise ValueError("a kiosk has two symbols of the reference alphabet")
    if not 0 <= serial < SERIALS:
        raise ValueError("the serial number is out of range")
    symbols = ""
    for _ in range(SERIAL_SYMBOLS):
        serial, value = divmod(serial, len(REFERENCE_ALPHABET))
        symbols = REFERENCE_ALPHABET[value] + symbols
    body = kiosk_symbols + symbols
    return _format_grouped(body + check_symbol(body))


def parse_reference(text: str) -> str | None:
    """Return the reference that somebody typed; case, spaces and dashes do not matter.

    It has the form people see; None where a symbol is unknown or the check symbol is wrong.
    """
    symbols = parse_symbols(text, _LENGTH)
    return None if symbols is None else _format_grouped(symbols)


def parse_symbols(text: str, length: int) -> str | None:
    """Return `length` symbols of the reference alphabet that were typed, a check symbol last.

    Case, spaces and dashes do not matter. None where a symbol is unknown, one is missing or too
    many, or the check symbol is wrong.
    """
    if len(text) > _LONGEST_TEXT:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Pd")
    if len(symbols) != length or not set(symbols) <= set(REFERENCE_ALPHABET):
        return None
    return symbols if check_symbol(symbols[:-1]) == symbols[-1] else None


def check_symbol(body: str) -> str:
    """Return the check symbol of some symbols, whose weights grow from 2 on.

    The alphabet's size is a prime, so it finds every single error and every two that are swapped.
    """
    total = sum(weight * _VALUES[symbol] for weight, symbol in enumerate(body, start=2))
    return REFERENCE_ALPHABET[total % len(REFERENCE_ALPHABET)]


def _format_grouped(symbols: str) -> str:
    return f"{symbols[:4]}-{symbols[4:]}"
