"""Sessions and series on the manager's desk."""

from datetime import UTC, date, datetime, time

from kiosk.domain.groups.groups import PlannedSession, Series
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.screens import SIZES
from tests.ui.desk.groups.test_groups import clear, desk_of, made

FIRST, LAST = date(2025, 1, 1), date(2027, 1, 1)


def planned(clinic: Clinic) -> tuple[PlannedSession, ...]:
    return desk_of(clinic).sessions(FIRST, LAST)


def starts(clinic: Clinic) -> list[datetime]:
    return [one.plan.starts_at for one in planned(clinic) if one.cancelled is None]


async def fill(colleague: Colleague, **lines: str) -> None:
    for name, text in lines.items():
        await clear(colleague, name, text)


async def plan_series(colleague: Colleague, **lines: str) -> None:
    """Fill in the form of a series from a group's week, up to its last step."""
    await colleague.keys("s")
    await colleague.tap("Mon")
    await fill(colleague, **{"starts": "15:00", "ends": "16:30", **lines})
    await colleague.tap("See the days")


async def test_one_session_is_planned_in_the_clinics_time(clinic: Clinic) -> None:
    made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "enter")
        colleague.expect("Wellness group · Mon 2 Mar to Sun 8 Mar 2026", "No sessions in this week")
        await colleague.keys("a")
        colleague.expect("A session of Wellness group", "2 Mar 2026", "Level 2")
        await odd_days_and_times_are_said(colleague)
        assert planned(clinic) == ()
        await fill(colleague, day="Thu", starts="3pm", ends="1630")
        await colleague.tap("Keep it")
        colleague.expect("The session is kept.", "Thu 5 Mar", "15:00–16:30", "once")
        (one,) = planned(clinic)
        assert one.plan.starts_at == datetime(2026, 3, 5, 7, tzinfo=UTC)
        assert one.plan.ends_at == datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
        assert (one.plan.room, one.plan.capacity) == ("Level 2", 12)
        await colleague.keys("a")
        await fill(colleague, starts="22:00", ends="0:00")
        await colleague.tap("Keep it")
        colleague.expect("22:00–00:00")


async def odd_days_and_times_are_said(colleague: Colleague) -> None:
    """Mend one line after the other, each of them odd at first."""
    await fill(colleague, day="someday", starts="25:00", ends="", room="", places="x")
    for name, right, words in (
        ("day", "tomorrow", "That is no day."),
        ("starts", "11:00", "That is no time of day."),
        ("ends", "11:00", "That is no time of day."),
        ("ends", "12:00", "It would end as it starts."),
        ("room", "Level 2", "It needs a room."),
        ("places", "12", "from 1 to 999"),
    ):
        await colleague.tap("Keep it")
        colleague.expect(words)
        assert colleague.screen.focused is colleague.screen.query_one(f"#{name}")
        await clear(colleague, name, right)


async def test_a_session_that_has_begun_or_is_over_is_planned_after_a_question(
    clinic: Clinic,
) -> None:
    made(clinic)
    async with at_desk(clinic, "manager", size=(56, 16)) as colleague:
        await colleague.keys("s", "enter", "a")
        await fill(colleague, starts="11:50", ends="12:50")
        await colleague.keys("enter", "enter", "enter", "enter")
        colleague.expect("It began at 11:50. Plan it all the same?", "until it ends, at 12:50.")
        await colleague.keys("n")
        colleague.expect("A session of Wellness group", "11:50")
        assert planned(clinic) == ()
        await colleague.keys("enter", "y")
        colleague.expect("The session is kept.", "Mon 2 Mar", "on now")
        await colleague.keys("a")
        await fill(colleague, day="1 Mar 2025", starts="15:00", ends="16:00")
        await colleague.tap("Keep it")
        colleague.expect("It was on 1 Mar 2025, 15:00–16:00.", "Visitors cannot check in to it")
        await colleague.keys("y")
        colleague.expect("The session is kept.")
    running, year_ago = sorted(starts(clinic), reverse=True)
    assert running == datetime(2026, 3, 2, 3, 50, tzinfo=UTC)
    assert year_ago == datetime(2025, 3, 1, 7, 0, tzinfo=UTC)


async def test_a_session_is_changed_and_one_that_has_begun_keeps_its_times(clinic: Clinic) -> None:
    clinic.add_session("Room 2", starts=-10)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "enter")
        colleague.expect("on now")
        await colleague.keys("enter")
        colleague.expect("Change a session of Group of Room 2", "11:50", "12:50")
        await fill(colleague, starts="12:00")
        await colleague.tap("Keep it")
        colleague.expect("It has begun, and people have come to the time it had.")
        await fill(colleague, starts="11:50", room="Room 9")
        await colleague.tap("Keep it")
        colleague.expect("The session is kept.")
    (one,) = planned(clinic)
    assert one.plan.room == "Room 9"


async def test_a_series_is_looked_at_kept_and_cancelled(clinic: Clinic) -> None:
    made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "enter", "s")
        await what_a_series_lacks_is_said(colleague)
        await colleague.keys("escape", "escape")
        await plan_series(colleague, until="30 Mar", without="16 Mar, 23 mar 2026")
        colleague.expect("3 sessions in Level 2; nothing is kept yet.", "Mon 9 Mar 2026")
        assert planned(clinic) == ()
        await colleague.keys("escape")
        await fill(colleague, without="")
        await colleague.tap("See the days")
        colleague.expect("5 sessions in Level 2")
        await colleague.keys("k")
        colleague.expect("Planned: 5 sessions.", "Wellness group · ", "in a series")
        assert [at.day for at in starts(clinic)] == [2, 9, 16, 23, 30]
        await one_session_is_cancelled_with_a_reason(colleague)
        assert [at.day for at in starts(clinic)] == [9, 16, 23, 30]
        await colleague.keys("right", "right", "x", "s")
        colleague.expect("Why is the series from Mon 16 Mar on cancelled?")
        await colleague.type("the room is gone", "enter")
        colleague.expect("Cancelled: 3 sessions.")
        assert [at.day for at in starts(clinic)] == [9]


