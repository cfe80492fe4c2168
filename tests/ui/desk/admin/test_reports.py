"""The manager's reports: finished blocks in charts, small numbers hidden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.staff import Role
from kiosk.errors import StoreError
from kiosk.presentation.pages import PAGE_CELLS
from kiosk.usecases.admin.desk import OversightDesk
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, at_desk
from tests.support.screens import SIZES

BLOCK = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
"""The Monday noon with which a block begins."""
_, WIDE, NARROW = SIZES
WEEKS = ("16 Mar", "23 Mar", "30 Mar", "6 Apr")
LANGUAGES = (CallLanguage.ENGLISH,) * 7 + (CallLanguage.MANDARIN,) * 5


def four_weeks(clinic: Clinic) -> None:
    """Let twelve people ask in each week of a block, and some come to a group."""
    groups = [clinic.add_session("Room 2", starts=28 * 24 * 60)]
    for week in range(4):
        monday = clinic.clock.at
        made = []
        for language in LANGUAGES:
            draft = replace(clinic.draft(), call_language=language)
            clinic.visitor.request_callback(draft)
            made.append(draft.id)
        clinic.clock.move(hours=2)
        for place, request in enumerate(made):
            result = AttemptResult.REACHED_SELF if place % 2 else AttemptResult.NO_ANSWER
            facts.event(clinic, request, 1, EventKind.ATTEMPT, result.value)
        for number in range(6 + week):
            lookup = bytes([week, number]) * 8
            facts.check_in(clinic, groups[0].id, lookup)
        clinic.clock.at = monday + timedelta(weeks=1)
    clinic.clock.move(days=3)


@pytest.fixture
def told(clinic: Clinic) -> Clinic:
    """A clinic with one block to tell."""
    clinic.clock.at = BLOCK
    four_weeks(clinic)
    return clinic


async def at_reports(colleague: Colleague) -> None:
    await colleague.keys("r")
    colleague.expect("Reports", "R Requests")


async def test_without_figures_the_day_of_the_next_ones_is_told(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await at_reports(colleague)
        colleague.expect("There is nothing to tell yet.")
        colleague.expect("The next four weeks are told on Wed 18 Mar 2026.")
        colleague.expect_not("··", "Four weeks")
        for letter in "hwcab":
            await colleague.keys(letter)
            colleague.expect("There is nothing to tell yet.")


async def test_a_block_is_told_in_every_view_to_its_end(told: Clinic) -> None:
    async with at_desk(told, "manager") as colleague:
        await at_reports(colleague)
        requests_are_told_by_week_and_language(colleague)
        await attendance_and_busy_hours_are_told(colleague)
        await every_view_is_read_to_its_end(colleague)
        await colleague.resize(*WIDE)
        await waits_and_reach_are_told(colleague)
        await every_view_is_read_to_its_end(colleague)
        await colleague.resize(*NARROW)
        await every_view_is_read_to_its_end(colleague)
        await the_lock_leads_back(colleague)


def requests_are_told_by_week_and_language(colleague: Colleague) -> None:
    colleague.expect("Mon 16 Mar to Sun 12 Apr 2026 · the next on Wed 13 May")
    colleague.expect("All four weeks: 48", "·· is hidden: fewer than 5 people")
    weeks = [line for line in colleague.lines if line.strip()[:6].strip() in WEEKS]
    assert len(weeks) == 4
    assert all("█ 12" in line for line in weeks)
    english, tamil = (
        next(line for line in colleague.lines if name in line) for name in ("English", "Tamil")
    )
    assert english.rstrip().endswith("█ 28")
    assert tamil.rstrip().endswith("··")
    assert not any("<5" in line for line in colleague.lines)


async def waits_and_reach_are_told(colleague: Colleague) -> None:
    await colleague.keys("w")
    colleague.expect("median", "9 in 10", "Median hours to the first call")
    whole = next(line for line in colleague.lines if "All four weeks" in line)
    assert whole.count("2.0 h") == 4
    week = next(line for line in colleague.lines if "From 16 Mar" in line)
    assert week.split("From 16 Mar")[1].split()[:6] == ["2.0", "h", "2.0", "h", "2.0", "h"]
    assert "··" in week
    await colleague.keys("h")
    colleague.expect("Requests, how they came", "counter")
    await colleague.keys("c")
    colleague.expect("Reached, of 100 calls")
    first = next(line for line in colleague.lines if "First call" in line and "█" in line)
    assert "█ 50" in first
    assert "··" in next(line for line in colleague.lines if "Third call" in line)


async def attendance_and_busy_hours_are_told(colleague: Colleague) -> None:
    await colleague.tap("People")
    colleague.expect("People who came, by group and week", "Everybody who came: 30")
    group = next(line for line in colleague.lines if "Group of Room 2" in line)
    numbers = [int(word.strip("░▒▓█")) for word in group.split()[4:]]
    assert numbers == [6, 7, 8, 9, 30]
    await colleague.keys("b")
    colleague.expect("Nothing can be told of the hours of these weeks.")


async def every_view_is_read_to_its_end(colleague: Colleague) -> None:
    """By the arrows, or by pages."""
    for letter in "rhwcab":
        down, up, often = ("down", "up", 15) if letter == "w" else ("pagedown", "pageup", 4)
        await colleague.keys(letter, *[down] * often)
        colleague.expect("fewer than 5")
        await colleague.keys(*[up] * often)
        colleague.expect("Reports")


async def the_lock_leads_back(colleague: Colleague) -> None:
    await colleague.keys("r")
    colleague.expect("All four weeks: 48")
    await colleague.wait(121)
    colleague.expect("Locked")
    colleague.expect_not("All four weeks")
    await colleague.type("correct horse battery", "enter")
    colleague.expect("All four weeks: 48")


async def test_the_arrows_turn_to_other_weeks(told: Clinic) -> None:
    told.clock.at = BLOCK + timedelta(weeks=4, days=3)
    for _ in range(6):
        told.visitor.request_callback(told.draft())
    told.clock.at = BLOCK + timedelta(weeks=8, days=3)
    async with at_desk(told, "manager") as colleague:
        await at_reports(colleague)
        colleague.expect("Mon 13 Apr to Sun 10 May 2026", "Four weeks before")
        colleague.expect_not("Four weeks after")
        await colleague.keys("left")
        colleague.expect("Mon 16 Mar to Sun 12 Apr 2026", "All four weeks: 48", "Four weeks after")
        colleague.expect_not("Four weeks before", "the next on")
        await colleague.keys("left", "left", "right")
        colleague.expect("Mon 13 Apr to Sun 10 May 2026")
        await colleague.keys("right")
        colleague.expect("Mon 13 Apr to Sun 10 May 2026")


async def test_trouble_is_said(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_desk: OversightDesk, _kind: type, _blocks: int) -> None:
        raise StoreError("The database is busy.")

    monkeypatch.setattr(OversightDesk, "report", broken)
    async with at_desk(clinic, "manager") as colleague:
        await at_reports(colleague)
        colleague.expect("The database is busy.")


async def test_only_managers_have_these_places(clinic: Clinic) -> None:
    async with at_desk(clinic) as colleague:
        for role in (Role.CALLER, Role.FACILITATOR):
            clinic.add_staff(role.value, role)
            await colleague.enter(role.value)
            for letter in "rdak":
                await colleague.keys(letter)
            colleague.expect_not("Reports", "Records kept", "Audit trail", "Kiosks")
            await colleague.keys("q")


async def test_a_report_is_printed_whole(told: Clinic) -> None:
    async with at_desk(told, "manager") as colleague:
        await at_reports(colleague)
        colleague.expect("P Print")
        await colleague.keys("p")
        await colleague.see_next_second()
        colleague.expect("Printed: the report.")
    (pages,) = colleague.written.printer.texts
    titles = [block.title for block in pages.blocks]
    assert {"Requests, week from", "Working hours of waiting", "Requests by language"} <= {*titles}
    assert pages.lead.startswith("Mon 16 Mar to Sun 12 Apr 2026")
    lines = [line for block in pages.blocks for line in block.lines]
    assert any("█" in line and "12" in line for line in lines)
    assert max(map(len, lines)) <= PAGE_CELLS


async def test_nothing_is_printed_where_there_is_nothing_to_tell(clinic: Clinic) -> None:
    async with at_desk(clinic, "manager") as colleague:
        await at_reports(colleague)
        colleague.expect_not("P Print")
