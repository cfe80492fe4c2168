"""The desk of those who enter requests for people: from a conversation, or from a paper form."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.entry import (
    MOST_FORMS,
    STAFF_CONSENT,
    BlankForm,
    EnteredRequest,
    EntryProblem,
    PaperForm,
)
from kiosk.domain.callbacks.request import CallbackDraft, Receipt, Source, parse_reference
from kiosk.domain.callbacks.state import callback_state
from kiosk.domain.passes import SECRET_BYTES, Code, CodeKind, decode, derive_lookup, encode
from kiosk.domain.staff import Role
from kiosk.records.callbacks import facts
from kiosk.records.callbacks.facts import KeptForm
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.writing import add_reference
from kiosk.records.schema.tables import CallbackForm
from kiosk.usecases.callbacks.submission import (
    CallbackPromise,
    FormFacts,
    RequestKeeper,
    keep_slip,
)
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk

_MOST_SHOWN = 200
"""The latest requests that somebody has entered."""


class EntryDesk(StaffDesk):
    """Enters requests; made by `Access.entry_desk` after sign-in.

    It holds no key: who was entered, and with which number, it can never show again.
    """

    def __init__(self, context: Context, signed_in: SignedIn) -> None:
        """Take who opens the desk: a clinician or a caller; `Access` has checked that."""
        super().__init__(context, signed_in)
        calls = Role.CALLER in signed_in.staff.roles
        self.role = Role.CALLER if calls else Role.CLINICIAN
        self._keeper = RequestKeeper(context.entropy, context.site, context.sealing)
        self._promise = CallbackPromise(
            context.store, context.clock, context.site, context.calendar
        )

    def new_draft(self) -> CallbackDraft:
        """Return an empty draft with its id and slip; nothing is written."""
        return CallbackDraft(self._new_id(self._clock.now()), self._entropy(SECRET_BYTES))

    def enter(self, draft: CallbackDraft, form: PaperForm | None = None) -> Receipt | EntryProblem:
        """Seal and keep a request that the person said yes to; the same draft is kept once.

        `form` is the paper form that it stands on: the request has its number, its slip, and the
        time when it was filled in. Raises ValueError for a draft that tells another way than staff
        have: a visitor's own, or paper without its form.
        """
        if draft.origin.source == Source.VISITOR or (
            (draft.origin.source == Source.PAPER) is not (form is not None)
        ):
            raise ValueError("this is no way in which staff enter a request")
        days = self._promise.days()
        own = replace(draft.origin, entered_by=self._staff.id)
        signed = replace(draft, origin=own, consent_version=STAFF_CONSENT)
        code = None if form is None else _read_code(form.code)
        with self._writing(
            lambda transaction: facts.find(transaction, draft.id),
            lambda transaction: code and self._find_form(transaction, code),
        ) as (transaction, now):
            kept = facts.find(transaction, draft.id)
            form_facts: FormFacts | None = None
            if kept is None and form is not None:
                read = self._read_form(transaction, now, form, code)
                if isinstance(read, EntryProblem):
                    return read
                form_facts = read
            reference, made_at = self._keeper.keep(transaction, now, signed, form_facts)
            if kept is None:
                self._audit(transaction, now, AuditAction.CALLBACK_ENTERED, draft.id)
        secret = draft.slip_secret if form is None else code and code.secret
        return Receipt(reference, encode(CodeKind.SLIP, secret) if secret else "", made_at, days)

    def entered(self) -> tuple[EnteredRequest, ...]:
        """Return the latest requests that this member of staff has entered, the latest first."""
        with self._reading() as (transaction, now):
            rows = facts.entered_by(transaction, self._site.site_id, self._staff.id, _MOST_SHOWN)
        return tuple(
            EnteredRequest(
                row.ref,
                row.created_at,
                row.source,
                callback_state(row.events, row.withdrawals, now=now).status,
            )
            for row in rows
        )

    def make_forms(self, count: int) -> tuple[BlankForm, ...]:
        """Make paper forms (1 to 200), to be printed now: their codes are kept nowhere."""
        secrets = [self._entropy(SECRET_BYTES) for _ in range(min(max(count, 1), MOST_FORMS))]
        with self._writing() as (transaction, now):
            references = self._keeper.free_references(transaction, len(secrets))
            made = [*zip(references, secrets, strict=True)]
            rows = [self._form_row(now, reference, secret) for reference, secret in made]
            ask_ahead(transaction, *(partial(add_reference, transaction, row) for row in rows))
            for row in rows:
                add_reference(transaction, row)
            self._audit(transaction, now, AuditAction.CALLBACK_FORMS_MADE)
        return tuple(BlankForm(ref, encode(CodeKind.SLIP, secret)) for ref, secret in made)

    def _read_form(
        self, transaction: Transaction, now: datetime, form: PaperForm, code: "_FormCode | None"
    ) -> FormFacts | EntryProblem:
        """Return what a paper form says of its request, or why none can be entered from it."""
        if code is None:
            return EntryProblem.FORM_ODD
        if form.filled_in_at > now:
            return EntryProblem.FUTURE
        kept = self._find_form(transaction, code)
        if kept is None:
            return EntryProblem.FORM_UNKNOWN
        if facts.find_by_slip(transaction, kept.slip.lookup) is not None:
            return EntryProblem.FORM_USED
        return FormFacts(kept.ref, kept.slip, form.filled_in_at)

    def _find_form(self, transaction: Transaction, code: "_FormCode") -> KeptForm | None:
        lookup = derive_lookup(code.secret) if code.secret else b""
        return facts.find_form(transaction, self._site.site_id, code.reference, lookup)

    def _form_row(self, now: datetime, reference: str, secret: bytes) -> CallbackForm:
        slip = keep_slip(secret)
        return CallbackForm(
            id=self._new_id(now),
            site_id=self._site.site_id,
            ref=reference,
            slip_lookup=slip.lookup,
            ticket_hash=slip.ticket_hash,
            news_key=slip.news_key,
            made_at=now,
        )


class _FormCode(NamedTuple):
    """What is known of a paper form: its number where that was typed, else its secret."""

    reference: str
    secret: bytes


def _read_code(text: str) -> _FormCode | None:
    """Return which paper form is meant by what was typed or scanned; None where it is neither."""
    reference = parse_reference(text)
    if reference is not None:
        return _FormCode(reference, b"")
    code = decode(text)
    if isinstance(code, Code) and code.kind is CodeKind.SLIP:
        return _FormCode("", code.secret)
    return None
