"""The clinic's machines: which of them needs a person, and the codes that enrol new ones."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.domain.callbacks.request import REFERENCE_ALPHABET, check_symbol, parse_symbols
from kiosk.domain.central.incarnations import Incarnation, describe_incarnations
from kiosk.domain.clock_sync import corrected
from kiosk.domain.working_time import WorkingCalendar

SILENT_HOURS = 0.25
"""Working hours without contact after which a kiosk needs a person; sync makes contact twice a
minute."""
SILENT = timedelta(hours=24)
"""The same whatever the hours: many clinics switch their kiosks off for the night."""
WAITING = timedelta(minutes=30)
"""So long a record may wait on a kiosk that is in contact."""
CLOCK_OFF_MS = 120_000
"""Milliseconds by which a clock may be wrong before somebody has to set it."""
ASKED_TO_EMPTY = timedelta(days=30)
"""So long a revoked kiosk is asked for; one that never comes back must not be asked for ever."""
VALID_FOR = timedelta(days=7)
"""How long a bundle may lie about before it is worth nothing."""
CODE_ENTROPY_BYTES = 32
CODE_SYMBOLS = 20
"""Some 90 bits: a bundle shows whether a code is right, so it must stand trying at any speed."""
_CODE_GROUP = 4
_VERSION = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_LONGEST_SPAN = 10**12
"""Seconds that are shown at most; another machine's measurement is any number of 64 bits."""
_MOST_DIGITS = 60
"""Of a version that is compared; it is any text that another machine sends."""


class MachineKind(StrEnum):
    """What a machine is for."""

    KIOSK = "kiosk"
    DESK = "desk"
    """It works on central itself, so nothing waits on it, and it may be off for weeks."""


@dataclass(frozen=True, slots=True)
class KioskView:
    """One machine of the clinic, as far as this database knows."""

    name: str
    symbols: str
    """The two symbols that begin its reference codes."""
    kind: MachineKind
    here: bool
    """Whether it is this machine."""
    enrolled_at: datetime
    joined: bool
    """Whether it has ever taken up its place."""
    revoked_at: datetime | None = None
    wiped_at: datetime | None = None
    """When it was emptied after that, as it reports itself."""
    contact_at: datetime | None = None
    """When central and it last spoke, by central's clock; None where they never did."""
    pending: int | None = None
    """Rows that wait to be sent; None where nothing has to be sent or nothing is known."""
    waiting_since: datetime | None = None
    """When the oldest of them was made, by its own clock."""
    parked: int | None = None
    """Rows that central refuses; None as above."""
    clock_offset_ms: int | None = None
    """Central's clock minus its own; None where it was never measured."""
    version: str = ""
    """Of its program at the last contact; empty where that is not known."""
    helplines_review_by: date | None = None
    """When the helplines that it shows are to be checked again."""
    incarnations: tuple[Incarnation, ...] = ()
    """Of its folder and of copies of it, as central knows them."""
    needs: tuple[str, ...] = ()
    """Why it needs a person, the most urgent sentence first; see `describe_needs`."""


def describe_needs(
    view: KioskView, now: datetime, newest_version: str, calendar: WorkingCalendar
) -> tuple[str, ...]:
    """Return why a machine needs a person, each in one sentence, the most urgent first.

    `now` is central's time, `newest_version` as `latest_version` returns it.
    """
    if view.revoked_at is not None:
        return _describe_revoked(view, view.revoked_at, now)
    if not view.joined:
        ago = format_duration(now - view.enrolled_at)
        return (f"Enrolled {ago} ago, but never joined. Run `kiosk central join` on it.",)
    silence = _describe_silence(view, now, calendar)
    found = (
        *describe_incarnations(view.incarnations, now, calendar.zone),
        silence,
        _describe_parked(view),
        "" if silence else _describe_waiting(view, now),
        _describe_clock(view),
        _describe_helplines(view, now.astimezone(calendar.zone).date()),
        _describe_version(view, newest_version),
    )
    return tuple(sentence for sentence in found if sentence)


def latest_version(views: Iterable[KioskView]) -> str:
    """Return the newest version of the machines in use; empty where none is known."""
    versions = (view.version for view in views if view.revoked_at is None)
    return max(versions, key=_comparable, default="")


def sort_kiosks(views: Iterable[KioskView]) -> tuple[KioskView, ...]:
    """Return those that need a person first and those that have gone last, each by name."""
    return tuple(sorted(views, key=_rank))


def describe_needing_machines(views: Sequence[KioskView]) -> str:
    """Return how many machines need a person, such as "2 kiosks need a person"; empty for none."""
    needy = [view for view in views if view.needs]
    if not needy:
        return ""
    noun = "kiosk" if all(view.kind is MachineKind.KIOSK for view in needy) else "machine"
    return f"1 {noun} needs a person" if len(needy) == 1 else f"{len(needy)} {noun}s need a person"


def format_clock_offset(offset_ms: int) -> str:
    """Return how far off a clock is, such as "5 minutes behind" or "right"."""
    seconds = min(round(abs(offset_ms) / 1000), _LONGEST_SPAN)
    if not seconds:
        return "right"
    return f"{format_duration(timedelta(seconds=seconds))} {'behind' if offset_ms > 0 else 'ahead'}"


