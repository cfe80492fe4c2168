"""The kiosk on plain lines: each task from start to end, by what is read alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event

import pytest

from kiosk.content.articles import TakeHome
from kiosk.content.translations import Texts
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.errors import SetupError
from kiosk.ui.door import Door
from kiosk.ui.plain.kiosk import PlainKiosk
from kiosk.ui.visitor.visit import VisitorContext, VisitorSide
from tests.support.desks import Clinic
from tests.support.helplines import helplines_text
from tests.support.screens import HOME, OFFERED, side_of

SILENCE = None
"""Nobody types until the time is over."""


@dataclass
class Script:
    """Lines that somebody types, and what is told between them."""

    typed: list[str | None]
    told: list[str] = field(default_factory=list)
    waits: list[float | None] = field(default_factory=list)
    cleared: int = 0

    def read(self, seconds: float | None) -> str | None:
        self.waits.append(seconds)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def tell(self, line: str) -> None:
        assert "\n" not in line
        self.told.append(line)

    def clear(self) -> None:
        self.cleared += 1

    @property
    def text(self) -> str:
        return "\n".join(self.told)


@contextmanager
def opened(side: VisitorSide) -> Iterator[VisitorContext]:
    door = Door(lambda: side)
    yield VisitorContext(door)
    door.close()


def talk(side: VisitorSide, *typed: str | None) -> Script:
    script = Script([*typed])
    with opened(side) as context:
        PlainKiosk(context, script).run()
    return script


def numbers_of(script: Script, title: str) -> list[str]:
    """Return the numbered options under a title, as read last."""
    start = len(script.told) - 1 - script.told[::-1].index(title)
    return [line for line in script.told[start + 1 :] if line[:1].isdigit()]


def test_home_reads_six_tasks_and_help(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "h")
    assert script.text.count(HOME) == 2
    assert "1  Read about peer support" in script.told
    assert "6  Withdraw a request" in script.told
    assert any(line.startswith("1771  National mindline.") for line in script.told)
    assert script.cleared == 1


def test_a_request_is_asked_read_back_and_kept(clinic: Clinic) -> None:
    answers = ("2", "Siti", "8123 4567", "2 5", "1", "4", "", "2", "1", "y", "")
    script = talk(side_of(clinic), *answers)
    review = script.text[script.text.rindex("Is this right?") :]
    for told in (
        "Name: Siti",
        "Number: +65 8123 4567",
        "When: Weekday mornings, Saturday mornings",
        "Language: Tamil",
        "Message: No message",
        "If someone else picks up: Say who calls",
        "By sending, you agree that a peer support specialist may call you."
        " You can withdraw at any time.",
    ):
        assert told in review
    (row,) = clinic.callbacks.worklist().rows
    assert f"Your reference: {row.request.reference}" in script.told
    assert row.request.call_language == CallLanguage.TAMIL
    assert clinic.numbers() == ["+6581234567"]
    assert script.typed == []


def test_the_number_is_covered_until_it_is_asked_for(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", "Siti", "81234567", "", "", "", "", "")
    review = script.text[script.text.rindex("Is this right?") :]
    assert "8123 4567" not in review
    assert "Y  Yes, send" in review
    assert clinic.callbacks.worklist().rows == ()


def test_wishes_are_asked_where_the_clinic_offers_them(clinic: Clinic) -> None:
    side = side_of(clinic, wishes=OFFERED)
    talk(side, "2", "Siti", "81234567", "", "", "", "1", "", "", "y", "")
    (row,) = clinic.callbacks.worklist().rows
    assert "woman" in row.request.wishes


def test_back_keeps_every_answer(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", "Siti", "81234567", "b", "", "3", "", "", "", "", "y", "")
    assert "Enter alone keeps: 81234567" in script.told
    (row,) = clinic.callbacks.worklist().rows
    assert row.request.preferred_name == "Siti"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("812", "Please add the missing digits. Singapore numbers have 8."),
        ("S1234567D", "Please do not type an NRIC or FIN. We never need it."),
    ],
)
def test_what_cannot_be_taken_is_said_and_asked_again(
    clinic: Clinic, line: str, answer: str
) -> None:
    script = talk(side_of(clinic), "2", "Siti", line, "81234567")
    assert answer in script.told
    assert script.told.count("Which number should we call?") == 2
    assert "We will call +65 8123 4567." in script.told


def test_a_scanned_pass_checks_in_at_any_question(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-5)
    card = clinic.passes.issue_pass("Mei", "en")
    script = talk(side_of(clinic), "1", card.digits, "")
    assert "✓  Welcome, Mei" in script.told
    assert [one.name for one in clinic.arrivals()] == ["Mei"]


def test_one_of_several_groups_is_chosen(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-5)
    clinic.add_session("Room 5", starts=-5)
    card = clinic.passes.issue_pass("Mei", "en")
    script = talk(side_of(clinic), card.digits, "2", "")
    done = script.text[script.text.index("You are checked in.") :]
    assert "Room 5" in done
    assert len(clinic.arrivals()) == 1


def test_without_a_pass_one_is_counted_or_gives_a_name(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-5)
    talk(side_of(clinic), "3", "1", "2", "")
    script = talk(side_of(clinic), "3", "1", "3", "1", "Ravi", "")
    assert "✓  Welcome, Ravi" in script.told
    assert len(clinic.arrivals()) == 2


def test_a_slip_takes_the_request_back(clinic: Clinic) -> None:
    draft = clinic.draft()
    receipt = clinic.visitor.request_callback(draft)
    script = talk(side_of(clinic), receipt.slip_digits, "2", "")
    assert "It is withdrawn. Nobody will call you about it." in script.told
    (row,) = clinic.callbacks.worklist().rows
    assert not row.state.open


def test_a_form_goes_on_when_a_slip_was_taken_back_meanwhile(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    script = talk(side_of(clinic), "2", "Siti", receipt.slip_digits, "2", "81234567")
    assert "It is withdrawn. Nobody will call you about it." in script.told
    assert "We will call +65 8123 4567." in script.told
    assert script.cleared == 1


def test_a_centre_that_does_not_answer_is_not_waited_for(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.ui.plain.conversation.CENTRAL_SECONDS", 0.01)
    answered = Event()

    def ask(_: str) -> None:
        answered.wait(10)

    receipt = clinic.visitor.request_callback(clinic.draft())
    script = talk(side_of(clinic, ask_central=ask), receipt.slip_digits)
    answered.set()
    shown = script.told[script.told.index("Looking for news …") :]
    assert "We cannot see news just now. Any staff member can tell you." in shown
    assert "2  Withdraw it" in shown


def test_a_slip_chooses_other_times(clinic: Clinic) -> None:
    receipt = clinic.visitor.request_callback(clinic.draft())
    script = talk(side_of(clinic), receipt.slip_digits, "1", "4", "", "")
    assert "We ring you at the times that suit you." in script.told


def test_a_typed_reference_has_one_answer(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "6", "7K4Q-XXXX", "7K4Q-FMRF", "")
    assert "That code does not look right. Please check it once more." in script.told
    assert "If the code fits a request, staff will withdraw it." in script.told


def test_an_article_is_read_without_marks(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "1", "1")
    read = script.text[script.text.index("Read about peer support", 200) :]
    assert "What peer support is" in read
    assert not {"#", "*", "`"} & set(read)


def test_a_code_of_others_is_said_and_nothing_is_written(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "00020101021126380009SG.PAYNOW", "9" * 30)
    assert "We did nothing with it, and did not keep it." in script.told
    assert "Please scan again" in script.told


def test_silence_ends_the_visit_and_wipes_it(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", "Siti", SILENCE, SILENCE)
    assert script.waits[0] is None
    assert script.waits[2:4] == [60.0, 30.0]
    assert "Are you still there? Press Enter within 30 seconds." in script.told
    assert script.cleared == 2
    assert script.told[-1] == numbers_and_letters_end(script)


def numbers_and_letters_end(script: Script) -> str:
    """Return the last line of a first question."""
    first = script.told.index(HOME)
    return next(line for line in script.told[first:] if line.startswith("Type a number"))


def test_a_key_keeps_the_visit(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", "Siti", SILENCE, "", "81234567")
    assert "We will call +65 8123 4567." in script.told
    assert script.cleared == 1


def test_nothing_is_said_to_be_kept_that_is_not(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = side_of(clinic)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(side.desk, "request_callback", full)
    script = talk(side, "2", "Siti", "81234567", "", "", "", "", "", "y")
    assert "This could not be kept just now. Please ask at the counter." in script.told
    assert "Thank you. We have your request." not in script.told


def test_every_language_is_read_letter_by_letter(clinic: Clinic) -> None:
    """A screen reader or a braille line needs no drawing, so Tamil is as complete as others."""
    script = talk(side_of(clinic), "l", "4", "h")
    texts = Texts("ta", has_pictures=True)
    assert texts.pgettext("crisis", "Help now") in script.told
    assert texts.gettext("Talk to someone who has been there") in script.told
    assert "4  தமிழ்" in script.told


def test_back_at_the_first_question_asks_it_again(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "b", "h")
    assert script.text.count(HOME) == 3
    assert script.cleared == 1


def test_a_closed_kiosk_leads_to_the_counter_and_keeps_help(clinic: Clinic) -> None:
    clinic.maintenance.set_out_of_order("Being mended")
    receipt = clinic.visitor.request_callback(clinic.draft())
    script = talk(side_of(clinic), "2", receipt.slip_digits, "h")
    assert HOME not in script.told
    assert script.told.count("Please ask at the counter.") == 4
    assert script.text.count("That is none of the choices. Please try again.") == 2
    assert "This screen is resting. Any staff member can do everything for you." in script.told
    assert any(line.startswith("1771  ") for line in script.told)


def test_a_kiosk_that_cannot_open_says_why_and_keeps_help() -> None:
    def broken() -> VisitorSide:
        raise SetupError("The disk is away.")

    script = Script(["2", "h"])
    door = Door(broken)
    PlainKiosk(VisitorContext(door), script).run()
    door.close()
    assert HOME not in script.told
    assert "For staff: The disk is away." in script.told
    assert any(line.startswith("1771  ") for line in script.told)


def test_a_kiosk_that_is_closed_meanwhile_takes_nothing(clinic: Clinic) -> None:
    side = side_of(clinic)

    class Closing(Script):
        def read(self, seconds: float | None) -> str | None:
            clinic.maintenance.set_out_of_order("Being mended")
            return super().read(seconds)

    script = Closing(["2"])
    with opened(side) as context:
        PlainKiosk(context, script).run()
    assert "What should we call you?" not in script.told
    assert script.told.count("Please ask at the counter.") == 1


def test_help_reads_the_numbers_that_the_clinic_has_published(clinic: Clinic) -> None:
    side = side_of(clinic)
    published = replace(side.open_desks(), helplines=lambda: helplines_text(mindline="1772"))
    script = talk(replace(side, open_desks=lambda: published), "h")
    assert any(one.startswith("1772  ") for one in script.told)


def test_what_could_not_be_kept_is_told_to_a_desk_later(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = side_of(clinic)
    told: list[list[datetime]] = []
    monkeypatch.setattr(side.maintenance, "note_refusals", told.append)
    monkeypatch.setattr(side.desk, "request_callback", lambda *_: 1 / 0)
    talk(side, "2", "Siti", "81234567", "", "", "", "", "", "y", "h")
    (times,) = told
    assert len(times) == 1


def test_booklets_are_those_of_the_language_by_its_titles(clinic: Clinic) -> None:
    side = side_of(clinic)
    desks = side.open_desks()
    items = (
        TakeHome("A booklet", "", "https://clinic.example/a", titles={"ms": "Buku kecil"}),
        TakeHome("In Tamil", "", "https://clinic.example/ta", "ta"),
    )
    desks = replace(desks, clinic=replace(desks.clinic, take_home=items))
    script = talk(replace(side, open_desks=lambda: desks), "l", "3", "4")
    assert "Buku kecil" in script.told
    assert "https://clinic.example/ta" not in script.told


def test_what_was_under_way_at_the_warning_is_the_answer(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", SILENCE, "Siti", "81234567")
    assert "We will call +65 8123 4567." in script.told


def test_more_time_holds_for_the_rest_of_the_visit(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", SILENCE, "t", SILENCE, SILENCE)
    assert "T  I need more time" in script.told
    assert script.waits[1:] == [60.0, 30.0, 600.0, 300.0, None]
    assert script.text.count("T  I need more time") == 1


def test_home_tells_when_it_is_cleared(clinic: Clinic) -> None:
    script = talk(side_of(clinic))
    assert "This screen clears 90 seconds after your last press." in script.told


def test_help_and_back_answer_where_something_is_to_be_typed(clinic: Clinic) -> None:
    script = talk(side_of(clinic), "2", "h", "Siti", "b", "b")
    assert any(line.startswith("1771  ") for line in script.told)
    assert script.told.count("What should we call you?") == 3
    assert script.text.count(HOME) == 2
