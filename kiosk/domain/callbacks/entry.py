"""Requests that staff enter: from a conversation or a paper form; and the slip for the person."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.domain.callbacks.request import ConsentHow, Source
from kiosk.domain.callbacks.state import RequestStatus

LONG_AGO = timedelta(days=14)
"""A paper form that lay longer is taken, but whoever enters it is asked about the date."""
LATEST_START = timedelta(days=30)
"""How far ahead a person may ask not to be called before."""
MOST_FORMS = 200
"""Paper forms that are made at once."""
STAFF_CONSENT = "staff-2026-11"
"""Changes with every change of what staff ask a person before they enter a request."""
CONSENT_BY_SOURCE = {
    Source.VISITOR: ConsentHow.SCREEN,
    Source.TEAM: ConsentHow.SPOKEN,
    Source.COUNTER: ConsentHow.SPOKEN,
    Source.PHONE: ConsentHow.PHONE,
    Source.PAPER: ConsentHow.PAPER,
}
"""How a yes is usually given where a request comes so."""
ENTERED_SOURCES = (Source.TEAM, Source.COUNTER, Source.PHONE)
"""How a request that staff enter may have come, beside a paper form."""


@dataclass(frozen=True, slots=True)
class PaperForm:
    """A paper form that somebody filled in."""

    code: str = field(repr=False)
    """Its number as typed, or the code on it as scanned."""
    filled_in_at: datetime
    """From when on the person waits."""


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A paper form that is to be printed."""

    reference: str
    slip_digits: str
    """Its QR code (type 2), 53 digits; it is kept nowhere."""


class EntryProblem(StrEnum):
    """Why a request was not entered."""

    FORM_ODD = "form_odd"
    """Neither a form's number nor its code."""
    FORM_UNKNOWN = "form_unknown"
    """No form of this clinic has such a number."""
    FORM_USED = "form_used"
    """A request was entered from this form already."""
    FUTURE = "future"
    """It was filled in at a time that has not come yet."""


@dataclass(frozen=True, slots=True)
class EnteredRequest:
    """A request as the member of staff who entered it sees it: nothing of the person."""

    reference: str
    created_at: datetime
    source: str
    """Code of `Source`."""
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class Slip:
    """What a person takes away of a request, to be shown or printed; it names nobody."""

    clinic: str
    reference: str
    digits: str
    """Of the QR code (type 2); empty where it stands on a paper form alone."""
    lines: tuple[str, ...]
    """What to expect and what the code is for, a sentence each."""


def is_long_ago(filled_in_at: datetime, now: datetime) -> bool:
    """Return whether a form lay so long that its date may be a slip of the pen."""
    return now - filled_in_at > LONG_AGO
