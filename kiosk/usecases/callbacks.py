"""What a caller may do: read who asked to be called."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from kiosk.domain.audit import AuditAction
from kiosk.domain.requests import CallbackRow
from kiosk.domain.staff import Purpose, Role
from kiosk.domain.status import Standing, standing
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import callbacks
from kiosk.records.callbacks import KeptRequest
from kiosk.usecases.requests import CALLBACK_REQUEST
from kiosk.usecases.staffdesk import StaffDesk
from kiosk.vault.sealing import open_sealed


class CallbackDesk(StaffDesk):
    """The caller's desk; made by `Access.callback_desk` after sign-in."""

    role = Role.CALLER

    def worklist(self) -> tuple[CallbackRow, ...]:
        """Give every request, the oldest first, opened; closed and withdrawn ones too.

        What cannot be opened is marked and stays in the list. Every call leaves one entry in the
        audit trail. 10,000 requests take about a second, so call it in a thread.
        """
        with self._writing() as (transaction, now):
            self._audit(transaction, now, AuditAction.WORKLIST_OPENED)
            kept = callbacks.all_of(transaction, self._site.site_id)
            events = list(callbacks.all_events(transaction, self._site.site_id))
            withdrawals = callbacks.all_withdrawals(transaction, self._site.site_id)
            noted = callbacks.noted(transaction, self._site.site_id)
        # Opening takes its time; the kiosk may write again meanwhile.
        events_of, withdrawn = defaultdict(list), defaultdict(list)
        for request_id, event in events:
            events_of[request_id].append(event)
        for request_id, at in withdrawals:
            withdrawn[request_id].append(at)
        return tuple(
            self._row(one, standing(events_of[one.id], withdrawn[one.id]), noted) for one in kept
        )

    def _row(self, kept: KeptRequest, state: Standing, noted: frozenset[str]) -> CallbackRow:
        opened = self._open(kept.id, kept.sealed)
        person = opened or {}
        return CallbackRow(
            id=kept.id,
            reference=clean(kept.ref),
            created_at=kept.created_at,
            status=state.status.value,
            reason=clean(state.reason),
            preferred_name=_text(person, "name"),
            phone=_text(person, "phone"),
            windows=tuple(clean(code) for code in kept.windows.split(",") if code),
            not_before=kept.not_before,
            call_language=clean(kept.call_language),
            message_policy=_text(person, "message_policy"),
            answered_by_other=_text(person, "answered_by_other"),
            share_with_team=person.get("share_with_team") is True,
            ui_language=clean(kept.ui_language),
            unreadable=opened is None,
            withdrawal_noted=kept.ref in noted,
            clock_doubtful=kept.clock_doubtful,
        )

    def _open(self, request_id: UUID, sealed: bytes) -> dict[str, object] | None:
        try:
            return open_sealed(
                sealed,
                purpose=Purpose.CALLBACKS.value,
                table=CALLBACK_REQUEST,
                record_id=request_id,
                keys=self._keys,
            )
        except VaultError:
            return None


def _text(person: Mapping[str, object], field: str) -> str:
    """Read one field of an opened record: anybody may have sealed it, with anything in it."""
    value = person.get(field, "")
    return clean(value) if isinstance(value, str) else ""
