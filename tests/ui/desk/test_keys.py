"""How many keys the most common tasks of each role take, pressed at the real desk.

What a task has somebody type, such as a name, is one thing to type and counts no keys.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.domain.callbacks.request import Window
from kiosk.domain.staff import Role
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.ui.desk.callbacks.test_request import next_look

GUIDE = Path("assets/guide/desk.md")


@dataclass(frozen=True)
class Typed:
    """Something to type."""

    text: str


Step = str | Typed
"""A key, or something to type."""


@dataclass(frozen=True)
class Task:
    """One task, from the first screen of a role to where it is done."""

    words: str
    """As the guide calls it."""
    steps: tuple[Step, ...]
    shows: str
    """Stands on the screen once it is done."""
    most: int
    """How many keys it may take: as many as it took before, or fewer."""
    prepare: Callable[[Clinic], object] | None = None

    @property
    def keys(self) -> int:
        """How many keys it takes."""
        return sum(1 for step in self.steps if isinstance(step, str))

    @property
    def types(self) -> bool:
        """Whether something is typed."""
        return any(isinstance(step, Typed) for step in self.steps)


def asks(clinic: Clinic) -> None:
    """Let somebody ask for a call at any time."""
    draft = replace(clinic.draft("Mei"), windows=frozenset({Window.ANY}))
    clinic.visitor.request_callback(draft)


def asks_too(clinic: Clinic) -> None:
    """Let another person ask, for the morning."""
    clinic.visitor.request_callback(clinic.draft("Siti", "+6591234567"))


def meets(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-20)


def has_pass(clinic: Clinic) -> None:
    clinic.passes.issue_pass("Zoe", "en")


def comes(clinic: Clinic) -> None:
    """Let somebody come to the session that is on."""
    session = next(card.session for card in clinic.roster.sessions())
    clinic.visitor.count_me_in(clinic.id(), session.id)


def colleague(clinic: Clinic) -> None:
    clinic.add_staff("ben", Role.CALLER)


def has_a_form(clinic: Clinic) -> None:
    """Make a blank form with the number that is typed."""
    clinic.access.entry_desk(clinic.fresh(clinic.manager)).make_forms(1)
    clinic.bend("UPDATE callback_form SET ref = '7K99-K38V'")


_NAME_AND_NUMBER = (Typed("Ravi"), "enter", Typed("8123 4567"), "enter")
_ASKED = ("n", *_NAME_AND_NUMBER)
_SAID_YES = ("k", "space", "k")
"""Keeping a request leads to the one question that nobody answers beforehand."""
SECRET = Typed("river stone lantern")
CALLER = (
    Task("The next call: no answer", ("n", "r", "a"), "Noted: no answer.", 6, asks),
    Task(
        "The next call: spoke to them, and a talk is booked",
        ("n", "r", "s", "b", "a"),
        "Booked: Tue 3 Mar, 10:00 with anna.",
        7,
        asks,
    ),
    Task(
        "The next call: spoke to them, they join a group",
        ("n", "r", "s", "g"),
        "Closed: joins a group.",
        7,
        asks,
    ),
    Task(
        "The next call: they ask to be called tomorrow",
        ("n", "r", "enter", "l", "t"),
        "Noted: asked to call later.",
        6,
        asks,
    ),
    Task(
        "The next call: they do not want it",
        ("n", "r", "enter", "d", "enter"),
        "Closed: does not want it.",
        7,
        asks,
    ),
    Task(
        "The next call: a wrong number",
        ("n", "r", "enter", "w", "enter"),
        "Closed: wrong number.",
        7,
        asks,
    ),
    Task("The next call: leave it for another", ("n", "n"), "It is yours until", 5, asks),
    Task(
        "Somebody rings back",
        ("b", Typed("006591234567"), "enter"),
        "Ask for “Siti” only",
        0,
        asks_too,
    ),
    Task(
        "Find a request by a name",
        ("/", Typed("Mei"), "enter", "enter"),
        "Ask for “Mei” only",
        3,
    ),
    Task(
        "Write a note", ("enter", "t", Typed("rings in the morning"), "enter"), "is kept.", 3, asks
    ),
    Task("Hand it to a colleague", ("enter", "g", "a", "enter"), "Handed to ben", 0, colleague),
    Task("Write the list to a file", ("x", "x"), "Written", 2),
)
FACILITATOR = (
    Task("See who has come", ("g", "enter"), "Nobody has come yet.", 2, meets),
    Task("See their names", ("g", "enter", "n"), "Hide", 3, comes),
    Task("Count a guest", ("g", "enter", "g"), "One guest more.", 3),
    Task("Take back what was done last", ("g", "enter", "u"), "One guest less.", 3),
    Task(
        "Put somebody on the list by name",
        ("g", "enter", "a", Typed("Siti"), "enter"),
        "Added to the list.",
        4,
    ),
    Task(
        "Put a member on the list",
        ("g", "enter", "m", Typed("Zoe"), "enter", "enter"),
        "3 here",
        5,
        has_pass,
    ),
    Task("Take somebody off the list", ("g", "enter", "v", "m"), "Taken off.", 4),
    Task("Count heads", ("g", "enter", "h", Typed("3"), "enter"), "counted: 3 people", 4),
    Task("Close the list", ("g", "enter", "c", "enter"), "list closed", 4),
    Task("Make a pass", ("p", "enter", "a", Typed("Ana"), "enter"), "The pass of Ana", 4),
    Task(
        "Replace a lost pass",
        ("p", Typed("Ana"), "enter", "p", "y"),
        "The pass of Ana",
        4,
    ),
    Task("Revoke a pass", ("p", Typed("Ana"), "enter", "r", "y"), "Revoked.", 4),
)
MANAGER = (
    Task(
        "Make a group",
        (
            "s",
            "n",
            Typed("Art"),
            "enter",
            Typed("Room 2"),
            "enter",
            Typed("Level 2"),
            "enter",
            "enter",
            "enter",
            "enter",
            "enter",
            "enter",
        ),
        "The group is kept.",
        10,
    ),
    Task(
        "Plan a session",
        (
            "s",
            "enter",
            "a",
            "enter",
            Typed("15:00"),
            "enter",
            Typed("16:00"),
            "enter",
            "enter",
            "enter",
            "enter",
        ),
        "The session is kept.",
        9,
    ),
    Task("Cancel a session", ("s", "enter", "x", Typed("away"), "enter"), "cancelled", 4),
    Task("See this week", ("s", "w"), "All groups", 2),
    Task(
        "Make an account",
        (
            "f",
            "a",
            Typed("mei"),
            "enter",
            "space",
            "enter",
            "enter",
            SECRET,
            "enter",
            SECRET,
            "enter",
            "k",
        ),
        "mei can sign in now",
        9,
    ),
    Task("Disable an account", ("f", "down", "d", "y"), "disabled", 4),
    Task("Read the reports", ("r",), "Reports", 1),
    Task("See what is kept, and what goes", ("d",), "Records kept", 1),
    Task("Delete what is due", ("d", "d", "y"), "Nothing was old enough to be deleted.", 3),
    Task("Read the audit trail", ("a",), "Audit trail", 1),
    Task("Check the audit trail", ("a", "v"), "The trail is whole: its", 2),
    Task("See how the kiosks are", ("k",), "Kiosks", 1),
)
CLINICIAN = (
    Task("Enter a request", (*_ASKED, *_SAID_YES), "Kept: 7K", 0),
    Task(
        "Enter one for the mornings",
        (*_ASKED, "space", *_SAID_YES),
        "Kept: 7K",
        0,
    ),
    Task(
        "Enter one from a certain day on",
        (*_ASKED, "enter", Typed("Thu"), "enter", *_SAID_YES),
        "Kept: 7K",
        0,
    ),
    Task(
        "Enter one in another language",
        (*_ASKED, "enter", "enter", "right", "space", *_SAID_YES),
        "Kept: 7K",
        0,
    ),
    Task(
        "Enter one with a wish",
        (*_ASKED, "enter", "enter", "enter", "space", *_SAID_YES),
        "Kept: 7K",
        0,
    ),
    Task(
        "Enter one to which somebody else said yes",
        (*_ASKED, "k", "down", "right", "space", "k"),
        "Kept: 7K",
        0,
    ),
    Task("Print the slip of the one just entered", (*_ASKED, *_SAID_YES, "p"), "the slip", 0),
    Task("Enter the next one", (*_ASKED, *_SAID_YES, "n"), "A request for somebody", 0),
    Task(
        "Leave a request half typed",
        ("n", Typed("Ravi"), "escape", "y"),
        "Requests that you entered",
        0,
    ),
    Task(
        "Enter a paper form",
        (
            *("p", Typed("7K99-K38V"), "enter", Typed("today 9:30"), "enter"),
            *(*_NAME_AND_NUMBER, *_SAID_YES),
        ),
        "Kept: 7K99-K38V",
        0,
        has_a_form,
    ),
    Task("Make ten blank paper forms", ("f", "enter"), "the forms", 0),
    Task("Choose a passphrase of one's own", ("escape", "o"), "passphrase", 0),
)
FIRST_SCREENS = {Role.CALLER: "Callbacks:", Role.CLINICIAN: "Requests that you entered"}
ROLES: dict[Role, tuple[Task, ...]] = {
    Role.CLINICIAN: CLINICIAN,
    Role.FACILITATOR: FACILITATOR,
    Role.CALLER: CALLER,
    Role.MANAGER: MANAGER,
}


async def begin(one: Colleague, first: str) -> None:
    """Go back to the first screen of a role, and see what is new there."""
    for _ in range(6):
        if one.sees(first):
            break
        await one.keys("escape")
    one.expect(first)


@pytest.mark.parametrize("role", ROLES)
async def test_a_common_task_takes_no_more_keys_than_before(clinic: Clinic, role: Role) -> None:
    clinic.add_staff("anna", role)
    first = FIRST_SCREENS.get(role, "What would you like to do?")
    if role is Role.CALLER:
        asks(clinic)
    async with at_desk(clinic, "anna") as one:
        for task in ROLES[role]:
            await begin(one, first)
            if task.prepare is not None:
                task.prepare(clinic)
                await next_look(one)
            await one.keys("home")
            for step in task.steps:
                await (one.keys(step) if isinstance(step, str) else one.type(step.text))
            one.expect(task.shows)
            assert task.keys <= (task.most or task.keys), task.words


@pytest.mark.parametrize("role", ROLES)
def test_the_guide_has_the_tasks_with_their_keys(role: Role) -> None:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    missing = [line for line in table(role) if line not in lines]
    assert not missing, "\n".join(["The guide lacks:", *missing])


def table(role: Role) -> list[str]:
    """Return the rows of the guide's table."""
    return [
        f"| {task.words} | {task.keys}{', and typing' if task.types else ''} | {_before(task)} |"
        for task in ROLES[role]
    ]


def _before(task: Task) -> str:
    return str(task.most) if task.most else "–"
