"""Whatever does not work for a visitor, the same sentences say what to do next."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from babel.messages.pofile import read_po

from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import ScanProblem
from kiosk.domain.callbacks.slips import HalfDay, RequestPhase, SlipNews
from kiosk.domain.phones import PhoneProblem
from kiosk.domain.printing import PrintResult, PrintState
from kiosk.domain.text import NameProblem
from kiosk.ui.door import Door
from kiosk.ui.visitor.codes import describe_printing
from kiosk.ui.visitor.text import (
    describe_name_problem,
    describe_news,
    describe_phone_problem,
    describe_scan_problem,
    describe_scanned_pin,
    describe_trouble,
)
from kiosk.ui.visitor.visit import VisitorContext, VisitorSide
from tests.support.extract import TEMPLATE

NEXT = re.compile(
    r"\b(?:please (?:ask|type|check|try|show|scan|photograph|take|wait|add|do not type|ring)|type"
    r"|hold|check it|ask any staff|any staff member can|staff (?:at the counter|can)|counter"
    r"|we try again|for another country)\b",
    re.IGNORECASE,
)
"""What to do, or whom to turn to."""
TROUBLE = re.compile(
    r"\b(?:cannot|could not|did not|not (?:the|a) |no longer|missing|too (?:many|long|short)"
    r"|bit long|not look right|not read|no slip|not a )",
    re.IGNORECASE,
)
SAID_WITH_OTHERS = {
    "This is not a group pass",
    "Health records are not read here",
    "We did nothing with it, and did not keep it.",
    "It came as fast as from a scanner, so it was not tried.",
    "We rang on {when} and could not reach you.",
    "We could not reach you.",
}
"""Parts of what is composed below."""
NO_TROUBLE = {
    "The number we have does not reach you.",
}


MONDAY = HalfDay(date(2026, 11, 23), afternoon=False)


def _composed() -> Iterator[tuple[str, str]]:
    """Yield what is shown, by what has happened."""

    def no_side() -> VisitorSide:
        raise AssertionError

    door = Door[VisitorSide](no_side)
    context, _ = VisitorContext(door), Texts("en").gettext
    try:
        for name in NameProblem:
            yield f"name {name.name}", describe_name_problem(name, _)
        for phone in PhoneProblem:
            yield f"phone {phone.name}", describe_phone_problem(phone, "SG", "en", _)
        cards = [
            *((f"scan {one.name}", describe_scan_problem(one, context)) for one in ScanProblem),
            ("scanned PIN", describe_scanned_pin(context)),
            ("trouble", describe_trouble(context).card),
        ]
        for what, card in cards:
            yield what, " ".join((card.title, *card.lines))
        for phase in (RequestPhase.NOT_REACHED, RequestPhase.MISSED, RequestPhase.NOT_KNOWN,
                      RequestPhase.RING_US):  # fmt: skip
            yield (
                f"slip {phase.name}",
                " ".join(describe_news(SlipNews(phase, since=MONDAY), context)),
            )
        for state in (PrintState.FAILED, PrintState.MISSING):
            yield f"slip {state.name}", describe_printing(PrintResult(state, ""), _)
    finally:
        door.close()


COMPOSED = dict(_composed())


@pytest.mark.conforms("WCAG 3.3.3")
@pytest.mark.parametrize("what", COMPOSED)
def test_every_error_says_what_to_do(what: str) -> None:
    assert NEXT.search(COMPOSED[what]), COMPOSED[what]


def test_no_sentence_of_the_screens_tells_of_trouble_alone() -> None:
    with TEMPLATE.open(encoding="utf-8") as file:
        shown = [
            one if isinstance(one, str) else one[1]
            for one, places in ((message.id, message.locations) for message in read_po(file))
            if one and any(place.startswith("kiosk/ui/visitor/") for place, _ in places)
        ]
    troubles = [one for one in shown if TROUBLE.search(one)]
    assert len(troubles) > 10
    bare = {one for one in troubles if not NEXT.search(one)}
    assert bare - SAID_WITH_OTHERS - NO_TROUBLE == set()


@pytest.mark.parametrize("text", ["That did not work.", "Something went wrong. Sorry."])
def test_an_error_alone_is_noticed(text: str) -> None:
    assert not NEXT.search(text)
