"""What a manager may do about the clinic's records: look back, let go, report."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.figures import AttendanceReport, RequestsReport
from kiosk.domain.oversight import (
    AuditLine,
    AuditVerdict,
    KioskView,
    RetentionDone,
    RetentionPlan,
)
from kiosk.domain.staff import Role, plain_login
from kiosk.domain.text import clean
from kiosk.records import audit, machines, staff
from kiosk.usecases import policy, reporting
from kiosk.usecases.auditing import check_trail
from kiosk.usecases.policy import Progress, silent
from kiosk.usecases.staffdesk import House, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey

MOST_LINES = 1000
"""Lines of the audit trail in one answer."""
_CODE = 8
"""Characters of an id that stand for something without a name."""


class OversightDesk(StaffDesk):
    """The manager's desk over the records; made by `Access.oversight_desk` after sign-in."""

    role = Role.MANAGER

    def __init__(
        self, house: House, signed_in: SignedIn, keys: Mapping[bytes, PrivateSealingKey]
    ) -> None:
        """Take the keys of the purpose `callbacks`: they open the trail's first key."""
        super().__init__(house, signed_in, keys)
        self._trail_opened = False

    def audit_trail(
        self,
        limit: int = 200,
        before: int | None = None,
        staff: str | None = None,
        action: str | None = None,
    ) -> tuple[AuditLine, ...]:
        """Give entries of this machine's trail, the latest first, at most `limit` (1 to 1000).

        `before` is the position of the last line of an earlier answer, to read on from. `staff`
        (a login) and `action` (code of `AuditAction`) leave out all others. The first look of a
        desk leaves an entry of its own.
        """
        with self._writing() as (transaction, now):
            if not self._trail_opened:
                self._audit(transaction, now, AuditAction.AUDIT_OPENED)
            logins = _logins(transaction, self._site.site_id)
            wanted = audit.Wanted(
                most=max(1, min(limit, MOST_LINES)),
                before=before,
                by_staff=None if staff is None else _named(logins, staff),
                action=action or None,
            )
            entries = audit.latest(transaction, self._site.kiosk_id, wanted)
            subjects = {entry.subject for entry in entries if entry.subject is not None}
            references = audit.references(transaction, subjects)
        self._trail_opened = True
        names = {**references, **logins}
        return tuple(
            AuditLine(
                entry.position,
                entry.at,
                clean(entry.action),
                clean(logins.get(entry.by_staff, "")) if entry.by_staff else "",
                _code(entry.subject, names),
            )
            for entry in entries
        )

    def verify_audit(self) -> AuditVerdict:
        """Check this machine's whole trail, and leave an entry that it was checked.

        Takes a second for every 100,000 entries, so call it in a thread. VaultError where the
        keys of this account cannot check it.
        """
        with self._reading() as (_, now):
            pass
        broken_at, entries = check_trail(self._store, self._site, self._keys)
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.AUDIT_VERIFIED)
        return AuditVerdict(broken_at is None, entries, broken_at, now)

    def retention_preview(self) -> RetentionPlan:
        """Say what a run would delete now; changes nothing."""
        with self._reading() as (transaction, now):
            due = policy.what_is_due(self._house, transaction, now)
            return due.plan(
                audit.last(transaction, self._site.kiosk_id, AuditAction.RETENTION_DONE)
            )

    def run_retention(self, progress: Progress = silent) -> RetentionDone:
        """Delete for good what the policy says has been kept for long enough.

        In small transactions, so that the kiosk goes on; `progress` is called with how much is
        done and how much there is. A run that was cut is made whole by the next one. SetupError
        where the exports folder cannot be emptied; all else has gone by then.
        """
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.RETENTION_BEGUN)
        with self._reading() as (transaction, now):
            due = policy.what_is_due(self._house, transaction, now)
        done = policy.let_go(self._house, due, progress)
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.RETENTION_DONE)
        return done

    def requests_report(self, blocks: int = 3) -> RequestsReport:
        """Tell of callback requests in the last finished blocks of four weeks, at most `blocks`."""
        with self._reading() as (transaction, now):
            return reporting.requests_report(self._house, transaction, now, blocks)

    def attendance_report(self, blocks: int = 3) -> AttendanceReport:
        """Tell of attendance in the last finished blocks of four weeks, at most `blocks`."""
        with self._reading() as (transaction, now):
            return reporting.attendance_report(self._house, transaction, now, blocks)

    def kiosks(self) -> tuple[KioskView, ...]:
        """Give the clinic's machines by name, with what this database knows of each."""
        with self._reading() as (transaction, _):
            return machines.all_of(transaction, self._site.site_id, self._site.kiosk_id)


def _logins(transaction: Transaction, site_id: UUID) -> dict[UUID, str]:
    return {one.staff.id: one.staff.login for one in staff.accounts(transaction, site_id)}


def _named(logins: Mapping[UUID, str], login: str) -> UUID:
    """Find who has a login; an id that nobody has where nobody does."""
    wanted = plain_login(login)
    return next((id_ for id_, name in logins.items() if name == wanted), UUID(int=0))


def _code(subject: UUID | None, names: Mapping[UUID, str]) -> str:
    if subject is None:
        return ""
    return clean(names[subject]) if subject in names else subject.hex[-_CODE:]
