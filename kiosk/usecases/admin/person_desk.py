"""The manager's desk of one person's data: shown, handed over, corrected and erased."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices import export_folder
from kiosk.devices.export_folder import OldFile
from kiosk.domain.attendance.attendance import (
    CheckInFact,
    CheckInKind,
    FirstVisit,
    counting_facts,
)
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.request import SERIALS, Source, format_reference, parse_reference
from kiosk.domain.callbacks.state import CORRECTED, EventKind, callback_state
from kiosk.domain.passes import SECRET_BYTES, Code, CodeKind, decode, derive_lookup
from kiosk.domain.person.data import (
    Corrected,
    MemberData,
    NotCorrected,
    NotThere,
    PassData,
    PersonData,
    PersonErased,
    RequestData,
    VisitData,
)
from kiosk.domain.person.erasure import EraseReason, lookup_mark
from kiosk.domain.phones import format_local
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.text import clean
from kiosk.records import outbox, passes, staff
from kiosk.records.callbacks import facts, notices
from kiosk.records.callbacks.facts import ListedRequest
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.store import Store
from kiosk.records.database.writing import add_fact, change_reference
from kiosk.records.person import erasing, queries
from kiosk.records.person.queries import KeptMember
from kiosk.records.schema.columns import is_central
from kiosk.records.schema.holdings import LOOKUPS
from kiosk.records.schema.tables import CallbackEvent, CallbackRequest, Participant
from kiosk.usecases.callbacks.desk import request_history
from kiosk.usecases.callbacks.request_cache import RequestCache, RequestOpener
from kiosk.usecases.callbacks.submission import CALLBACK_REQUEST
from kiosk.usecases.passes.issuing import PARTICIPANT, NameOpener
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import open_sealed, seal

_ACTIONS = {
    EraseReason.WISH: AuditAction.PERSON_ERASED,
    EraseReason.MISTAKE: AuditAction.PERSON_ERASED_MISTAKE,
}
_SERIAL_BYTES = 8
_FAR = timedelta(days=366)
"""A file of a clock that ran ahead goes too."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The rows of one person."""

    id: UUID
    requests: tuple[ListedRequest, ...] = ()
    participant_id: UUID | None = None
    member: KeptMember | None = None
    lookups: tuple[bytes, ...] = ()
    """Of passes."""


