"""Callback requests and callers in a test's clinic."""

from uuid import UUID

from kiosk.domain.callbacks.actions import Action, Done
from kiosk.domain.callbacks.worklist import WorkRow
from kiosk.domain.staff import Role
from kiosk.usecases.callbacks.desk import CallbackDesk
from tests.support.desks import Clinic


def ask(clinic: Clinic, name: str = "Mei") -> UUID:
    """Ask for a call."""
    draft = clinic.draft(name)
    clinic.visitor.request_callback(draft)
    return draft.id


def caller(clinic: Clinic, login: str) -> CallbackDesk:
    """Open the desk of a new caller."""
    return clinic.access.callback_desk(clinic.add_staff(login, Role.CALLER))


def do(desk: CallbackDesk, request_id: UUID, *actions: Action) -> WorkRow:
    """Do one thing after the other, each on the request as it is then."""
    row = desk.row(request_id)
    for action in actions:
        assert isinstance(row, WorkRow)
        done = desk.act(request_id, row.state.revision, action)
        assert isinstance(done, Done), done
        row = done.row
    assert isinstance(row, WorkRow)
    return row


def trail_of(clinic: Clinic, request_id: UUID) -> list[str]:
    """Give what the audit trail says about a request."""
    query = "SELECT action FROM audit_event WHERE subject_id=:id ORDER BY position"
    return clinic.column(query, id=request_id)
