"""The manager's desk of records: reports, audit trail, retention, helplines and kiosks."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction, AuditEntry, AuditHead, AuditLine, AuditVerdict
from kiosk.domain.callbacks.notice import NoticeState
from kiosk.domain.central.fleet import (
    KioskView,
    MachineKind,
    describe_needs,
    latest_version,
    sort_kiosks,
)
from kiosk.domain.retention import KeptDays, RetentionDone, RetentionHold, RetentionPlan
from kiosk.domain.staff import Role, normalise_login
from kiosk.domain.statistics import AnyBlock, Report
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.presentation.records import describe_hold
from kiosk.records import audit, rosters, site, staff
from kiosk.records.callbacks import notices
from kiosk.records.person import erasing
from kiosk.records.schema.columns import is_central
from kiosk.usecases import helplines
from kiosk.usecases.admin import reports, retention
from kiosk.usecases.admin.retention import Progress, ignore_progress
from kiosk.usecases.audit_trail import check_trails
from kiosk.usecases.helplines import HelplinesInForce, HelplinesMissing, HelplinesPublished
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey

MOST_LINES = 1000
"""Lines of the audit trail in one answer."""
_SHORT_ID = 8
"""Characters of an id shown for a subject without a name."""
_NOBODY = UUID(int=0)


class OversightDesk(StaffDesk):
    """The manager's desk over the records; made by `Access.oversight_desk` after sign-in."""

    role = Role.MANAGER

    def __init__(
        self, context: Context, signed_in: SignedIn, keys: Mapping[bytes, PrivateSealingKey]
    ) -> None:
        """Take the keys of the purpose `callbacks` by key id: they open the trail's first key."""
        super().__init__(context, signed_in, keys)
        self._trail_opened = False

    def audit_trail(
        self,
        limit: int = 200,
        before: AuditLine | int | None = None,
        staff: str | None = None,
        action: str | None = None,
        machine: str | None = None,
    ) -> tuple[AuditLine, ...]:
        """Return entries of the trail, the latest first, at most `limit` (1 to 1000).

        Those of this machine; on central those of all machines, or of the `machine` with these
        symbols. `before` is the last line of an earlier answer, or on one machine its position,
        to read on from. `staff` (a login) and `action` (code of `AuditAction`) leave out all
        others. The first call of a desk leaves an entry of its own.
        """
        if not self._trail_opened:
            with self._writing(audited=True) as (transaction, now):
                self._audit(transaction, now, AuditAction.AUDIT_OPENED)
            self._trail_opened = True
        site_id = self._site.site_id

        def find(transaction: Transaction) -> list[tuple[UUID, AuditEntry]]:
            kiosk_id = self._whose_trail(transaction, machine)
            wanted = audit.AuditQuery(
                most=max(1, min(limit, MOST_LINES)),
                kiosk_id=kiosk_id,
                before=_trail_position(before) if kiosk_id is None else _machine_position(before),
                by_staff=None if staff is None else _find_staff_id(transaction, site_id, staff),
                action=action or None,
            )
            return audit.latest_entries(transaction, site_id, wanted)

        logins_of = partial(_logins, site_id=site_id)
        places_of = partial(rosters.machine_names, site_id=site_id)
        with self._reading(find, logins_of, places_of) as (transaction, _now):
            entries = find(transaction)
            subjects = {one.subject for _, one in entries if one.subject is not None}
            references = audit.request_references(transaction, subjects)
            logins, places = logins_of(transaction), places_of(transaction)
        names = {**references, **logins}
        return tuple(
            _audit_line(place, entry, logins, names, clean(places.get(place, "")))
            for place, entry in entries
        )

    def verify_audit(self, noted: Collection[AuditHead] = ()) -> AuditVerdict:
        """Check this machine's whole trail, and leave an entry that it was checked.

        Heads that were `noted` at earlier checks show whether it was cut or rolled back since.
        On central the trails of all machines are checked, as far as they were sent, and whether
        they tell all that central itself has noted of desks. Takes a second
        for every 100,000 entries, so call it in a thread. VaultError where the keys of this
        account cannot check it.
        """
        with self._reading(whole=True) as (_, now):
            pass
        trails = check_trails(self._store, self._site, self._keys, noted)
        names_of = partial(rosters.machine_names, site_id=self._site.site_id)
        with self._writing(names_of, audited=True) as (transaction, now):
            self._audit(transaction, now, AuditAction.AUDIT_VERIFIED)
            there = is_central(transaction)
            untold = audit.untold_changes(transaction, self._site.site_id) if there else []
            names = names_of(transaction)
        told = (replace(one, machine=clean(names.get(id_, ""))) for id_, one in untold)
        return AuditVerdict(trails, now, tuple(noted), tuple(told))

    def retention_preview(self) -> RetentionPlan:
        """Return what a run would delete now; changes nothing."""
        asked = retention.status_questions(self._context, self._clock.now())
        with self._reading(*asked) as (transaction, here):
            status = retention.read_status(self._context, transaction, here)
            due = retention.find_due_records(self._context, transaction, status.at)
        return due.plan(status)

    def run_retention(self, progress: Progress = ignore_progress) -> RetentionDone:
        """Delete for good what the policy says has been kept for long enough.

        A manager who does so agrees to the policy: from then on it goes by itself. In small
        transactions, so that the kiosk goes on; `progress` is called with how much is done and how
        much there is. A run that was cut is made whole by the next one. SetupError where the clock
        is known to be wrong, or the exports folder cannot be emptied; all else has gone by then.
        """
        asked = retention.status_questions(self._context, self._clock.now())
        with self._writing(*asked, audited=True) as (transaction, here):
            status = retention.read_status(self._context, transaction, here)
            if status.is_clock_behind:
                raise SetupError(describe_hold(RetentionHold.CLOCK_BEHIND))
            policy = KeptDays.of(self._context.rules)
            if status.past.agreed != policy:
                self._audit(transaction, here, AuditAction.RETENTION_AGREED, policy.as_id())
            self._audit(transaction, here, AuditAction.RETENTION_BEGUN)
        with self._reading(*retention.due_questions(self._context, status.at)) as (transaction, _):
            due = retention.find_due_records(self._context, transaction, status.at)
        done = retention.delete_due_records(self._context, due, progress)
        again = partial(erasing.came_again, site_id=self._site.site_id)
        with self._writing(again, audited=True) as (transaction, here):
            retention.drop_beside(self._context, transaction)
            self._audit(transaction, here, AuditAction.RETENTION_DONE)
        return done

    def report(self, kind: type[AnyBlock], blocks: int = 3) -> Report[AnyBlock]:
        """Return the last finished blocks of four weeks, at most `blocks`, each as a `kind`."""
        with self._reading() as (transaction, now):
            return reports.read_report(self._context, transaction, now, kind, blocks)

    def kiosks(self) -> tuple[KioskView, ...]:
        """Return the clinic's machines and their state, first those that need a person."""
        with self._reading() as (transaction, here):
            return find_machines(self._context, transaction, here)

    def notices(self) -> tuple[NoticeState, ...]:
        """Return how each way of telling staff of new requests stands that was ever used."""
        with self._reading() as (transaction, _now):
            return notices.read_states(transaction, self._site.site_id)

    def helplines(self) -> HelplinesInForce:
        """Return the helplines that visitors see, which list they come from, and who rang them."""
        site_id = self._site.site_id
        with self._reading() as (transaction, now):
            found = helplines.now_in_force(transaction, self._site, now)
            who = audit.last_by(transaction, site_id, AuditAction.HELPLINES_PUBLISHED)
            logins = _logins(transaction, site_id) if found.published_at is not None else {}
        return replace(found, published_by=clean(logins.get(who, "")) if who else "")

    def confirm_helplines(self, seen: HelplinesInForce) -> HelplinesPublished:
        """Publish the list in force anew, as rung today by who is signed in.

        `seen` is what they have rung. SetupError where visitors see another list by now, or one
        that is not fit to be shown.
        """
        with self._writing() as (transaction, now):
            shown = helplines.now_in_force(transaction, self._site, now)
            if shown.lines.lines != seen.lines.lines:
                raise SetupError("The list has changed meanwhile; look at it again, and ring it.")
            text = helplines.rung_today(transaction, self._site, now)
            return self._publish(transaction, now, text)

    def publish_helplines(
        self, text: str, *, may_leave_out: bool = False
    ) -> HelplinesPublished | HelplinesMissing:
        """Publish a list (TOML as in assets/content/helplines.toml) to every kiosk.

        SetupError where it is not fit to be shown. Without `may_leave_out` a list that drops lines
        or languages that visitors see now is not published.
        """
        with self._writing() as (transaction, now):
            file = helplines.check_list(text, self._site, now)
            missing = helplines.find_left_out(file, self._site, transaction)
            if missing and not may_leave_out:
                return HelplinesMissing(missing)
            return self._publish(transaction, now, text)

    def _publish(self, transaction: Transaction, now: datetime, text: str) -> HelplinesPublished:
        file, row_id = helplines.check_list(text, self._site, now), self._new_id(now)
        at = helplines.add_published(transaction, self._site, row_id, text, now)
        self._audit(transaction, now, AuditAction.HELPLINES_PUBLISHED, row_id)
        return HelplinesPublished(at, file.verified_on, file.review_by, len(file.entries))

    def _whose_trail(self, transaction: Transaction, symbols: str | None) -> UUID | None:
        """Return which machine's entries to show; None for those of all."""
        if symbols is not None:
            found = site.find_by_symbols(transaction, self._site.site_id, symbols)
            return _NOBODY if found is None else found
        return None if is_central(transaction) else self._site.kiosk_id


