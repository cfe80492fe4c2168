"""Every question that the desk asks about a person: it shows whom it is about."""

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

import kiosk.ui.desk
from kiosk.domain.attendance.check_in import NO_SESSION
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import Role
from kiosk.errors import StoreBusy
from kiosk.ui.desk.messages import Question
from kiosk.ui.desk.questions import QuestionScreen
from kiosk.ui.desk.screen import DeskScreen
from kiosk.usecases.callbacks.desk import CallbackDesk
from tests.support.calls import ask, do
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk

ABOUT_THINGS = {"admin", "groups"}
"""Folders whose screens ask about sessions, files and records, never about one person."""
ABOUT_NOBODY = {
    "EnteredScreen._ask_forms",
    "MenuScreen._ask_end",
    "RosterScreen._check_count",
    "RosterScreen._close",
    "RosterScreen._count",
    "WorklistScreen._ask_number",
    "WorklistScreen._export",
}


def places_that_ask() -> Iterator[str]:
    """Every method of the desk's screens that poses a question, with the name of its class."""
    for file in Path(kiosk.ui.desk.__file__).parent.rglob("*.py"):
        classes = ast.walk(ast.parse(file.read_text()))
        for screen in (one for one in classes if isinstance(one, ast.ClassDef)):
            if file.parent.name in ABOUT_THINGS:
                continue
            for method in screen.body:
                parts = list(ast.walk(method))
                asks = any(isinstance(one, ast.Attribute) and one.attr == "pose" for one in parts)
                name = getattr(method, "name", "")
                if asks and name != "pose":
                    yield f"{screen.name}.{name}"


@pytest.fixture
def asked() -> Iterator[set[str]]:
    """The methods that have posed a question so far."""
    found: set[str] = set()
    pose = DeskScreen.pose

    def spy(self: DeskScreen, question: Question) -> None:
        frame = sys._getframe(1)
        while frame.f_code.co_name == "pose" and frame.f_back is not None:
            frame = frame.f_back
        found.add(frame.f_code.co_qualname.partition(".<")[0])
        pose(self, question)

    with patch.object(DeskScreen, "pose", spy):
        yield found


async def shows(colleague: Colleague, who: str, *keys: str, hides: str = "\0") -> None:
    """Press keys that lead to a question, look whom it is about, and go back."""
    await colleague.keys(*keys)
    assert isinstance(colleague.screen, QuestionScreen), colleague.picture()
    colleague.expect(who)
    colleague.expect_not(hides)
    await colleague.keys("escape")


def let_people_come(clinic: Clinic) -> None:
    """Let people come to a group in every way, five minutes apart, and two more have passes."""
    session = clinic.add_session("Room 2", starts=-20)
    for name in ("Xanthippe", "Mei"):
        clinic.visitor.check_in(clinic.passes.issue_pass(name, "en").digits, session.id)
        clinic.clock.move(minutes=1)
    clinic.clock.move(minutes=3)
    clinic.visitor.check_in(encode(CodeKind.PASS, b"never seen here."), session.id)
    clinic.clock.move(minutes=5)
    clinic.visitor.count_me_in(clinic.id(), session.id)
    clinic.clock.move(minutes=5)
    right, clinic.clock.at = clinic.clock.at, datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.count_me_in(clinic.id(), NO_SESSION)
    clinic.clock.at = right
    desk = clinic.roster
    desk.add_person(session.id, "Zoe", "en", desk.new_pass())
    garden = clinic.add_session("Garden", starts=24 * 60, enrolled=True)
    groups = [garden.group_id] if garden.group_id else []
    clinic.passes.issue_pass("Arjun", "en", groups=groups)
    clinic.passes.issue_pass("Siti", "en")


async def ask_about_a_caller(colleague: Colleague, who: str) -> None:
    await colleague.keys("/", *"xan", "enter", "enter", "c")
    for key in ("enter", "h", "x", "e", "w", "i", "g", "u", "t"):
        await shows(colleague, who, key)
    await shows(colleague, who, "h", "o")
    await shows(colleague, who, "x", "b")
    await shows(colleague, who, "x", "b", "o")
    await shows(colleague, who, "x", "b", "p")
    await shows(colleague, who, "g", "a")
    await shows(colleague, who, "t", "x", "escape")
    await colleague.keys("escape", "t")
    await shows(colleague, who, "enter", "s")
    await colleague.keys("enter", "n")
    await shows(colleague, who, "u")
    with patch.object(CallbackDesk, "act", side_effect=StoreBusy("Busy.")):
        await colleague.keys("t", "x", "enter")
    await shows(colleague, who, "escape")
    await shows(colleague, f"{who}, into Mei · ", "p", "g")
    await colleague.keys("escape", "escape", "k", "escape", "escape")


async def ask_about_those_who_came(colleague: Colleague) -> None:
    await colleague.keys("enter")
    for who in (
        "Somebody who came 12:15, put on the list by staff",
        "A guest who came 12:10, without a pass",
        "Somebody who came 12:05, with an unknown pass",
        "Somebody who came 12:00, with a pass (as 2 did; their names show whom",
    ):
        await shows(colleague, who, "v", hides="Mei")
        await colleague.keys("down")
    await shows(colleague, "1 of 1: A guest", "w")
    await colleague.keys("end", "n")
    await shows(colleague, "Xanthippe came 12:00, with a pass", "v")
    await colleague.keys("escape", "escape")


async def ask_about_members(colleague: Colleague) -> None:
    await colleague.keys(*"arj", "enter")
    for key in ("p", "r", "g"):
        await shows(colleague, "Arjun · Group of Garden · last pass Mon 2 Mar", key)
        await colleague.keys("n")
    # Who is marked is named, though another search shows others.
    await colleague.keys("space", "f", *["backspace"] * 3)
    await colleague.type("siti", "enter", "space", "n", "s")
    colleague.expect("Please look at whom it is for")
    await shows(colleague, "Arjun, Siti", "s")
    await colleague.keys("escape")


async def ask_about_somebody_entered(colleague: Colleague) -> None:
    await colleague.keys("n")
    await colleague.type("Ravi")
    await shows(colleague, "Ravi", "escape")
    await colleague.keys("escape", "y", "p")
    for typed in ("7K4Q-FMRF", "1 Jan 2026", "Ravi", "81234567"):
        await colleague.type(typed, "enter")
    await colleague.keys("k", "space")
    await shows(colleague, "Ravi", "k")
    await colleague.keys("escape", "y", "escape")


async def test_every_question_about_a_person_shows_whom(clinic: Clinic, asked: set[str]) -> None:
    request = do(clinic.callbacks, ask(clinic, "Xanthippe")).request
    ask(clinic, "Mei")
    clinic.visitor.note_withdrawal(request.reference)
    let_people_come(clinic)
    clinic.add_staff("ann", Role.CALLER)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("c")
        await ask_about_a_caller(colleague, f"Xanthippe · {request.reference}")
        await colleague.keys("g")
        await ask_about_those_who_came(colleague)
        await colleague.keys("p")
        await ask_about_members(colleague)
        await colleague.keys("n")
        await ask_about_somebody_entered(colleague)
        await shows(colleague, "Disable the account ann?", "f", "d")
    assert set(places_that_ask()) - asked - ABOUT_NOBODY == set()
