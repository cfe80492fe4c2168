"""One person's data in plain words: what there is, and what erasing takes and leaves."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.domain.attendance.attendance import FirstVisit
from kiosk.domain.callbacks.state import EventKind
from kiosk.domain.callbacks.worklist import BY_SLIP, RETIMED, HistoryEntry
from kiosk.domain.person.data import (
    MemberData,
    NotCorrected,
    NotThere,
    PersonData,
    PersonErased,
    RequestData,
)
from kiosk.presentation.callbacks import (
    format_answered_by_other,
    format_consent,
    format_message_policy,
    format_outcome,
    format_result,
    format_source,
    format_status,
    format_windows,
)
from kiosk.presentation.languages import format_call_language
from kiosk.presentation.wishes import format_wish

NOT_THERE = {
    NotThere.NOTHING_KEPT: (
        "Nothing is kept by this. It may have been erased, or deleted after its time; a kiosk that"
        " has not been in contact may still have to send it."
    ),
    NotThere.NO_CODE: (
        "That is neither a slip, nor a pass, nor a reference. Scan it, or type a reference such as"
        " 7K4Q-FMRF."
    ),
}
NOT_CORRECTED = {
    NotCorrected.CLOSED: "This request is closed, so nobody rings by it; open it again first.",
    NotCorrected.GONE: "This is no longer kept; look again.",
}
OLD_GREETING = (
    "The pass itself greets by the earlier name, which only the pass can open: hand out a new one"
    " (Members and passes)."
)
_STEPS = {
    EventKind.CLAIMED.value: "taken",
    EventKind.RELEASED.value: "let go",
    EventKind.ATTEMPT.value: "rang",
    EventKind.HELD.value: "put on hold",
    EventKind.CLOSED.value: "closed",
    EventKind.MERGED.value: "merged into another",
    EventKind.ESCALATED.value: "escalated",
    EventKind.WITHDRAWN.value: "withdrawn",
    EventKind.NOTED.value: "noted",
    EventKind.NOTE_DISMISSED.value: "withdrawal set aside",
    EventKind.REOPENED.value: "opened again",
    EventKind.UNDONE.value: "a step undone",
    EventKind.HANDED_OVER.value: "handed over",
    BY_SLIP: "taken back by slip",
    RETIMED: "other times chosen by slip",
}
_LASTING = frozenset({EventKind.CLAIMED.value, EventKind.HELD.value})
"""Steps with a time at which they end; that of others is when the next thing is to be."""


class Part(NamedTuple):
    """A part of what is kept: its title, and what each line is about and says."""

    title: str
    lines: tuple[tuple[str, str], ...]


_FIRST = {
    None: "",
    FirstVisit.TO_MEET: " (first time; asked to be met)",
    FirstVisit.MET: " (first time; asked to be met, and was)",
}


def describe_person(
    data: PersonData, zone: ZoneInfo, name_language: Callable[[str], str]
) -> tuple[Part, ...]:
    """Return everything that is kept of a person, in parts."""
    parts = [
        Part(_title(one), tuple(_request_lines(one, zone, name_language))) for one in data.requests
    ]
    if data.member is not None:
        parts.append(
            Part("Member and passes", tuple(_member_lines(data.member, zone, name_language)))
        )
        visits = data.member.visits
        lines = tuple(
            (
                _when(one.at, zone),
                f"{one.label or 'a session'}{_FIRST[one.first_visit]}"
                + ("" if one.counts else " (taken off)"),
            )
            for one in visits
        )
        if lines:
            parts.append(Part("Visits with the pass", lines))
    return tuple(parts)


def describe_what_goes(data: PersonData) -> tuple[str, ...]:
    """Return what erasing takes away."""
    return tuple(_going(data))


def describe_what_stays(data: PersonData) -> tuple[str, ...]:
    """Return what erasing leaves, and where a copy may be that it cannot reach."""
    stays = [
        "How many came to each session, head counts, and reports made so far: numbers alone.",
        "The audit trail: who did what and when, by ids and codes; no name, no number.",
        "Codes that name nobody, so that nothing of it comes back.",
    ]
    if data.at_centre:
        stays += [
            "Kiosks drop it at their next contact; one that is switched off, when it is back.",
            "At the centre the server's disk holds the old bytes until PostgreSQL has cleaned up"
            " (VACUUM; mostly within days), and its log and backups for as long as they are kept.",
            "Files that were exported on other machines, and what was printed or copied.",
        ]
    else:
        stays.append("Backups of the clinic; after one is put back, erase again. And what was"
                     " printed or copied elsewhere.")  # fmt: skip
    return tuple(stays)


def describe_erased(done: PersonErased) -> str:
    """Return what was erased."""
    parts = [
        _count(done.requests, "request", "requests"),
        _count(done.passes, "pass", "passes"),
        _count(done.visits, "visit", "visits"),
        _count(done.files, "exported file", "exported files"),
    ]
    words = ", ".join(filter(None, parts)) or "what was kept"
    return f"Erased for good: {words}. The audit trail says that it was done."


def _going(data: PersonData) -> Iterator[str]:
    for one in data.requests:
        steps = len(one.history) + len(one.typed_at)
        more = f", and {_count(steps, 'step', 'steps')} with their notes" if steps else ""
        yield f"Request {one.request.reference}: name, number, wishes{more}."
    if data.is_open:
        yield "It still waits for a call: nobody will ring any more."
    if data.member is not None:
        if data.member.passes:
            held = _count(len(data.member.passes), "pass", "passes")
            yield f"The name, {held}, and the lists of groups: the pass opens nothing any more."
        if data.member.visits:
            visits = _count(len(data.member.visits), "visit", "visits")
            yield f"Who came: {visits} will be those of a guest."
    if data.files:
        files = _count(data.files, "exported file", "exported files")
        yield f"{files} on this machine that may hold it, as a whole; export again what you need."


def _title(one: RequestData) -> str:
    return f"Request {one.request.reference}"


def _request_lines(
    one: RequestData, zone: ZoneInfo, name_language: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    request = one.request
    if request.unreadable:
        yield "Name and number", "cannot be opened with your keys"
    else:
        yield "Name", request.preferred_name or "–"
        yield "Number", one.phone or "–"
    yield "Asked", f"{_when(request.created_at, zone)}, {format_source(request.origin.source)}"
    yield "Consent", format_consent(request.origin)
    if request.wishes:
        yield "Wishes", ", ".join(map(format_wish, request.wishes))
    yield "State", format_status(one.status)
    yield "To be called", format_windows(request.windows)
    if request.not_before is not None:
        yield "Not before", request.not_before.isoformat()
    yield "Language", format_call_language(request.call_language)
    yield "Messages", format_message_policy(request.message_policy)
    yield "If others answer", format_answered_by_other(request.answered_by_other)
    yield "Care team", "may be told" if request.share_with_team else "is not told"
    yield "Screens in", name_language(request.ui_language)
    for entry in one.history:
        yield _when(entry.at, zone), _step(entry, zone)
    for at in one.typed_at:
        yield _when(at, zone), "its reference was typed to take it back"


def _step(entry: HistoryEntry, zone: ZoneInfo) -> str:
    words = _STEPS.get(entry.kind, entry.kind)
    if entry.kind == RETIMED:
        words += f": {format_windows(entry.outcome.split(','))}"
    elif entry.outcome:
        is_call = entry.kind == EventKind.ATTEMPT.value
        words += f": {(format_result if is_call else format_outcome)(entry.outcome)}"
    words += f", by {entry.by}" if entry.by else ""
    until = "until" if entry.kind in _LASTING else "for"
    words += f", {until} {_when(entry.next_at, zone)}" if entry.next_at else ""
    to = "to" if entry.kind == EventKind.HANDED_OVER.value else "with"
    words += f", {to} {entry.whom}" if entry.whom else ""
    words += " (undone)" if entry.undone else ""
    return words + (f". Note: {entry.note}" if entry.note else "")


def _member_lines(
    member: MemberData, zone: ZoneInfo, name_language: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    if member.since is None:
        yield "Name", "nobody is known by this pass"
    else:
        yield "Name", member.name or "cannot be opened"
        yield "Language", name_language(member.language)
        yield "Since", _when(member.since, zone)
    if member.groups:
        yield "On the lists of", ", ".join(member.groups)
    for one in member.passes:
        ended = "" if one.revoked_at is None else f", ended {_when(one.revoked_at, zone)}"
        yield "Pass", f"made {_when(one.made_at, zone)}{ended}"


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}" if number else ""