def find_machines(
    context: Context, transaction: Transaction, here: datetime
) -> tuple[KioskView, ...]:
    """Return the same as `OversightDesk.kiosks`, in a transaction."""
    own, calendar = context.site, context.calendar
    now = site.contact_now(transaction, here)
    found = site.all_machines(transaction, own.site_id, own.kiosk_id)
    shown = helplines.now_in_force(transaction, own, here)
    latest = latest_version(found)
    known = (
        replace(view, helplines_review_by=shown.lines.review_by)
        if view.here and view.kind is MachineKind.KIOSK
        else view
        for view in found
    )
    return sort_kiosks(
        replace(view, needs=describe_needs(view, now, latest, calendar)) for view in known
    )


def _audit_line(
    place: UUID,
    entry: AuditEntry,
    logins: Mapping[UUID, str],
    names: Mapping[UUID, str],
    machine: str,
) -> AuditLine:
    return AuditLine(
        entry.position,
        entry.at,
        clean(entry.action),
        clean(logins.get(entry.by_staff, "")) if entry.by_staff else "",
        _describe_subject(entry, names),
        machine,
        place,
    )


def _trail_position(before: AuditLine | int | None) -> audit.TrailPosition | None:
    """Return the position of a line among all machines'; ValueError for a bare number."""
    if before is None:
        return None
    if isinstance(before, int) or before.machine_id is None:
        raise ValueError("a position is a place on one machine")
    return audit.TrailPosition(before.at, before.machine_id, before.position)


def _machine_position(before: AuditLine | int | None) -> int | None:
    return before.position if isinstance(before, AuditLine) else before


def _logins(transaction: Transaction, site_id: UUID) -> dict[UUID, str]:
    return {one.staff.id: one.staff.login for one in staff.accounts(transaction, site_id)}


def _find_staff_id(transaction: Transaction, site_id: UUID, login: str) -> UUID:
    """Return whose login this is; an id that no account has for an unknown login."""
    logins, wanted = _logins(transaction, site_id), normalise_login(login)
    return next((id_ for id_, name in logins.items() if name == wanted), _NOBODY)


def _describe_subject(entry: AuditEntry, names: Mapping[UUID, str]) -> str:
    subject = entry.subject
    if subject is None:
        return ""
    if entry.action == AuditAction.RETENTION_AGREED:
        return str(KeptDays.from_id(subject))
    return clean(names[subject]) if subject in names else subject.hex[-_SHORT_ID:]
