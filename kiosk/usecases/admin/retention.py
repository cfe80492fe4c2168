"""The clinic's retention policy carried out: finding what is due, and deleting it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session as Transaction

from kiosk.devices import export_folder
from kiosk.devices.clock import Clock, Entropy
from kiosk.devices.export_folder import OldFile
from kiosk.domain.audit import AuditAction
from kiosk.domain.clock_sync import corrected, is_doubtful, is_far_off
from kiosk.domain.policy import (
    LEAST_ATTENDANCE_KEPT,
    LEAST_PASSES_KEPT,
    LEAST_REQUESTS_KEPT,
    Rules,
)
from kiosk.domain.retention import (
    KeptDays,
    RetentionCount,
    RetentionDone,
    RetentionKind,
    RetentionPlan,
    RetentionStatus,
    retention_status,
)
from kiosk.records import audit, cleaning
from kiosk.records import site as site_rows
from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.database.store import Records
from kiosk.records.person import erasing
from kiosk.records.retention.attendance import find_attendance, find_unused_people
from kiosk.records.retention.cutoff import Cutoff, Expired, batches, owes_rows
from kiosk.records.retention.deleting import drop_expired, expiry_questions, forget_desk_changes
from kiosk.records.retention.requests import find_finished_requests, find_loose_facts
from kiosk.records.schema.columns import Row, is_central
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

    def plan(self, status: RetentionStatus) -> RetentionPlan:
        """Return the counts, with whether a run begins by itself."""
        rules = self.rules
        counts = (
            _count(RetentionKind.REQUESTS, rules, [old.at for old in self.requests]),
            _count(RetentionKind.ATTENDANCE, rules, [old.at for old in self.attendance]),
            _count(RetentionKind.PASSES, rules, [old.at for old in self.people]),
            _count(RetentionKind.EXPORTS, rules, [file.at for file in self.files]),
        )
        return RetentionPlan(self.at, counts, status)


def trusted_now(transaction: Transaction, here: datetime) -> datetime:
    """Return the time to judge ages by: the centre's, else this clock's corrected by its offset."""
    return site_rows.contact_now(transaction, here)


def read_status(context: Context, transaction: Transaction, here: datetime) -> RetentionStatus:
    """Return whether retention runs by itself; `here` is this machine's time."""
    doubtful = False
    if is_central(transaction):
        now = trusted_now(transaction, here)
    else:
        itself = site_rows.machine_state(transaction, context.site.kiosk_id)
        now = corrected(here, itself.clock_offset_ms)
        is_measured = is_far_off(itself.clock_offset_ms)
        doubtful = not is_measured and is_doubtful(here, itself.last_fact_at)
    past = audit.retention_past(transaction, context.site.site_id, now)
    return retention_status(past, KeptDays.of(context.rules), now, is_doubtful=doubtful)


def status_questions(context: Context, here: datetime) -> list[Callable[[Transaction], object]]:
    """Return what `read_status` asks, to be asked ahead at the centre."""
    return [
        lambda transaction: trusted_now(transaction, here),
        *audit.retention_questions(context.site.site_id, here),
    ]


def run_by_itself(context: Context, progress: Progress = ignore_progress) -> RetentionDone | None:
    """Delete what is due, once a day and where a manager has agreed; else return None.

    Two machines that begin at the same time delete the same once. `progress` is called between
    small transactions, and may wait there.
    """
    with context.store.read() as transaction:
        if not read_status(context, transaction, context.clock.now()).is_due:
            return None
    with context.store.write() as transaction:
        here = context.clock.now()
        status = read_status(context, transaction, here)
        if not status.is_due:
            return None
        _enter(context, transaction, here, AuditAction.RETENTION_BEGUN)
    with context.store.read() as transaction:
        due = find_due_records(context, transaction, status.at)
    done = delete_due_records(context, due, progress)
    with context.store.write() as transaction:
        drop_beside(context, transaction)
        _enter(context, transaction, context.clock.now(), AuditAction.RETENTION_DONE)
    return done


def drop_beside(context: Context, transaction: Transaction) -> None:
    """Drop what no policy names: old notes of changes, and what was erased and came again."""
    kept = erasing.came_again(transaction, context.site.site_id)
    run_together(
        transaction,
        partial(forget_desk_changes, transaction),
        partial(erasing.drop_again, transaction, kept),
    )


def _enter(context: Context, transaction: Transaction, now: datetime, action: AuditAction) -> None:
    add_entry(transaction, context.site, context.entropy, now, action)


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
    ask_ahead(
        transaction,
        *(partial(question, transaction) for question in due_questions(context, now)),
    )
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
