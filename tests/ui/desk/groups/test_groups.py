"""Groups on the manager's desk."""

from datetime import UTC, date, datetime, timedelta

from kiosk.domain.audit import AuditAction
from kiosk.domain.groups.groups import GroupCard, GroupPlan, SessionPlan
from kiosk.domain.groups.plan_import import (
    EventLeft,
    GroupInFile,
    PlanKind,
    Plans,
    SessionInFile,
)
from kiosk.domain.ids import NO_ID
from kiosk.domain.staff import Role
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.groups.desk import GroupsDesk
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.screens import SIZES

ART = Plans(
    PlanKind.TOML, (GroupInFile("art", GroupPlan(NO_ID, "Art group", "Room 7", "Level 1")),), ()
)


def desk_of(clinic: Clinic) -> GroupsDesk:
    return clinic.access.groups_desk(clinic.fresh(clinic.manager))


def made(clinic: Clinic, name: str = "Wellness group", *, enrolled: bool = False) -> GroupPlan:
    desk = desk_of(clinic)
    plan = desk.add_group(
        GroupPlan(desk.new_id(), name, "Room 2", "Level 2", enrolled=enrolled, capacity=12)
    )
    assert isinstance(plan, GroupPlan)
    return plan


def only(clinic: Clinic) -> GroupCard:
    (card,) = desk_of(clinic).groups()
    return card


async def clear(colleague: Colleague, name: str, text: str) -> None:
    """Write `text` into a line, in the place of what stands there."""
    field = colleague.screen.query_one(f"#{name}", Field)
    field.focus()
    await colleague.settle()
    await colleague.at_once("end", *["backspace"] * len(field.value), *text)


async def test_the_first_group_is_made_with_the_keyboard_alone(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s")
        colleague.expect("Groups and sessions", "No groups yet.", "New", "Import")
        colleague.expect_not("Put away", "Export")
        await colleague.keys("n")
        colleague.expect("A new group", "As staff call it.")
        await colleague.type("Wellness group", "enter")
        colleague.expect("What visitors read: neutral")
        await colleague.type("Room 2", "enter")
        await colleague.type("Level 2, left at the lift", "enter", "enter")
        colleague.expect("What is spoken there.")
        colleague.expect("Enter Next", "Space Mark")
        await colleague.keys("right", "space", "enter")
        colleague.expect("Whether it keeps a list")
        await colleague.keys("right", "space", "enter")
        await colleague.type("8", "enter")
        colleague.expect("› Keep it ‹")
        await colleague.keys("enter")
        colleague.expect("The group is kept.", "1 group · 0 sessions ahead", "nothing planned")
    plan = only(clinic).plan
    assert (plan.name, plan.public_label, plan.room) == (
        "Wellness group", "Room 2", "Level 2, left at the lift",
    )  # fmt: skip
    assert (plan.language, plan.enrolled, plan.capacity) == ("zh", True, 8)


async def test_enter_goes_on_from_every_row_and_changes_none(clinic: Clinic) -> None:
    plan = made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "c")
        for hint in ("As staff call it.", "What visitors read", "Where it meets;", "One neutral"):
            colleague.expect(hint)
            await colleague.keys("enter")
        for hint in ("What is spoken there.", "Whether it keeps a list", "1 to 999 people"):
            colleague.expect(hint)
            await colleague.keys("enter")
        colleague.expect("› Keep it ‹")
        await colleague.keys("enter")
        colleague.expect("The group is kept.")
    assert only(clinic).plan == plan


async def test_what_is_missing_is_said_and_the_trail_says_what_was_done(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "n", "up", "down")
        await colleague.tap("Keep it")
        colleague.expect("It needs a name.")
        await colleague.type("Wellness group")
        await colleague.tap("Keep it")
        colleague.expect("It needs words to show.")
        await clear(colleague, "label", "Room 2")
        await clear(colleague, "room", "Level 2")
        await clear(colleague, "places", "0")
        await colleague.tap("Keep it")
        colleague.expect("Please type a number from 1 to 999, or nothing.")
        assert desk_of(clinic).groups() == ()
        await clear(colleague, "places", "")
        await colleague.tap("Keep it")
        colleague.expect("The group is kept.")
    lines = clinic.access.oversight_desk(clinic.fresh(clinic.manager)).audit_trail(5)
    assert AuditAction.GROUP_ADDED in {line.action for line in lines}


async def test_all_plans_are_written_to_a_file_and_a_group_is_changed(clinic: Clinic) -> None:
    plan = made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "x", "c")
        colleague.expect("Written to /data/exports/plan.ics")
        ((plans, form),) = colleague.written.plans.written
        assert (form, [one.plan.name for one in plans.groups]) == ("ics", ["Wellness group"])
        await colleague.keys("c")
        await colleague.wait(121)
        colleague.expect_not("Wellness group")
        await colleague.type("correct horse battery", "enter")
        colleague.expect("Groups and sessions", "Wellness group")
        await colleague.keys("c")
        colleague.expect("Change Wellness group", "Level 2", "12")
        await clear(colleague, "title", "Carers [b]circle[/b]")
        await colleague.tap("Members on its list")
        await colleague.keys("k")
        colleague.expect("The group is kept.", "Carers [b]circle[/b]", "0 members")
    changed = only(clinic).plan
    assert (changed.id, changed.name, changed.enrolled) == (plan.id, "Carers [b]circle[/b]", True)


