"""The manager's reports read from the records: how far back, and what is counted for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.policy import LONGEST_SESSION, Rules
from kiosk.domain.statistics import (
    AnyBlock,
    AttendanceBlock,
    Block,
    Report,
    RequestsBlock,
    attendance_block,
    finished_blocks,
    requests_block,
)
from kiosk.records import statistics
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases.staff_desk import Context


def read_report(
    context: Context, transaction: Transaction, now: datetime, kind: type[AnyBlock], most: int
) -> Report[AnyBlock]:
    """Return the last finished blocks, at most `most`, each as a `kind`, a key of `_SOURCES`."""
    source, site_id = _SOURCES[kind], context.site.site_id
    blocks, next_at = finished_blocks(now, context.site.zone, source.kept(context.rules), most)
    questions = (one for block in blocks for one in source.questions(site_id, block))
    ask_ahead(transaction, *(partial(question, transaction) for question in questions))
    return Report(now, tuple(source.count(context, transaction, one) for one in blocks), next_at)


def _count_requests(context: Context, transaction: Transaction, block: Block) -> RequestsBlock:
    histories = statistics.request_histories(transaction, context.site.site_id, block)
    return requests_block(block, histories, context.site.zone, context.calendar.hours_between)


def _count_attendance(context: Context, transaction: Transaction, block: Block) -> AttendanceBlock:
    arrivals, groups = statistics.arrivals(transaction, context.site.site_id, block)
    return attendance_block(block, arrivals, groups, context.site.zone)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a report comes from."""

    kept: Callable[[Rules], timedelta]
    """Returns how far back all of its facts are still there."""
    questions: Callable[[UUID, Block], Sequence[Callable[[Transaction], object]]]
    """Returns what `count` asks first, of a site."""
    count: Callable[[Context, Transaction, Block], Any]
    """Returns what it tells of one block, as the class that is its key."""


_SOURCES: Mapping[type, _Source] = {
    RequestsBlock: _Source(
        lambda rules: rules.closed_requests_kept, statistics.request_questions, _count_requests
    ),
    # The sessions of a block are read from a little before its start.
    AttendanceBlock: _Source(
        lambda rules: rules.attendance_kept - LONGEST_SESSION,
        statistics.arrival_questions,
        _count_attendance,
    ),
}
