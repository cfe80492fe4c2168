"""The desks' answers as what a visitor reads on the result screen."""

from dataclasses import replace
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.content.translations import Texts
from kiosk.domain.attendance.check_in import (
    AlreadyHere,
    CheckedIn,
    GuestWelcomed,
    Joined,
    NothingOpen,
    ScanAgain,
    ScannerWorks,
    Session,
)
from kiosk.domain.callbacks.request import Receipt
from kiosk.domain.text import clean
from kiosk.ui.visitor.messages import CodeToShow
from kiosk.ui.visitor.screens.result import Answer
from kiosk.ui.visitor.text import clock, place_and_time
from kiosk.ui.widgets.card import CardText

Shown = CheckedIn | AlreadyHere | GuestWelcomed | NothingOpen | ScanAgain | ScannerWorks
"""The outcomes that are a result by themselves; the others ask or lead on."""


class Teller:
    """Turns outcomes into sentences of one language."""

    def __init__(self, texts: Texts, zone: ZoneInfo, seconds: float) -> None:
        """Take how long a result stays, which the visitor is told."""
        self._texts = texts
        self._zone = zone
        self._seconds = round(seconds)

    def _(self, message: str) -> str:
        return self._texts.gettext(message)

    def result(self, outcome: Shown) -> Answer:
        """Return what the result screen says; welcome and "already here" look the same."""
        match outcome:
            case CheckedIn():
                lines = (self._("You are checked in."), self._where(outcome.session))
                return self._answer(self._welcome(outcome.name), *lines)
            case AlreadyHere():
                since = clock(outcome.since, self._zone, self._texts.language)
                words = self._("You are with us since {time}.").format(time=since)
                return self._answer(
                    self._welcome(outcome.name), words, self._where(outcome.session)
                )
            case GuestWelcomed():
                lines = (self._("You are counted in."), self._where(outcome.session))
                return self._answer(self._welcome(None), *lines)
            case NothingOpen():
                return self._nothing_open(outcome)
            case ScanAgain():
                return self._answer(
                    self._("Please scan again"),
                    self._("Hold the code still, a hand away from the scanner."),
                    self._("Or ask any staff member to check you in."),
                    colour="primary",
                )
            case ScannerWorks():
                return self._answer(self._("✓  The scanner works"), self._("All digits arrived."))
            case _:
                assert_never(outcome)

    def joined(self, joined: Joined) -> Answer:
        """Return the welcome of somebody who has just got a pass."""
        lines = (self._("You are checked in."), self._where(joined.session))
        answer = self._answer(self._welcome(joined.name), *lines)
        return replace(answer, code=self.new_pass(joined))

    def new_pass(self, joined: Joined) -> CodeToShow:
        """Return the new pass to photograph."""
        return CodeToShow(
            self._("Your pass"),
            (
                self._("Photograph this code. Show it to the scanner next time."),
                self._("It holds no name. You can ask for a printed one."),
            ),
            joined.digits,
            numeric=True,
        )

    def receipt(self, receipt: Receipt) -> CodeToShow:
        """Return the receipt of a callback request, with its slip to photograph."""
        promise = self._texts.ngettext(
            "Most people get a call within {days} working day.",
            "Most people get a call within {days} working days.",
            receipt.promise_days,
        )
        return CodeToShow(
            self._("Thank you. We have your request."),
            (
                promise.format(days=receipt.promise_days),
                self._("Photograph the code to withdraw later."),
            ),
            receipt.slip_digits,
            numeric=True,
            spoken=receipt.reference,
            last=True,
        )

    def note_kept(self) -> Answer:
        """Return the one answer to every typed reference."""
        return self._answer(
            self._("Thank you"),
            self._("If the code fits a request, staff will withdraw it."),
            self._("With your slip under the scanner it happens at once."),
            colour="primary",
        )

    def trouble(self) -> Answer:
        """Return the answer when the desk could not keep anything."""
        return self._answer(
            self._("Please ask at the counter"),
            self._("This could not be kept just now. Staff can check you in."),
            colour="primary",
        )

    def _nothing_open(self, outcome: NothingOpen) -> Answer:
        lines = [self._("Nothing is open for check-in just now.")]
        if outcome.next is not None:
            session = place_and_time(outcome.next, self._zone, self._texts.language)
            lines.append(self._("Next today: {session}").format(session=session))
        return replace(self._answer(self._welcome(outcome.name), *lines), more=True)

    def _answer(self, title: str, *lines: str, colour: str = "success") -> Answer:
        clears = self._("This screen clears by itself in {seconds} seconds.")
        return Answer(CardText(title, lines, clears.format(seconds=self._seconds), colour))

    def _welcome(self, name: str | None) -> str:
        if name:
            return self._("✓  Welcome, {name}").format(name=clean(name, 60))
        return self._("✓  Welcome")

    def _where(self, session: Session) -> str:
        line = place_and_time(session, self._zone, self._texts.language)
        return line if session.room in ("", session.label) else f"{line}   ·   {session.room}"
