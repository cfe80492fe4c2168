"""Checking in at the kiosk: with a pass, as a guest, or by a first name with a new pass."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.attendance.attendance import (
    CheckInFact,
    CheckInKind,
    PassHistory,
    choose_session,
)
from kiosk.domain.attendance.check_in import (
    FIRST_VISIT_WITHIN,
    NO_SESSION,
    UNPLACED,
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
from kiosk.domain.clock_sync import corrected, is_doubtful, is_far_off
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import CodeKind, derive_lookup, derive_name_key, encode
from kiosk.domain.policy import LONGEST_SESSION, Rules
from kiosk.domain.text import clean
from kiosk.errors import SetupError
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
_FIRST_VISIT = CheckInKind.FIRST_VISIT.value
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
        self._unplaced: dict[bytes, datetime] = {}
        """When passes were kept without a session since the start, by lookup."""

    def sessions_today(self, transaction: Transaction, now: datetime) -> SessionsToday:
        """Return the sessions open now and those later today, by the corrected time.

        `now` is always the time of this machine's clock, which facts are written with.
        """
        at = self._corrected(transaction, now)
        since, until = at - LONGEST_SESSION, at + _LONGEST_DAY
        near = group_rows.sessions_starting(transaction, self._site.site_id, since, until)
        day = sessions_today(near, at, self._site.zone, self._rules.opens_before)
        clock_wrong = not day.open_now and self._is_clock_wrong(transaction, now)
        return replace(day, clock_wrong=clock_wrong)

    def with_pass(
        self, transaction: Transaction, now: datetime, secret: bytes, session_id: UUID | None
    ) -> CheckInOutcome:
        """Check in by the pass of a `secret`, at `session_id` where that is open.

        An unknown or revoked pass is welcomed as a guest; a repeat returns `AlreadyHere`. Where
        nothing is open by a clock that is known to be wrong, it is kept without a session.
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
            day = self.sessions_today(transaction, now)
            if not day.clock_wrong:
                return NothingOpen(_first(day.later), name, language)
            return self._keep_unplaced(transaction, now, mark, card, name)
        session = self._choose(transaction, asked, open_here.histories, card)
        if not isinstance(session, Session):
            return ChooseSession(session, name, language)
        history = open_here.histories[session]
        if history.since is not None and history.arrival_id is not None:
            arrival = history.arrival_id
            is_first = check_ins.has_asked_to_be_met(transaction, session.id, arrival)
            may_ask = not is_first and self._may_be_first(transaction, at, mark, card, session)
            asks = arrival if may_ask else None
            return AlreadyHere(session, name, history.since, language, asks, is_first)
        columns = {"kind": _ARRIVED, "lookup": mark, "nth": history.voids}
        added = self._add(transaction, now, session.id, columns)
        asks = added if self._may_be_first(transaction, at, mark, card, session) else None
        if card is None:
            return GuestWelcomed(session, at, asks)
        return CheckedIn(session, name, at, language, asks)

    def ask_to_be_met(self, transaction: Transaction, now: datetime, arrival_id: UUID) -> None:
        """Keep that the person of an arrival is here for the first time and asks to be met.

        Asking again changes nothing. SetupError where this kiosk has no such arrival.
        """
        arrival = check_ins.find(transaction, arrival_id)
        if arrival is None or not arrival.is_arrival or arrival.kiosk_id != self._site.kiosk_id:
            raise SetupError("This kiosk has no such arrival; ask staff to put it on the list.")
        if not check_ins.has_asked_to_be_met(transaction, arrival.session_id, arrival_id):
            self._add_first_visit(transaction, now, arrival.session_id, arrival_id)

    def as_guest(
        self,
        transaction: Transaction,
        now: datetime,
        draft_id: UUID,
        session_id: UUID,
        *,
        first_visit: bool,
    ) -> GuestWelcomed | NothingOpen:
        """Check in a guest without a pass, once; `draft_id` becomes the id of the fact."""
        earlier = check_ins.find(transaction, draft_id)
        if earlier is not None:
            if first_visit:
                self.ask_to_be_met(transaction, now, draft_id)
            kept = _session_of(transaction, earlier)
            return GuestWelcomed(kept, earlier.at, is_first=first_visit)
        day = self.sessions_today(transaction, now)
        session = _open_one(day, session_id)
        if session is None:
            return NothingOpen(_first(day.later), None)
        self._add(transaction, now, session.id, {"kind": _GUEST, "id": draft_id})
        if first_visit:
            self._add_first_visit(transaction, now, session.id, draft_id)
        return GuestWelcomed(session, self._corrected(transaction, now), is_first=first_visit)

    def with_name(
        self,
        transaction: Transaction,
        now: datetime,
        draft: JoinDraft,
        session_id: UUID,
        name: tuple[str, str],
        *,
        first_visit: bool,
    ) -> Joined | NothingOpen:
        """Check in by (first name, language) and make a pass; a repeat returns the same answer."""
        digits = encode(CodeKind.PASS, draft.secret)
        mark = derive_lookup(draft.secret)
        earlier = check_ins.find(transaction, draft.id)
        card = passes.find(transaction, mark) if earlier else None
        if earlier is not None and card is not None:
            kept = unlock_name(card.name_box, derive_name_key(draft.secret))
            session = _session_of(transaction, earlier)
            if first_visit:
                self.ask_to_be_met(transaction, now, draft.id)
            return Joined(session, _cleaned(kept) or "", earlier.at, digits, first_visit)
        day = self.sessions_today(transaction, now)
        open_one = _open_one(day, session_id)
        if open_one is None:
            return NothingOpen(_first(day.later), None)
        first_name, language = clean(name[0]), name[1]
        self._passes.make(transaction, now, draft.secret, first_name, language)
        arrived = {"kind": _ARRIVED, "id": draft.id, "lookup": mark}
        self._add(transaction, now, open_one.id, arrived)
        if first_visit:
            self._add_first_visit(transaction, now, open_one.id, draft.id)
        at = self._corrected(transaction, now)
        return Joined(open_one, first_name, at, digits, first_visit)

    def _may_be_first(
        self,
        transaction: Transaction,
        at: datetime,
        mark: bytes,
        card: passes.KnownPass | None,
        session: Session,
    ) -> bool:
        """Return whether a pass is new, or unknown, and was at no other session that is kept here.

        `at` is the corrected time. Only passes made lately are looked for, so no scan waits.
        """
        since = at - FIRST_VISIT_WITHIN
        if card is not None and card.created_at < since:
            return False
        return not check_ins.came_before(transaction, self._site.site_id, mark, session, since)

    def _is_clock_wrong(self, transaction: Transaction, now: datetime) -> bool:
        """Return whether the clock stands before the last fact, and nobody measured by how much."""
        itself = site_rows.machine_state(transaction, self._site.kiosk_id)
        is_corrected = is_far_off(itself.clock_offset_ms)
        return not is_corrected and is_doubtful(now, itself.last_fact_at)

    def _keep_unplaced(
        self,
        transaction: Transaction,
        now: datetime,
        mark: bytes,
        card: passes.KnownPass | None,
        name: str | None,
    ) -> CheckedIn | AlreadyHere | GuestWelcomed:
        """Keep the arrival of a pass without a session, for staff to place.

        A pass may be shown at more than one meeting before the clock is set, so only a repeat since
        the start, within the length of a session, is taken for one.
        """
        session, language = UNPLACED, card.language if card else None
        since = self._unplaced.get(mark)
        kept = check_ins.of_session(transaction, NO_SESSION)
        own = [f for f in kept if f.lookup == mark and f.kiosk_id == self._site.kiosk_id]
        # In the records too: what was to be kept then may not have been committed.
        is_kept = since in {f.at for f in own}
        if since is not None and is_kept and abs(now - since) < LONGEST_SESSION:
            return AlreadyHere(session, name, since, language)
        arrived = {"kind": _ARRIVED, "lookup": mark, "nth": len(own)}
        self._add(transaction, now, session.id, arrived)
        self._unplaced[mark] = now
        return CheckedIn(session, name, now, language) if card else GuestWelcomed(session, now)

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
        session_id: UUID,
        columns: Mapping[str, object],
    ) -> UUID:
        """Write a check-in fact; return its id."""
        id_ = uuid7(now, self._entropy(ENTROPY_BYTES))
        values: dict[str, object] = {
            "id": id_,
            "site_id": self._site.site_id,
            "kiosk_id": self._site.kiosk_id,
            "session_id": session_id,
            "occurred_at": now,
            **columns,
        }
        add_fact_values(transaction, CheckIn, values, now)
        return id_

    def _add_first_visit(
        self, transaction: Transaction, now: datetime, session_id: UUID, arrival_id: UUID
    ) -> None:
        columns = {"kind": _FIRST_VISIT, "about": arrival_id}
        self._add(transaction, now, session_id, columns)


def _first(found: Sequence[Session]) -> Session | None:
    return found[0] if found else None


def _open_one(day: SessionsToday, session_id: UUID) -> Session | None:
    """Return the open session of an id; NO_SESSION stands open while the clock is wrong."""
    if day.clock_wrong and session_id == NO_SESSION:
        return UNPLACED
    return _first([s for s in day.open_now if s.id == session_id])


def _session_of(transaction: Transaction, fact: CheckInFact) -> Session:
    if fact.session_id == NO_SESSION:
        return UNPLACED
    return group_rows.get_session(transaction, fact.session_id)


def _cleaned(name: str | None) -> str | None:
    """Return a name from a pass, cleaned: the maker of a pass can write anything into it."""
    return None if name is None else clean(name)
