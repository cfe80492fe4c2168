"""The clinic's retention policy carried out: finding what is due, and deleting it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session as Transaction

from kiosk.devices import export_folder
from kiosk.devices.clock import Clock, Entropy
from kiosk.devices.export_folder import OldFile
from kiosk.domain.audit import AuditAction
from kiosk.domain.policy import (
    LEAST_ATTENDANCE_KEPT,
    LEAST_PASSES_KEPT,
    LEAST_REQUESTS_KEPT,
    Rules,
)
from kiosk.domain.retention import RetentionCount, RetentionDone, RetentionKind, RetentionPlan
from kiosk.records import cleaning
from kiosk.records.database.store import Records
from kiosk.records.retention import (
    Cutoff,
    Expired,
    batches,
    drop_expired,
    expiry_questions,
    find_attendance,
    find_finished_requests,
    find_loose_facts,
    find_unused_people,
    owes_rows,
)
from kiosk.records.schema.columns import Row
from kiosk.records.schema.tables import CallbackRequest, CheckIn, HeadCount, Participant
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff_desk import Context

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


def ignore_progress(_done: int, _total: int) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class DueRecords:
    """What a retention run would delete now."""

    at: datetime
    rules: Rules
    cut: Cutoff
    """The limits by which `requests` were found."""
    unused: Cutoff
    """The limits by which `people` were found."""
    requests: Sequence[Expired]
    loose: Sequence[Expired]
    """Facts of requests that were deleted; not counted."""
    attendance: Sequence[Expired]
    people: Sequence[Expired]
    files: Sequence[OldFile]

    @property
    def total(self) -> int:
        """How many steps a run has."""
        rows = (self.requests, self.loose, self.attendance, self.people)
        return sum(len(some) for some in rows) + len(self.files)

    def plan(self, last_run: datetime | None) -> RetentionPlan:
        """Return the counts; `last_run` is when a run last ended."""
        rules = self.rules
        counts = (
            _count(RetentionKind.REQUESTS, rules, [old.at for old in self.requests]),
            _count(RetentionKind.ATTENDANCE, rules, [old.at for old in self.attendance]),
            _count(RetentionKind.PASSES, rules, [old.at for old in self.people]),
            _count(RetentionKind.EXPORTS, rules, [file.at for file in self.files]),
        )
        return RetentionPlan(self.at, counts, last_run)


def due_questions(context: Context, now: datetime) -> list[Callable[[Transaction], object]]:
    """Return what `find_due_records` asks first at the same time."""
    return expiry_questions(*_cutoffs(context, now, sending=False))


def _cutoffs(context: Context, now: datetime, *, sending: bool) -> tuple[Cutoff, Cutoff, Cutoff]:
    """Return the limits of requests, attendance and people."""
    site, rules = context.site.site_id, context.rules
    kept = (
        (rules.closed_requests_kept, LEAST_REQUESTS_KEPT),
        (rules.attendance_kept, LEAST_ATTENDANCE_KEPT),
        (rules.passes_kept, LEAST_PASSES_KEPT),
    )
    requests, attendance, people = (
        Cutoff(site, now - wanted, now - least, sending) for wanted, least in kept
    )
    return requests, attendance, people


def find_due_records(context: Context, transaction: Transaction, now: datetime) -> DueRecords:
    """Find what the policy has kept for long enough (some seconds for 100,000 rows)."""
    rules, sending = context.rules, owes_rows(transaction, context.site.kiosk_id)
    requests, attendance, people = _cutoffs(context, now, sending=sending)
    return DueRecords(
        now,
        rules,
        requests,
        people,
        find_finished_requests(transaction, requests),
        find_loose_facts(transaction, requests),
        find_attendance(transaction, attendance),
        find_unused_people(transaction, people),
        export_folder.files_older_than(context.exports, now - rules.exports_kept),
    )


def delete_due_records(
    context: Context, due: DueRecords, progress: Progress = ignore_progress
) -> RetentionDone:
    """Delete what is due, to the last byte; SetupError where an exported file cannot be deleted."""
    begun, total, gone = 0, due.total, Counter[type[Row]]()
    for part in batches([*due.requests, *due.loose, *due.attendance, *due.people]):
        with context.store.write() as transaction:
            # A central that was joined since then has not confirmed these facts yet.
            if owes_rows(transaction, context.site.kiosk_id) == due.cut.sending:
                gone += drop_expired(transaction, part, due.cut, due.unused)
        begun += len(part)
        progress(begun, total)
    context.store.checkpoint()
    files = export_folder.overwrite_and_delete(due.files)
    if due.files:
        progress(total, total)
    facts = gone[CheckIn] + gone[HeadCount]
    return RetentionDone(due.at, gone[CallbackRequest], facts, gone[Participant], files)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows were deleted."""

    requests: int
    check_ins: int


def clean_kiosk(
    store: Records, clock: Clock, entropy: Entropy, site: SiteInfo, rules: Rules
) -> Cleaned:
    """Delete sealed requests and check-ins that central confirmed long enough ago.

    In small transactions, so that a visitor can check in between them; then the write-ahead log
    is emptied, so that no byte of them is left. Without central nothing is deleted.
    """
    now = clock.now()

    def drop(kind: type[CallbackRequest | CheckIn], kept: timedelta) -> int:
        by, gone, dropped = now - kept, 0, 1
        while dropped:
            # Looked for while others write: it may take the reading of a whole table.
            with store.read() as transaction:
                found = cleaning.confirmed_ids(transaction, kind, site.kiosk_id, by)
            if not found:
                break
            with store.write() as transaction:
                dropped = cleaning.drop_confirmed(transaction, kind, site.kiosk_id, by, found)
            gone += dropped
        return gone

    requests = drop(CallbackRequest, rules.requests_kept)
    check_ins = drop(CheckIn, rules.check_ins_kept)
    with store.write() as transaction:
        longest = max(rules.requests_kept, rules.check_ins_kept)
        cleaning.drop_confirmations(transaction, now - longest)
        if requests or check_ins:
            add_entry(transaction, site, entropy, clock.now(), AuditAction.RETENTION_RUN)
    store.checkpoint()
    return Cleaned(requests, check_ins)


def _count(kind: RetentionKind, rules: Rules, times: Sequence[datetime]) -> RetentionCount:
    kept = {
        RetentionKind.REQUESTS: rules.closed_requests_kept,
        RetentionKind.ATTENDANCE: rules.attendance_kept,
        RetentionKind.PASSES: rules.passes_kept,
        RetentionKind.EXPORTS: rules.exports_kept,
    }[kind]
    return RetentionCount(kind, kept, len(times), min(times, default=None))
