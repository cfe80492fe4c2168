"""Checking in at the kiosk: with a pass, as a guest, or by a first name with a new pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.attendance.attendance import CheckInKind, PassHistory, choose_session
from kiosk.domain.attendance.check_in import (
    AlreadyHere,
    CheckedIn,
    CheckInOutcome,
    ChooseSession,
    GuestWelcomed,
    JoinDraft,
    Joined,
    NothingOpen,
    Session,
    SessionsToday,
    sessions_today,
)
from kiosk.domain.clock_sync import corrected
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import CodeKind, derive_lookup, derive_name_key, encode
from kiosk.domain.policy import LONGEST_SESSION, Rules
from kiosk.domain.text import clean
from kiosk.records import check_ins, passes
from kiosk.records import groups as group_rows
from kiosk.records import site as site_rows
from kiosk.records.check_ins import OpenSessions, open_sessions
from kiosk.records.database.writing import add_fact_values
from kiosk.records.schema.tables import CheckIn
from kiosk.usecases.passes.issuing import PassMaker
from kiosk.usecases.site import SealingKeys, SiteInfo
from kiosk.vault.sealing import unlock_name

_ARRIVED = CheckInKind.ARRIVED.value
_GUEST = CheckInKind.GUEST.value
_LONGEST_DAY = timedelta(hours=25)
"""A day on which the clocks are put back."""


class VisitorCheckIns:
    """The check-ins of the visitor's desk, inside the desk's transactions."""

    def __init__(
        self, entropy: Entropy, site: SiteInfo, rules: Rules, sealing: SealingKeys
    ) -> None:
        self._entropy = entropy
        self._site = site
        self._rules = rules
        self._passes = PassMaker(entropy, site, sealing)
        self._offset_ms: int | None = None
        """The clock offset at the last scan, so that the next scan needs no query for it."""

    def sessions_today(self, transaction: Transaction, now: datetime) -> SessionsToday:
        """Return the sessions open now and those later today, by the corrected time.

        `now` is always the time of this machine's clock, which facts are written with.
        """
        now = self._corrected(transaction, now)
        since, until = now - LONGEST_SESSION, now + _LONGEST_DAY
        near = group_rows.sessions_starting(transaction, self._site.site_id, since, until)
        return sessions_today(near, now, self._site.zone, self._rules.opens_before)

    def with_pass(
        self, transaction: Transaction, now: datetime, secret: bytes, session_id: UUID | None
    ) -> CheckInOutcome:
        """Check in by the pass of a `secret`, at `session_id` where that is open.

        An unknown or revoked pass is welcomed as a guest; a repeat returns `AlreadyHere`.
        """
        mark = derive_lookup(secret)
        open_here, at = self._open_sessions(transaction, now, mark)
        card = open_here.card if open_here.histories else passes.find(transaction, mark)
        if card is not None and card.revoked_at is not None:
            card = None
        name = _cleaned(unlock_name(card.name_box, derive_name_key(secret))) if card else None
        language = card.language if card else None
        open_now = tuple(open_here.histories)
        asked = tuple(s for s in open_now if s.id == session_id) or open_now
        if not asked:
            later = self.sessions_today(transaction, now).later
            return NothingOpen(_first(later), name, language)
        session = self._choose(transaction, asked, open_here.histories, card)
        if not isinstance(session, Session):
            return ChooseSession(session, name, language)
        since, voids = open_here.histories[session].since, open_here.histories[session].voids
        if since is not None:
            return AlreadyHere(session, name, since, language)
        self._add(transaction, now, session, {"kind": _ARRIVED, "lookup": mark, "nth": voids})
        if card is None:
            return GuestWelcomed(session, at)
        return CheckedIn(session, name, at, language)

    def as_guest(
        self, transaction: Transaction, now: datetime, draft_id: UUID, session_id: UUID
    ) -> GuestWelcomed | NothingOpen:
        """Check in a guest without a pass, once; `draft_id` becomes the id of the fact."""
        earlier = check_ins.find(transaction, draft_id)
        if earlier is not None:
            return GuestWelcomed(
                group_rows.get_session(transaction, earlier.session_id), earlier.at
            )
        day = self.sessions_today(transaction, now)
        session = _first([s for s in day.open_now if s.id == session_id])
        if session is None:
            return NothingOpen(_first(day.later), None)
        self._add(transaction, now, session, {"kind": _GUEST, "id": draft_id})
        return GuestWelcomed(session, self._corrected(transaction, now))

    def with_name(
        self,
        transaction: Transaction,
        now: datetime,
        draft: JoinDraft,
        session_id: UUID,
        name: tuple[str, str],
    ) -> Joined | NothingOpen:
        """Check in by (first name, language) and make a pass; a repeat returns the same answer."""
        digits = encode(CodeKind.PASS, draft.secret)
        mark = derive_lookup(draft.secret)
        earlier = check_ins.find(transaction, draft.id)
        card = passes.find(transaction, mark) if earlier else None
        if earlier is not None and card is not None:
            kept = unlock_name(card.name_box, derive_name_key(draft.secret))
            session = group_rows.get_session(transaction, earlier.session_id)
            return Joined(session, _cleaned(kept) or "", earlier.at, digits)
        day = self.sessions_today(transaction, now)
        open_one = _first([s for s in day.open_now if s.id == session_id])
        if open_one is None:
            return NothingOpen(_first(day.later), None)
        first_name, language = clean(name[0]), name[1]
        self._passes.make(transaction, now, draft.secret, first_name, language)
        arrived = {"kind": _ARRIVED, "id": draft.id, "lookup": mark}
        self._add(transaction, now, open_one, arrived)
        return Joined(open_one, first_name, self._corrected(transaction, now), digits)

    def _corrected(self, transaction: Transaction, now: datetime) -> datetime:
        return corrected(now, site_rows.own_clock_offset(transaction, self._site.kiosk_id))

    def _open_sessions(
        self, transaction: Transaction, now: datetime, mark: bytes
    ) -> tuple[OpenSessions, datetime]:
        """Return the sessions open by the corrected time, and that time.

        One query, for how far the clock is off comes with its answer; a second one only where
        that has changed since the last scan.
        """
        for _ in range(2):
            at = corrected(now, self._offset_ms)
            site, before = self._site, self._rules.opens_before
            found = open_sessions(transaction, site.site_id, site.kiosk_id, mark, at, before)
            self._offset_ms = found.offset_ms
            if corrected(now, found.offset_ms) == at:
                break
        return found, at

    def _choose(
        self,
        transaction: Transaction,
        asked: tuple[Session, ...],
        histories: Mapping[Session, PassHistory],
        card: passes.KnownPass | None,
    ) -> Session | tuple[Session, ...]:
        if len(asked) == 1:
            return asked[0]
        groups = group_rows.group_ids_of(transaction, card.participant_id) if card else frozenset()
        since = {one.id: of.since for one, of in histories.items() if of.since is not None}
        return choose_session(asked, groups, since, self._rules.opens_before)

    def _add(
        self,
        transaction: Transaction,
        now: datetime,
        session: Session,
        columns: Mapping[str, object],
    ) -> None:
        values = {
            "id": uuid7(now, self._entropy(ENTROPY_BYTES)),
            "site_id": self._site.site_id,
            "kiosk_id": self._site.kiosk_id,
            "session_id": session.id,
            "occurred_at": now,
            **columns,
        }
        add_fact_values(transaction, CheckIn, values, now)


def _first(found: Sequence[Session]) -> Session | None:
    return found[0] if found else None


def _cleaned(name: str | None) -> str | None:
    """Return a name from a pass, cleaned: the maker of a pass can write anything into it."""
    return None if name is None else clean(name)
