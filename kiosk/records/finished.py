"""Finds and deletes callback requests that left the list long enough ago, with all their events.

What is deleted is looked at again in that transaction: somebody may have reopened it meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import Session as Transaction

from kiosk.domain.events import RequestEvent
from kiosk.domain.status import Standing, standing
from kiosk.records.callbacks import EVENT
from kiosk.records.columns import table
from kiosk.records.offsets import kept_since
from kiosk.records.retired import IDS, Cut, Old, drop, parts, unsent
from kiosk.records.tables import CallbackEvent, CallbackRequest, CallbackWithdrawal

_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_since = kept_since(_request, "created_at")
_made = select(_request.id, _since).where(_request.id.in_(IDS)).order_by(_since, _request.id)
_events = EVENT.add_columns(_event.request_id).where(_event.request_id.in_(IDS))
_slips = select(_withdrawal.request_id, _withdrawal.id, _withdrawal.at).where(
    _withdrawal.request_id.in_(IDS)
)
_typed = (
    select(_request.id, _withdrawal.id, _withdrawal.at)
    .join_from(table(CallbackRequest), table(CallbackWithdrawal), _withdrawal.ref == _request.ref)
    .where(_request.id.in_(IDS))
)


@dataclass
class _Story:
    """What is known of a request, with the ids of all that belongs to it."""

    created_at: datetime
    events: list[RequestEvent] = field(default_factory=list)
    slips: dict[UUID, datetime] = field(default_factory=dict)
    typed: dict[UUID, datetime] = field(default_factory=dict)

    @cached_property
    def state(self) -> Standing:
        """Where it stands."""
        return standing(self.events, self.slips.values())

    def is_done(self, by: datetime) -> bool:
        """Say whether it left the list, and nothing has been said about it since `by`."""
        said = [event.at for event in self.events]
        latest = max([self.created_at, *said, *self.slips.values(), *self.typed.values()])
        return latest <= by and not self.state.open

    def rows(self, request_id: UUID) -> set[UUID]:
        """Give the ids of all rows of the request."""
        return {request_id, *(event.id for event in self.events), *self.slips, *self.typed}


def finished(transaction: Transaction, cut: Cut) -> list[Old]:
    """Find the requests that may go, the oldest first."""
    query = (
        select(_request.id)
        .where(_request.site_id == cut.site_id, _since <= cut.by)
        .order_by(_since, _request.id)
    )
    ids = transaction.connection().execute(query).scalars().all()
    return [
        Old(id_, story.created_at, CallbackRequest)
        for part in parts(ids)
        for id_, story in _done(transaction, part, cut).items()
    ]


def drop_finished(transaction: Transaction, found: Sequence[Old], cut: Cut) -> int:
    """Delete those of some requests that still may go; say how many.

    Their events go with them, and their withdrawals, typed ones too.
    """
    done = _done(transaction, [old.id for old in found], cut)
    events = [event.id for story in done.values() for event in story.events]
    notes = [note for story in done.values() for note in (*story.slips, *story.typed)]
    drop(transaction, CallbackEvent, events)
    drop(transaction, CallbackWithdrawal, notes)
    drop(transaction, CallbackRequest, list(done))
    return len(done)


def _done(transaction: Transaction, ids: Sequence[UUID], cut: Cut) -> dict[UUID, _Story]:
    stories = _stories(transaction.connection(), list(ids))
    whole = _with_those_merged_into(transaction.connection(), stories)
    done = {id_: story for id_, story in stories.items() if _is_over(id_, whole, cut.by)}
    if not cut.sending:
        return done
    owed = unsent(transaction, {row for id_, story in done.items() for row in story.rows(id_)})
    return {id_: story for id_, story in done.items() if owed.isdisjoint(story.rows(id_))}


def _with_those_merged_into(
    connection: Connection, stories: Mapping[UUID, _Story]
) -> dict[UUID, _Story]:
    """Add the requests that some were merged into, and those these were merged into."""
    whole, new = dict(stories), dict(stories)
    while new:
        into = {story.state.merged_into for story in new.values()} - {None}
        wanted = [id_ for id_ in into if id_ is not None and id_ not in whole]
        new = {}
        for part in parts(wanted):
            new |= _stories(connection, list(part))
        whole |= new
    return whole


def _is_over(request_id: UUID, stories: Mapping[UUID, _Story], by: datetime) -> bool:
    """Say whether a request is done, and what it was merged into: its slip still speaks for that.

    What is not here any more holds nothing up.
    """
    seen: set[UUID] = set()
    here: UUID | None = request_id
    while here is not None and here in stories and here not in seen:
        if not stories[here].is_done(by):
            return False
        seen.add(here)
        here = stories[here].state.merged_into
    return True


def _stories(connection: Connection, ids: list[UUID]) -> dict[UUID, _Story]:
    part = {"ids": ids}
    found = {id_: _Story(made) for id_, made in connection.execute(_made, part)}
    for *event, request_id in connection.execute(_events, part):
        found[request_id].events.append(RequestEvent(*event))
    for request_id, slip, at in connection.execute(_slips, part):
        found[request_id].slips[slip] = at
    for request_id, note, at in connection.execute(_typed, part):
        found[request_id].typed[note] = at
    return found
