"""The clinic's retention policy: what has been kept for long enough, and its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session as Transaction

from kiosk.devices import exports
from kiosk.devices.exports import OldFile
from kiosk.domain.oversight import Kept, RetentionCount, RetentionDone, RetentionPlan
from kiosk.domain.rules import Rules
from kiosk.records.finished import drop_finished, finished
from kiosk.records.retired import Cut, Old, attendance, drop_found, loose_ends, parts, sends
from kiosk.records.unused import drop_unused, unused
from kiosk.usecases.staffdesk import House

Progress = Callable[[int, int], None]
"""Is told how much is done and how much there is."""


def silent(_done: int, _total: int) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True, slots=True)
class Due:
    """What would go now."""

    at: datetime
    rules: Rules
    cut: Cut
    """What `requests` were found by."""
    requests: Sequence[Old]
    loose: Sequence[Old]
    """What is left of requests that are gone; not counted."""
    attendance: Sequence[Old]
    people: Sequence[Old]
    files: Sequence[OldFile]

    @property
    def total(self) -> int:
        """How many steps a run has."""
        rows = (self.requests, self.loose, self.attendance, self.people)
        return sum(len(some) for some in rows) + len(self.files)

    def plan(self, last_run: datetime | None) -> RetentionPlan:
        """Count it."""
        rules = self.rules
        counts = (
            _count(Kept.REQUESTS, rules, [old.at for old in self.requests]),
            _count(Kept.ATTENDANCE, rules, [old.at for old in self.attendance]),
            _count(Kept.PASSES, rules, [old.at for old in self.people]),
            _count(Kept.EXPORTS, rules, [file.at for file in self.files]),
        )
        return RetentionPlan(self.at, counts, last_run)


def what_is_due(house: House, transaction: Transaction, now: datetime) -> Due:
    """Find what the policy says has been kept for long enough (some seconds for 100,000 rows)."""
    site, rules = house.site.site_id, house.rules
    sending = sends(transaction, house.site.kiosk_id)
    requests = Cut(site, now - rules.closed_requests_kept, sending)
    return Due(
        now,
        rules,
        requests,
        finished(transaction, requests),
        loose_ends(transaction, requests),
        attendance(transaction, Cut(site, now - rules.attendance_kept, sending)),
        unused(transaction, Cut(site, now - rules.passes_kept, sending)),
        exports.older_than(house.exports, now - rules.exports_kept),
    )


def let_go(house: House, due: Due, progress: Progress = silent) -> RetentionDone:
    """Delete what is due, to the last byte; SetupError where an exported file will not go."""
    begun, total, cut = 0, due.total, due.cut

    def drop(found: Sequence[Old], by: Callable[[Transaction, Sequence[Old]], int]) -> int:
        nonlocal begun
        gone = 0
        for part in parts(found):
            with house.store.write() as transaction:
                # A centre that was met since then is owed what it has not confirmed.
                if sends(transaction, house.site.kiosk_id) == cut.sending:
                    gone += by(transaction, part)
            begun += len(part)
            progress(begun, total)
        return gone

    requests = drop(due.requests, lambda rows, part: drop_finished(rows, part, cut))
    drop(due.loose, lambda rows, part: drop_found(rows, part, cut))
    facts = drop(due.attendance, lambda rows, part: drop_found(rows, part, cut))
    unused_by = cut._replace(by=due.at - due.rules.passes_kept)
    people = drop(due.people, lambda rows, part: drop_unused(rows, part, unused_by))
    house.store.checkpoint()
    files = exports.remove(due.files)
    if due.files:
        progress(total, total)
    return RetentionDone(due.at, requests, facts, people, files)


def _count(kind: Kept, rules: Rules, times: Sequence[datetime]) -> RetentionCount:
    kept = {
        Kept.REQUESTS: rules.closed_requests_kept,
        Kept.ATTENDANCE: rules.attendance_kept,
        Kept.PASSES: rules.passes_kept,
        Kept.EXPORTS: rules.exports_kept,
    }[kind]
    return RetentionCount(kind, kept, len(times), min(times, default=None))