async def what_a_series_lacks_is_said(colleague: Colleague) -> None:
    await colleague.tap("See the days")
    colleague.expect("Mark one weekday or more.")
    await colleague.tap("Mon")
    await fill(colleague, starts="15:00", ends="16:00")
    await colleague.tap("See the days")
    colleague.expect("It needs a last day, or how often it takes place.")
    await fill(colleague, until="1 Mar 2026")
    await colleague.tap("See the days")
    colleague.expect("That is before its first day.")
    await fill(colleague, until="8 Mar 2026", without="2 Mar, nonsense")
    await colleague.tap("See the days")
    colleague.expect("“nonsense” is no day.")
    await fill(colleague, without="2 Mar")
    await colleague.tap("See the days")
    colleague.expect("No day is left on which it could meet.", "There is nothing to keep")
    colleague.expect_not("Keep them all")


async def one_session_is_cancelled_with_a_reason(colleague: Colleague) -> None:
    await colleague.keys("x", "o")
    colleague.expect("Why is the session of Mon 2 Mar, 15:00–16:30, cancelled?")
    await colleague.keys("enter")
    colleague.expect("Please type a reason")
    await colleague.type("paint is wet", "enter")
    colleague.expect("Cancelled: 1 session.", "cancelled: paint is wet", "1 cancelled")
    await colleague.keys("enter")
    colleague.expect("It is cancelled: paint is wet. X restores it.")


async def test_a_series_by_count_every_other_week(clinic: Clinic) -> None:
    made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "enter")
        await plan_series(colleague, count="3", every="2", first="3 Mar 2026")
        await colleague.keys("k")
        colleague.expect("Planned: 3 sessions.")
    assert [(at.month, at.day) for at in starts(clinic)] == [(3, 16), (3, 30), (4, 13)]


async def is_among_the_keys(colleague: Colleague, words: str) -> None:
    """Look for a key at every size, whatever room the line has."""
    for size in (*SIZES[1:], SIZES[0]):
        await colleague.resize(*size)
        assert words in " ".join(" ".join(colleague.lines[-2:]).split())


async def test_what_was_cancelled_by_mistake_is_put_back(clinic: Clinic) -> None:
    group = made(clinic)
    desk = desk_of(clinic)
    mondays = Series(desk.new_id(), frozenset({0}), time(15), 60, date(2026, 3, 2), count=3)
    desk.add_series(group.id, mondays)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "w")
        await is_among_the_keys(colleague, "X Cancel ")
        await colleague.keys("x", "s")
        await colleague.type("wrong one", "enter")
        colleague.expect("Cancelled: 3 sessions.")
        await is_among_the_keys(colleague, "X Restore ")
        await colleague.keys("x")
        colleague.expect("Which sessions take place after all?")
        await colleague.keys("o")
        colleague.expect("Restored: 1 session.")
        await is_among_the_keys(colleague, "X Cancel ")
        colleague.expect_not("cancelled: wrong one")
        await colleague.keys("right", "x", "s")
        colleague.expect("Restored: 2 sessions.")
    assert [at.day for at in starts(clinic)] == [2, 9, 16]


async def test_a_single_session_is_put_back_without_a_question(clinic: Clinic) -> None:
    clinic.add_session("Room 5", starts=60)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "w", "x")
        await colleague.type("wrong one", "enter")
        colleague.expect("Cancelled: 1 session.")
        await colleague.keys("x")
        colleague.expect("Restored: 1 session.")
    assert len(starts(clinic)) == 1


async def test_weeks_are_turned_and_any_group_is_planned_for(clinic: Clinic) -> None:
    made(clinic)
    clinic.add_session("Room 5", starts=60)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "w")
        colleague.expect("All groups · Mon 2 Mar to Sun 8 Mar 2026", "Group of Room 5", "1 session")
        await colleague.keys("right")
        colleague.expect("Mon 9 Mar to Sun 15 Mar 2026", "No sessions in this week.")
        await colleague.keys("a")
        colleague.expect("For which group?", "Wellness group", "Group of Room 5")
        await colleague.tap("Wellness group")
        await colleague.keys("enter")
        colleague.expect("A session of Wellness group", "9 Mar 2026")
        await colleague.keys("escape", "t")
        colleague.expect("Mon 2 Mar to Sun 8 Mar 2026", "Group of Room 5")
        await colleague.keys("left")
        colleague.expect("Mon 23 Feb to Sun 1 Mar 2026")


async def test_a_groups_sessions_open_in_the_week_it_meets_next(clinic: Clinic) -> None:
    clinic.add_session("Room 5", starts=60 * 24 * 21)
    async with at_desk(clinic, "manager") as colleague:
        await colleague.keys("s", "enter")
        colleague.expect("Mon 23 Mar to Sun 29 Mar 2026", "12:00–13:00")


async def test_a_series_can_be_planned_at_every_size(clinic: Clinic) -> None:
    made(clinic)
    async with at_desk(clinic, "manager") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            await colleague.keys("s", "enter", "s", *["down"] * 14)
            colleague.expect("› See the days ‹", "Sign out")
            await colleague.keys("escape", "escape", "escape")
