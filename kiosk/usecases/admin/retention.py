"""The clinic's retention policy carried out: finding what is due, and deleting it."""

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
from kiosk.records import retention
from kiosk.records.database.store import Records
from kiosk.records.retention import (
    Cutoff,
    Expired,
    batches,
    drop_facts,
    drop_finished_requests,
    drop_unused_people,
    find_attendance,
    find_finished_requests,
    find_loose_facts,
    find_unused_people,
    forget_desk_changes,
    owes_rows,
)
from kiosk.records.schema.tables import CallbackRequest, CheckIn
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


def find_due_records(context: Context, transaction: Transaction, now: datetime) -> DueRecords:
    """Find what the policy has kept for long enough (some seconds for 100,000 rows)."""
    site, rules = context.site.site_id, context.rules
    sending = owes_rows(transaction, context.site.kiosk_id)

    def cut(kept: timedelta, least: timedelta) -> Cutoff:
        return Cutoff(site, now - kept, now - least, sending)

    requests = cut(rules.closed_requests_kept, LEAST_REQUESTS_KEPT)
    return DueRecords(
        now,
        rules,
        requests,
        find_finished_requests(transaction, requests),
        find_loose_facts(transaction, requests),
        find_attendance(transaction, cut(rules.attendance_kept, LEAST_ATTENDANCE_KEPT)),
        find_unused_people(transaction, cut(rules.passes_kept, LEAST_PASSES_KEPT)),
        export_folder.files_older_than(context.exports, now - rules.exports_kept),
    )


def delete_due_records(
    context: Context, due: DueRecords, progress: Progress = ignore_progress
) -> RetentionDone:
    """Delete what is due, to the last byte; SetupError where an exported file cannot be deleted."""
    begun, total, cut = 0, due.total, due.cut

    def drop(found: Sequence[Expired], by: Callable[[Transaction, Sequence[Expired]], int]) -> int:
        nonlocal begun
        gone = 0
        for part in batches(found):
            with context.store.write() as transaction:
                # A central that was joined since then has not confirmed these facts yet.
                if owes_rows(transaction, context.site.kiosk_id) == cut.sending:
                    gone += by(transaction, part)
            begun += len(part)
            progress(begun, total)
        return gone

    requests = drop(due.requests, lambda rows, part: drop_finished_requests(rows, part, cut))
    drop(due.loose, lambda rows, part: drop_facts(rows, part, cut))
    facts = drop(due.attendance, lambda rows, part: drop_facts(rows, part, cut))
    unused_by = cut._replace(by=due.at - due.rules.passes_kept, came_by=due.at - LEAST_PASSES_KEPT)
    people = drop(due.people, lambda rows, part: drop_unused_people(rows, part, unused_by))
    with context.store.write() as transaction:
        forget_desk_changes(transaction)
    context.store.checkpoint()
    files = export_folder.overwrite_and_delete(due.files)
    if due.files:
        progress(total, total)
    return RetentionDone(due.at, requests, facts, people, files)


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
                found = retention.confirmed_ids(transaction, kind, site.kiosk_id, by)
            if not found:
                break
            with store.write() as transaction:
                dropped = retention.drop_confirmed(transaction, kind, site.kiosk_id, by, found)
            gone += dropped
        return gone

    requests = drop(CallbackRequest, rules.requests_kept)
    check_ins = drop(CheckIn, rules.check_ins_kept)
    with store.write() as transaction:
        longest = max(rules.requests_kept, rules.check_ins_kept)
        retention.drop_confirmations(transaction, now - longest)
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
