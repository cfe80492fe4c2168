"""What the manager's screens ask of the desk over the records."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.domain.audit import AuditLine
from kiosk.domain.fleet import KioskView, describe_needing_machines
from kiosk.domain.retention import RetentionPlan
from kiosk.domain.statistics import AttendanceReport, RequestsReport

if TYPE_CHECKING:
    from kiosk.domain.audit import AuditVerdict
    from kiosk.domain.retention import RetentionDone
    from kiosk.ui.desk.session import DeskSide, Progress


BLOCKS = 6
"""Blocks of four weeks that are told: half a year."""
PAGE = 200
"""Entries of the audit trail in one answer."""


@dataclass(frozen=True, slots=True)
class ReportSet:
    """All that can be told."""

    requests: RequestsReport
    attendance: AttendanceReport


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries of the audit trail to show."""

    login: str = ""
    """Whose; empty for everybody's."""
    action: str = ""
    """Of which kind (code of `AuditAction`); empty for all."""
    machine: str = ""
    """Of which machine (its symbols); empty for all there are."""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some entries of the audit trail."""

    entries: tuple[AuditLine, ...]
    is_last: bool
    """Whether nothing older is left to be read."""


def reports(side: "DeskSide") -> ReportSet:
    """Return the figures of finished blocks."""
    desk = side.oversight
    return ReportSet(desk.requests_report(BLOCKS), desk.attendance_report(BLOCKS))


def trail(wanted: TrailFilter, before: AuditLine | None, side: "DeskSide") -> TrailPage:
    """Return a page of the audit trail, the latest first; `before` is the end of the last one."""
    by, action, machine = wanted.login or None, wanted.action or None, wanted.machine or None

    def read(place: AuditLine | None) -> tuple[AuditLine, ...]:
        return side.oversight.audit_trail(PAGE, place, by, action, machine)

    found = read(before)
    # An entry that cannot be read leaves its page short, so a short page need not be the last.
    is_last = len(found) < PAGE and not read(found[-1] if found else before)
    return TrailPage(found, is_last)


def verify(side: "DeskSide") -> "AuditVerdict":
    """Check the whole trail."""
    return side.oversight.verify_audit()


def logins(side: "DeskSide") -> tuple[str, ...]:
    """Return the names of all accounts."""
    return tuple(one.login for one in side.accounts.accounts())


def due(side: "DeskSide") -> RetentionPlan:
    """Return what would be deleted now."""
    return side.oversight.retention_preview()


def delete(progress: "Progress", side: "DeskSide") -> "RetentionDone":
    """Delete what is due."""
    return side.oversight.run_retention(progress)


def kiosks(side: "DeskSide") -> tuple[KioskView, ...]:
    """Return the clinic's machines, first those that need a person."""
    return side.oversight.kiosks()


def describe_kiosks_in_need(side: "DeskSide") -> str:
    """Say how many machines need a person; empty where none does."""
    return describe_needing_machines(side.oversight.kiosks())
