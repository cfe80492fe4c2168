"""A callback request as a plain visitor would make it, for programs that make thousands."""

from kiosk.domain.callbacks.request import CallbackDraft
from kiosk.usecases.visitor_desk import VisitorDesk


def plain_draft(desk: VisitorDesk) -> CallbackDraft:
    """Fill in a new draft; nothing is sent."""
    id_, secret = desk.new_draft_ids()
    return CallbackDraft(
        id=id_,
        slip_secret=secret,
        preferred_name="Mei",
        phone="+6581234567",
        ui_language="en",
        consent_version="1",
    )