class PersonDesk(StaffDesk):
    """The manager's desk of one person's data; made by `Access.person_desk` after sign-in."""

    role = Role.MANAGER

    def __init__(
        self,
        context: Context,
        signed_in: SignedIn,
        keys: Mapping[bytes, PrivateSealingKey],
        roster_keys: Mapping[bytes, PrivateSealingKey],
    ) -> None:
        """Take the keys of requests and those of participants' names, by key id."""
        super().__init__(context, signed_in, keys)
        self._opener = RequestOpener(self._keys)
        self._names = NameOpener(roster_keys)
        self._shown: dict[UUID, bytes] = {}
        """Passes that nobody is known by, by their mark."""

    def find(self, text: str) -> PersonData | NotThere:
        """Return what is kept of whoever has this slip, pass or reference; leaves an entry.

        `text` is what a scanner types, or a reference in any form.
        """
        code, reference = decode(text), parse_reference(text)
        if not isinstance(code, Code) and reference is None:
            return NotThere.NO_CODE
        with self._writing() as (transaction, now):
            if isinstance(code, Code):
                id_ = self._id_by_code(transaction, code)
            else:
                ids = facts.ids_by_reference(transaction, self._site.site_id, reference or "")
                id_ = ids[0] if len(ids) == 1 else None
            return self._show(transaction, now, id_)

    def show(self, person_id: UUID) -> PersonData | NotThere:
        """Return what is kept of a person who was found before; leaves an entry."""
        with self._writing() as (transaction, now):
            return self._show(transaction, now, person_id)

    def same_number(self, person_id: UUID) -> tuple[str, ...]:
        """Return the references of other requests with the number of a person's requests.

        They may be somebody else's, who shares the telephone. Opens every request (60 ms for each
        thousand), which leaves an entry, so call it in a thread.
        """
        cache = RequestCache(self._site.site_id, self._opener)
        with self._reading(*cache.questions()) as (transaction, _now):
            cache.catch_up(transaction)
            mine = queries.merged_with(transaction, self._site.site_id, person_id)
        with self._writing(audited=True) as (transaction, now):
            self._audit(transaction, now, AuditAction.WORKLIST_OPENED, person_id)
        cache.open_all()
        numbers = {cache.numbers.get(id_) for id_ in mine} - {None, ""}
        return tuple(
            sorted(
                request.reference
                for id_, request in cache.entries.items()
                if cache.numbers[id_] in numbers and id_ not in mine
            )
        )

    def export(self, person_id: UUID) -> PersonData | NotThere:
        """Return a person's data to be written into files; leaves an entry of its own."""
        with self._writing() as (transaction, now):
            kept = self._kept(transaction, person_id)
            if kept is None:
                return NotThere.NOTHING_KEPT
            self._audit(transaction, now, AuditAction.PERSON_EXPORTED, person_id)
            return self._data(transaction, now, kept)

    def correct_name(self, person_id: UUID, name: str) -> Corrected | NotCorrected:
        """Seal a member's name anew; what it was goes with the notes of changes.

        A pass greets by the old name until it is replaced: only the pass itself opens that.
        """
        with self._writing() as (transaction, now):
            if passes.find_person(transaction, self._site.site_id, person_id) is None:
                return NotCorrected.GONE
            sealed = seal(
                {"name": clean(name)},
                purpose=Purpose.ROSTER.value,
                table=PARTICIPANT,
                record_id=person_id,
                recipients=self._context.sealing[Purpose.ROSTER],
            )
            change_reference(transaction, Participant, person_id, {"sealed_name": sealed})
            self._audit(transaction, now, AuditAction.PERSON_CORRECTED, person_id)
        self._names.opened.pop(person_id, None)
        return Corrected("")

    def correct_request(self, person_id: UUID, name: str, phone: str) -> Corrected | NotCorrected:
        """Enter an open request anew with a corrected name and number (E.164).

        A fact is never changed: the earlier request is merged into the new one, so that its slip
        and its reference go on to work, and goes by retention or by erasing. What a visitor sent is
        from then on entered at the counter, as the centre takes it from a desk.
        """
        with self._writing() as (transaction, now):
            kept = self._kept(transaction, person_id)
            if kept is None or not kept.requests:
                return NotCorrected.GONE
            for one in kept.requests:
                ask_ahead(
                    transaction,
                    partial(facts.events_of, transaction, one.id),
                    partial(facts.withdrawal_times, transaction, one.id),
                    partial(facts.retimings_of, transaction, one.id),
                    partial(queries.whole_request, transaction, one.id),
                )
                state = callback_state(
                    facts.events_of(transaction, one.id),
                    facts.withdrawal_times(transaction, one.id),
                )
                if state.open:
                    break
            else:
                return NotCorrected.CLOSED
            new = self._anew(transaction, now, one.id, clean(name), phone)
            add_fact(transaction, new, now)
            notices.mark_like(transaction, self._site.site_id, self._site.kiosk_id, new.id, one.id)
            event = CallbackEvent(
                id=self._new_id(now),
                site_id=self._site.site_id,
                kiosk_id=self._site.kiosk_id,
                request_id=one.id,
                revision=state.revision + 1,
                kind=EventKind.MERGED.value,
                outcome=CORRECTED,
                by_staff=self._staff.id,
                at=now,
                other_id=new.id,
            )
            facts.add_event(transaction, event, now)
            self._audit(transaction, now, AuditAction.PERSON_CORRECTED, one.id)
        return Corrected(new.ref)

    def erase(self, person_id: UUID, reason: EraseReason) -> PersonErased | NotThere:
        """Erase for good what is kept of a person, here and at the centre; kiosks follow.

        Counts stay, entries of the audit trail by id, and marks that keep it from coming back.
        Exported files of this machine that may hold it go as a whole. SetupError where one of them
        cannot be deleted; all else has gone by then.
        """
        with self._writing() as (transaction, now):
            kept = self._kept(transaction, person_id)
            if kept is None:
                return NotThere.NOTHING_KEPT
            before = self._data(transaction, now, kept)
            files = self._files(kept, before)
            rows, lookups = self._rows(transaction, kept)
            self._audit(transaction, now, _ACTIONS[reason], person_id)
            erasing.erase(transaction, self._site.site_id, person_id, rows, lookups, now)
            at_centre = is_central(transaction)
        self._store.checkpoint()
        if isinstance(self._store, Store):
            named = erasing.names_in_files(rows, lookups)
            outbox.leave_out_of_files(self._store.path.parent, named)
        gone = export_folder.overwrite_and_delete(files)
        member = before.member
        return PersonErased(
            len(before.requests),
            len(member.passes) if member else 0,
            len(member.visits) if member else 0,
            gone,
            at_centre,
            now,
        )

    def _id_by_code(self, transaction: Transaction, code: Code) -> UUID | None:
        lookup = derive_lookup(code.secret)
        if code.kind is CodeKind.SLIP:
            kept = facts.find_by_slip(transaction, lookup)
            return None if kept is None else kept.id
        if code.kind is not CodeKind.PASS:
            return None
        known = passes.find(transaction, lookup)
        if known is not None:
            return known.participant_id
        self._shown[lookup_mark(lookup)] = lookup
        return lookup_mark(lookup)

    def _show(
        self, transaction: Transaction, now: datetime, person_id: UUID | None
    ) -> PersonData | NotThere:
        kept = None if person_id is None else self._kept(transaction, person_id)
        if kept is None:
            return NotThere.NOTHING_KEPT
        self._audit(transaction, now, AuditAction.PERSON_SHOWN, kept.id)
        return self._data(transaction, now, kept)

    def _kept(self, transaction: Transaction, person_id: UUID) -> _Kept | None:
        """Find the rows of a person; None where there are none."""
        site_id = self._site.site_id
        if facts.find_listed(transaction, site_id, person_id) is not None:
            ids = queries.merged_with(transaction, site_id, person_id)
            found = (facts.find_listed(transaction, site_id, id_) for id_ in ids)
            return _Kept(person_id, tuple(one for one in found if one is not None))
        member = queries.find_member(transaction, site_id, person_id)
        if member is not None:
            lookups = tuple(card.lookup for card in member.passes)
            return _Kept(person_id, (), person_id, member, lookups)
        shown = self._shown.get(person_id)
        if shown is None or not queries.visits(transaction, site_id, (shown,))[0]:
            return None
        return _Kept(person_id, (), None, None, (shown,))

    def _rows(self, transaction: Transaction, kept: _Kept) -> tuple[list[UUID], list[bytes]]:
        """Return the ids and the lookups to mark."""
        ids = [one.id for one in kept.requests]
        refs = [clean(one.ref) for one in kept.requests]
        rows, lookups = list(ids), list(kept.lookups)
        if ids:
            rows += queries.typed_withdrawals(transaction, self._site.site_id, refs)
            lookups += queries.slip_lookups(transaction, ids)
        if kept.member is not None and kept.participant_id is not None:
            rows += [kept.participant_id, *(card.id for card in kept.member.passes)]
            rows += kept.member.memberships
        return rows, lookups

    def _data(self, transaction: Transaction, now: datetime, kept: _Kept) -> PersonData:
        requests = tuple(self._request(transaction, one) for one in kept.requests)
        member = self._member(transaction, kept) if kept.lookups or kept.member else None
        data = PersonData(kept.id, requests, member, now, 0, is_central(transaction))
        return replace(data, files=len(self._files(kept, data)))

    def _request(self, transaction: Transaction, kept: ListedRequest) -> RequestData:
        ask_ahead(
            transaction,
            lambda: facts.noted_events_of(transaction, kept.id),
            lambda: facts.slip_withdrawals_of(transaction, kept.id),
            lambda: facts.retimings_of(transaction, kept.id),
            lambda: facts.typed_withdrawal_times(transaction, kept.ref),
            lambda: staff.accounts(transaction, self._site.site_id),
        )
        noted = facts.noted_events_of(transaction, kept.id)
        slips = facts.slip_withdrawals_of(transaction, kept.id)
        chosen = facts.retimings_of(transaction, kept.id)
        typed = facts.typed_withdrawal_times(transaction, kept.ref)
        accounts = staff.accounts(transaction, self._site.site_id)
        logins = {one.staff.id: one.staff.login for one in accounts}
        notes = {one.event.id: self._opener.note(one.event.id, one.sealed_note) for one in noted}
        request, number = self._opener.open(kept)
        state = callback_state([one.event for one in noted], [slip.at for slip in slips])
        return RequestData(
            request,
            format_local(number, self._site.country) if number else "",
            state.status,
            request_history(noted, (slips, chosen), notes, logins),
            tuple(sorted(typed)),
        )

    def _member(self, transaction: Transaction, kept: _Kept) -> MemberData:
        check_ins, labels = queries.visits(transaction, self._site.site_id, kept.lookups)
        counted = counting_facts(check_ins)
        told = {(one.about, one.kind) for one in check_ins if one.id in counted}
        met = {one.session_id for one in check_ins if (one.about, CheckInKind.MET) in told}

        def visit(fact: CheckInFact) -> VisitData:
            asked = (fact.id, CheckInKind.FIRST_VISIT) in told
            first = FirstVisit.MET if fact.session_id in met else FirstVisit.TO_MEET
            label = clean(labels.get(fact.session_id, ""))
            return VisitData(fact.at, label, fact.id in counted, first if asked else None)

        ordered = sorted(check_ins, key=lambda fact: (fact.at, fact.id))
        visits = tuple(visit(fact) for fact in ordered if fact.is_arrival)
        member = kept.member
        if member is None or kept.participant_id is None:
            return MemberData(None, "", "", None, (), (), visits)
        name = self._names.open(kept.participant_id, member.sealed_name) or ""
        return MemberData(
            kept.participant_id if member.created_at is not None else None,
            name,
            clean(member.language),
            member.created_at,
            tuple(map(clean, member.groups)),
            tuple(PassData(card.created_at, card.revoked_at) for card in member.passes),
            visits,
        )

    def _files(self, kept: _Kept, data: PersonData) -> list[OldFile]:
        """Return the exported files written since the first of these data was made."""
        times = [one.created_at for one in kept.requests]
        if data.member is not None:
            times += [one.made_at for one in data.member.passes]
            times += [one.at for one in data.member.visits]
            times += [data.member.since] if data.member.since else []
        found = export_folder.files_older_than(self._context.exports, data.at + _FAR)
        # A file's time is by the whole second on some disks.
        since = min(times, default=data.at).replace(microsecond=0)
        return [file for file in found if file.at >= since]

    def _anew(
        self, transaction: Transaction, now: datetime, request_id: UUID, name: str, phone: str
    ) -> CallbackRequest:
        """Make a request like another one, sealed anew."""
        row, id_ = queries.whole_request(transaction, request_id), self._new_id(now)
        origin = {"source": row["source"], "entered_by": row["entered_by"]}
        if row["entered_by"] is None:
            origin = {"source": Source.COUNTER.value, "entered_by": self._staff.id}
        times: dict[str, Any] = {}
        reference = self._free_reference(transaction)
        chosen = facts.retimings_of(transaction, request_id)
        if chosen:
            last = max(chosen, key=lambda one: (one.at, one.id))
            times = {"windows": ",".join(last.windows), "not_before": last.not_before}
        new: dict[str, Any] = {
            **row,
            **times,
            **origin,
            "id": id_,
            "kiosk_id": self._site.kiosk_id,
            "ref": reference,
            "slip_lookup": derive_lookup(self._entropy(SECRET_BYTES)),
        }
        for column, value in row.items():
            if not isinstance(value, bytes) or column in LOOKUPS:
                continue
            # What is tied to the slip stays with the earlier request.
            new[column] = None
            if column == "sealed":
                texts = {"name": name, "phone": phone, "reference": reference}
                texts |= {column: str(value) for column, value in origin.items()}
                new[column] = self._seal_anew(request_id, id_, value, texts)
        left = {"kiosk_seq", "clock_offset_ms", "clock_doubtful", "received_at"}
        return CallbackRequest(**{key: value for key, value in new.items() if key not in left})

    def _seal_anew(
        self, old_id: UUID, new_id: UUID, sealed: bytes, texts: Mapping[str, object]
    ) -> bytes:
        purpose = Purpose.CALLBACKS
        opened = open_sealed(
            sealed,
            purpose=purpose.value,
            table=CALLBACK_REQUEST,
            record_id=old_id,
            keys=self._keys,
        )
        return seal(
            {**opened, **texts},
            purpose=purpose.value,
            table=CALLBACK_REQUEST,
            record_id=new_id,
            recipients=self._context.sealing[purpose],
        )

    def _free_reference(self, transaction: Transaction) -> str:
        while True:
            serial = int.from_bytes(self._entropy(_SERIAL_BYTES)) % SERIALS
            reference = format_reference(self._site.symbols, serial)
            if not facts.ref_is_taken(transaction, reference):
                return reference
