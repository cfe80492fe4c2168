"""Notices to staff, and how each way of sending them stands, in plain words."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.notice import (
    Delivery,
    NoticeCounts,
    NoticeFault,
    NoticeState,
    NoticeWay,
)

WAYS: Final = {
    NoticeWay.MAIL: "the mail server",
    NoticeWay.WEBHOOK: "the webhook",
    NoticeWay.COMMAND: "the command",
}
TEST_SUBJECT: Final = "A test of the notices"
TEST_TEXT: Final = "This is a test. Nobody waits because of it.\n"
_FAULTS: Final = {
    NoticeFault.AWAY: "{Way} cannot be reached; check the address and the network.",
    NoticeFault.SLOW: "{Way} did not answer in time; check that it is up.",
    NoticeFault.UNTRUSTED: (
        "The certificate of {way} is not trusted; mend it there, or name its authority by"
        " SSL_CERT_FILE."
    ),
    NoticeFault.BUSY: "{Way} could not take it and answered {code}; look there.",
    NoticeFault.FAILED: "{Way} ended with {code}; look at its own messages.",
    NoticeFault.REFUSED: "{Way} refused it and answered {code}; check the settings in [notice].",
    NoticeFault.REDIRECTED: (
        "{Way} answered that it has moved ({code}), which is not followed; write the new address"
        " into [notice]."
    ),
    NoticeFault.SIGN_IN: "{Way} does not take the name and password of notice-secrets.toml.",
    NoticeFault.INSECURE: "{Way} offers no TLS; use a port of it that does.",
    NoticeFault.MISSING: "{Way} cannot be run; check its path in [notice].",
    NoticeFault.PARTLY: "{Way} refused some of the addresses ({code}); check mail_to in [notice].",
}


def format_notice(counts: NoticeCounts) -> str:
    """Return a notice in one line, such as "1 new request, 3 to call now"."""
    new = "1 new request" if counts.new == 1 else f"{counts.new:,} new requests"
    return f"{new}, {counts.call_now:,} to call now"


def format_notice_text(counts: NoticeCounts) -> str:
    """Return the text of a notice."""
    waiting = "1 waits" if counts.waiting == 1 else f"{counts.waiting:,} wait"
    return f"{format_notice(counts)}; {waiting} in all.\nThe list is at the desk: kiosk desk\n"


def format_notice_json(counts: NoticeCounts | None, at: datetime) -> bytes:
    """Return the body for a webhook; of a test where there are no counts."""
    kind = "test" if counts is None else "requests.new"
    data: dict[str, int] = {}
    if counts is not None:
        data = {"new": counts.new, "call_now": counts.call_now, "waiting": counts.waiting}
    body = {"type": kind, "timestamp": at.isoformat(timespec="seconds"), "data": data}
    return json.dumps(body, separators=(",", ":")).encode()


def describe_delivery(way: NoticeWay, delivery: Delivery) -> str:
    """Return what became of a try, and what to do, in one sentence."""
    if delivery.fault is None:
        return "It arrived."
    name = WAYS[way]
    words = _FAULTS[delivery.fault]
    return words.format(Way=name[0].upper() + name[1:], way=name, code=delivery.code)


def describe_notice_trouble(state: NoticeState, zone: ZoneInfo) -> str:
    """Return why a notice has not arrived, and what to do; empty where nothing is amiss."""
    if state.last.fault is None:
        return ""
    words = describe_delivery(state.way, state.last)
    if state.since is None:
        return words
    since = state.since.astimezone(zone)
    if state.refused:
        then = "Then: `kiosk notice retry`."
        return f"A notice of {since:%a %H:%M} was refused. {words} {then}"
    return f"A notice waits since {since:%a %H:%M} and is tried again by itself. {words}"


def describe_late_notices(states: Iterable[NoticeState]) -> str:
    """Return in one short sentence which ways fail; empty where none does."""
    ways = [str(one.way) for one in states if one.last.fault is not None]
    if not ways:
        return ""
    return f"Notices by {', '.join(ways)} fail: see `kiosk notice list`."


def describe_notice_state(state: NoticeState, zone: ZoneInfo) -> str:
    """Return how a way stands in a few words."""
    if state.refused:
        return "refused"
    if state.since is not None:
        return "waits" if state.tries == 0 else "is tried again"
    if state.sent_at is None:
        return "nothing sent yet"
    return f"last sent {state.sent_at.astimezone(zone):%Y-%m-%d %H:%M}"