def format_duration(length: timedelta) -> str:
    """Return a length of time in round words, such as "3 hours"; at least a second."""
    seconds = max(1, int(length.total_seconds()))
    for unit, of, upto in (("second", 1, 120), ("minute", 60, 120), ("hour", 3600, 48)):
        count = seconds // of
        if count < upto:
            return f"1 {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds // 86_400:,} days"


def format_record_count(count: int) -> str:
    """Return "1 record" or "1,200 records"."""
    return "1 record" if count == 1 else f"{count:,} records"


def _describe_revoked(view: KioskView, revoked_at: datetime, now: datetime) -> tuple[str, ...]:
    has_nothing = view.kind is MachineKind.DESK or not view.joined
    if has_nothing or view.wiped_at is not None or now - revoked_at > ASKED_TO_EMPTY:
        return ()
    return ("Revoked, but not yet emptied. Let it reach the centre once more.",)


def _describe_silence(view: KioskView, now: datetime, calendar: WorkingCalendar) -> str:
    """Return since when a kiosk is silent, if too long; one without central has nobody to reach."""
    since = view.contact_at
    if view.kind is MachineKind.DESK or (since is None and view.here):
        return ""
    heard = since or view.enrolled_at
    if now - heard <= SILENT and calendar.hours_between(heard, now) <= SILENT_HOURS:
        return ""
    waited = f"; {format_record_count(view.pending)} waited then" if view.pending else ""
    words = "No contact yet" if since is None else f"No contact for {format_duration(now - heard)}"
    return f"{words}{waited}. Look whether it is on and has network."


def _describe_parked(view: KioskView) -> str:
    if not view.parked:
        return ""
    verb = "is" if view.parked == 1 else "are"
    return (
        f"{format_record_count(view.parked)} {verb} set aside. See `kiosk sync parked list` there."
    )


def _describe_waiting(view: KioskView, now: datetime) -> str:
    if not view.pending or view.waiting_since is None or view.contact_at is None:
        return ""
    waited = now - corrected(view.waiting_since, view.clock_offset_ms)
    if waited <= WAITING:
        return ""
    verb = "has" if view.pending == 1 else "have"
    return (
        f"{format_record_count(view.pending)} {verb} waited for {format_duration(waited)}."
        " See `kiosk doctor` there."
    )


def _describe_clock(view: KioskView) -> str:
    offset = view.clock_offset_ms
    if offset is None or abs(offset) <= CLOCK_OFF_MS:
        return ""
    return f"Its clock is {format_clock_offset(offset)}. Set it."


def _describe_helplines(view: KioskView, today: date) -> str:
    if view.helplines_review_by is None or today <= view.helplines_review_by:
        return ""
    return (
        f"Its helplines were to be checked by {view.helplines_review_by}."
        " Ring each line and publish the list anew."
    )


def _describe_version(view: KioskView, newest_version: str) -> str:
    if not view.version or _comparable(view.version) >= _comparable(newest_version):
        return ""
    return f"It runs version {view.version}, others {newest_version}. Install that there too."


def _comparable(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with; none where it is no version."""
    found = _VERSION.match(version[:_MOST_DIGITS])
    return tuple(map(int, found.group().split("."))) if found else ()


def _rank(view: KioskView) -> tuple[int, str, str]:
    return (0 if view.needs else 2 if view.revoked_at else 1, view.name, view.symbols)


def new_code(entropy: bytes) -> str:
    """Return a code of 20 symbols made of 32 random bytes; ValueError for another length."""
    if len(entropy) != CODE_ENTROPY_BYTES:
        raise ValueError(f"a code needs {CODE_ENTROPY_BYTES} bytes of entropy")
    number, symbols = int.from_bytes(entropy, "big"), ""
    for _ in range(CODE_SYMBOLS):
        number, value = divmod(number, len(REFERENCE_ALPHABET))
        symbols += REFERENCE_ALPHABET[value]
    return symbols


def format_code(symbols: str) -> str:
    """Return a code as people see it: groups of four, then a check symbol."""
    groups = [symbols[start : start + _CODE_GROUP] for start in range(0, len(symbols), _CODE_GROUP)]
    return "-".join((*groups, check_symbol(symbols)))


def parse_code(text: str) -> str | None:
    """Return the code that somebody typed; case, spaces and dashes do not matter.

    The result is its 20 symbols, or None where a symbol is unknown or the check symbol is wrong.
    """
    symbols = parse_symbols(text, CODE_SYMBOLS + 1)
    return None if symbols is None else symbols[:CODE_SYMBOLS]


def free_symbols(used: Collection[str], entropy: bytes) -> str | None:
    """Return two symbols that no machine of the site has or had; None where all are taken."""
    taken = set(used)
    free = [first + second for first in REFERENCE_ALPHABET for second in REFERENCE_ALPHABET]
    free = [pair for pair in free if pair not in taken]
    return free[int.from_bytes(entropy, "big") % len(free)] if free else None
