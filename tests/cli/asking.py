"""A visitor who asks to be called, in the folder that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.devices.clock import entropy
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.policy import Rules
from kiosk.usecases.site import load_sealing_keys
from kiosk.usecases.visitor_desk import VisitorDesk

NOT_BEFORE = (datetime.now(UTC) + timedelta(days=20)).date()
"""Sooner they do not want to be called, unless a test says otherwise."""


@contextmanager
def visitor(folder: Path) -> Iterator[tuple[VisitorDesk, Kiosk]]:
    """Stand at the kiosk of this folder."""
    kiosk = open_kiosk(folder)
    try:
        sealing = load_sealing_keys(kiosk.store, kiosk.site)
        rules = Rules()
        yield VisitorDesk(kiosk.store, kiosk.clock, entropy, kiosk.site, rules, sealing), kiosk
    finally:
        kiosk.store.close()


def ask_for_call(
    folder: Path,
    name: str = "Mei",
    phone: str = "+6581234567",
    language: CallLanguage = CallLanguage.TAMIL,
    not_before: date | None = NOT_BEFORE,
) -> str:
    """Ask to be called, and return the reference."""
    with visitor(folder) as (desk, _kiosk):
        draft_id, secret = desk.new_draft_ids()
        draft = CallbackDraft(
            id=draft_id,
            slip_secret=secret,
            preferred_name=name,
            phone=phone,
            windows=frozenset({Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING}),
            not_before=not_before,
            call_language=language,
            message_policy=MessagePolicy.TEXT,
            answered_by_other=AnsweredByOther.ASK_FOR_NAME,
            share_with_team=True,
            ui_language="en",
            consent_version="1",
        )
        return desk.request_callback(draft).reference
