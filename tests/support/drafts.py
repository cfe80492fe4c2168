"""A callback request as a plain visitor would make it, for programs that make thousands."""

from kiosk.domain.requests import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.usecases.visitor import VisitorDesk


def plain_draft(desk: VisitorDesk) -> CallbackDraft:
    """Fill in a new draft; nothing is sent."""
    id_, secret = desk.new_draft_ids()
    return CallbackDraft(
        id=id_,
        slip_secret=secret,
        preferred_name="Mei",
        phone="+6581234567",
        windows=frozenset({Window.ANY}),
        not_before=None,
        call_language=CallLanguage.ENGLISH,
        message_policy=MessagePolicy.NONE,
        answered_by_other=AnsweredByOther.ASK_FOR_NAME,
        share_with_team=False,
        ui_language="en",
        consent_version="1",
    )