async def test_a_group_is_put_away_after_a_question(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=60)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "p")
        colleague.expect("Put away Group of Room 2?", "1 session ahead are cancelled")
        await colleague.keys("n")
        colleague.expect("Group of Room 2")
        await colleague.keys("p", "y")
        colleague.expect("Put away; 1 session cancelled.", "No groups yet.")
    assert desk_of(clinic).groups() == ()


async def test_a_file_is_looked_at_before_it_is_taken_in(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        colleague.written.plans.files["art.toml"] = ART
        await colleague.keys("s", "i")
        colleague.expect("Import groups and sessions", "/data/import", "art.toml")
        await colleague.keys("enter")
        colleague.expect("Take in art.toml?", "1 group and 0 sessions")
        assert desk_of(clinic).groups() == ()
        await colleague.keys("y")
        colleague.expect("Taken in: art.toml", "New groups", "Everything is now as the file says.")
        assert only(clinic).plan.name == "Art group"
        await colleague.keys("escape")
        colleague.expect("Groups and sessions", "Art group")
        await colleague.keys("i", "enter", "y")
        colleague.expect("Nothing has changed")


def session_of(title: str, number: int, room: str = "Room 7") -> SessionInFile:
    start = datetime(2026, 3, 3 + number, 7, tzinfo=UTC)
    plan = SessionPlan(NO_ID, NO_ID, start, start + timedelta(hours=1), room)
    return SessionInFile(title, title, "-", plan)


def calendar_of(*titles: str, room: str = "Room 7", left: int = 0) -> Plans:
    groups = [GroupInFile(title, GroupPlan(NO_ID, title, room, room)) for title in titles]
    numbers = {"Art": 0, "Music": 1, "Walk": 2, "Choir": 3}
    return Plans(
        PlanKind.ICS,
        tuple(groups),
        tuple(session_of(title, numbers[title], room) for title in titles),
        frozenset(titles),
        left=tuple(
            EventLeft(f"Holiday {n}", date(2026, 4, 1), "lasts all day") for n in range(left)
        ),
        notes=("The calendar's time zone reads “Mars”.",),
        covers=(date(2026, 3, 1), date(2026, 3, 31)),
    )


async def test_a_place_is_named_and_what_is_cancelled_or_left_out_is_read_first(
    clinic: Clinic,
) -> None:
    hall = "Psychiatric Hospital, Hall B"
    async with at_desk(clinic, "manager", size=(100, 40)) as colleague:
        files = colleague.written.plans.files
        files["art.ics"] = calendar_of("Art", "Music", "Walk", "Choir", room=hall, left=50)
        await colleague.keys("s", "i", "enter")
        colleague.expect("Where art.ics meets", f"What may visitors read for “{hall}”?")
        await colleague.keys("enter", "enter")
        colleague.expect(f"“{hall}” needs words that visitors may read.")
        await colleague.type("Room 9", "enter", "enter")
        colleague.expect("Take in art.ics?", "4 groups and 4 sessions", "Events left out: 50")
        colleague.expect("“Holiday 0”, Wed 1 Apr 2026, lasts all day")
        await colleague.keys("end")
        colleague.expect("… and 10 more", "The calendar's time zone reads “Mars”.")
        await colleague.keys("y")
        colleague.expect("Taken in: art.ics", "Everything is now as the file says.")
        assert {card.plan.room for card in desk_of(clinic).groups()} == {"Room 9"}

        files["art.ics"] = calendar_of("Art", "Music", "Walk", room=hall)
        await colleague.keys("escape", "i", "enter")
        colleague.expect("1 session would be cancelled.", "To be cancelled: 1", "Choir, Fri 6 Mar")
        await colleague.keys("k")
        colleague.expect("but for what was kept", "Kept, though not in the file: 1")
        await colleague.keys("escape", "i", "enter", "y")
        colleague.expect("Cancelled sessions: 1", "Choir, Fri 6 Mar 2026, 15:00")

        files["art.ics"] = calendar_of("Art", "Music", "Walk", "Choir", room=hall)
        await colleague.keys("escape", "i", "enter", "y")
        files["art.ics"] = calendar_of("Art", "Walk", room=hall)
        await colleague.keys("escape", "i", "enter")
        colleague.expect("2 of 4 that were planned are not in it. Is it the right file?")
        colleague.expect_not("Yes, take it in")
        await colleague.keys("c")
        colleague.expect("Cancel 2 sessions?")
        await colleague.keys("y")
        colleague.expect("Taken in: art.ics", "Cancelled sessions: 2")


async def test_a_path_is_typed_and_trouble_is_said(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "i")
        colleague.expect("No file waits there.")
        await colleague.keys("enter")
        colleague.expect("Please type the path of a plan file.")
        await colleague.type("/media/stick/art.toml", "enter")
        colleague.expect("The plan file cannot be read; check its name.")
        colleague.written.plans.files["/media/stick/art.toml"] = ART
        await colleague.keys("enter")
        colleague.expect("Take in art.toml?")


async def test_only_managers_find_groups_in_the_menu(clinic: Clinic) -> None:
    clinic.add_staff("arjun", Role.FACILITATOR)
    async with at_desk(clinic, "arjun") as colleague:
        colleague.expect_not("Groups and sessions", "Staff")


async def test_every_step_of_a_form_is_seen_at_every_size(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("s", "n", *["down"] * 9)
            colleague.expect("› Keep it ‹", "Places", "Sign out")
            await colleague.keys("escape", "escape")
