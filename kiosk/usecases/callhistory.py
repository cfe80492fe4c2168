"""Tells what was done about one request, from the first event to the last."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kiosk.domain.events import EventKind
from kiosk.domain.text import clean
from kiosk.domain.worklist import HistoryEntry
from kiosk.records.callbacks import NotedEvent, SlipWithdrawal

BY_SLIP = "withdrawn_by_slip"
"""The kind of an entry that the visitor's slip made."""


def tell(
    events: Sequence[NotedEvent],
    slips: Sequence[SlipWithdrawal],
    notes: Mapping[UUID, str],
    logins: Mapping[UUID, str],
) -> tuple[HistoryEntry, ...]:
    """Give the entries in order; `notes` are the opened ones by event."""
    undone = {e.event.other_id for e in events if e.event.kind == EventKind.UNDONE}
    told = [
        HistoryEntry(
            event_id=event.id,
            revision=event.revision,
            at=event.at,
            kind=clean(event.kind),
            outcome=clean(event.outcome or ""),
            by=logins.get(event.by_staff, "") if event.by_staff else "",
            next_at=event.next_at,
            note=notes.get(event.id, ""),
            undone=event.id in undone,
            other_id=event.other_id,
        )
        for event in (noted.event for noted in events)
    ]
    # A slip changes no revision: it stands after whatever staff had done by then.
    told += [
        HistoryEntry(slip.id, 0, slip.at, BY_SLIP, "", "", None, "", undone=False) for slip in slips
    ]
    return tuple(sorted(told, key=lambda entry: (entry.at, entry.revision, entry.event_id)))
