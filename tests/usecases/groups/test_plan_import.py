"""Plans from files: the same again changes nothing, and another one only what differs.

Reads with the readers of `reports`, as the command line does.
"""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from kiosk.domain.groups.groups import (
    GROUP_ENDED,
    NO_LONGER_PLANNED,
    GroupPlan,
    PlannedSession,
    Series,
    SessionPlan,
)
from kiosk.domain.groups.plan_import import ImportReport, Plans
from kiosk.errors import SetupError
from kiosk.exports.plan_ics import read_ics, write_ics
from kiosk.exports.plan_toml import read_toml, write_toml
from kiosk.usecases.groups.desk import GroupsDesk
from tests.support.desks import Clinic, open_clinic

pytestmark = pytest.mark.central(full=True)

TOML = """\
[[group]]
id = "wellness"
name = "Wellness group"
public_label = "Room 2"
room = "Level 2"

[[group.series]]
id = "weekly"
weekdays = ["monday"]
time = 15:00:00
minutes = 60
first = 2026-03-02
count = 4
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Other//EN
BEGIN:VEVENT
UID:weekly@other
SUMMARY:Art group
LOCATION:Room 7
DTSTART;TZID=Europe/Berlin:20260316T090000
DTEND;TZID=Europe/Berlin:20260316T100000
RRULE:FREQ=WEEKLY;COUNT=4
END:VEVENT
END:VCALENDAR
"""
EVER = (date(2026, 1, 1), date(2028, 1, 1))


@pytest.fixture
def desk(clinic: Clinic) -> GroupsDesk:
    return clinic.access.groups_desk(clinic.manager)


def toml(clinic: Clinic, text: str = TOML) -> Plans:
    return read_toml(text.encode(), clinic.clock.at, clinic.site.zone)


def ics(clinic: Clinic, text: str = ICS) -> Plans:
    return read_ics(text.encode(), clinic.clock.at, clinic.site.zone)


def planned(desk: GroupsDesk) -> tuple[PlannedSession, ...]:
    return desk.sessions(*EVER)


def local(desk: GroupsDesk, clinic: Clinic) -> list[tuple[str, str | None]]:
    return [
        (f"{one.plan.starts_at.astimezone(clinic.site.zone):%m-%d %H:%M}", one.cancelled)
        for one in planned(desk)
    ]


def test_the_same_file_again_changes_nothing(clinic: Clinic, desk: GroupsDesk) -> None:
    for plans in (toml(clinic), ics(clinic)):
        first = desk.import_plans(plans)
        assert (first.groups_added, first.added) == (1, 4)
        before, entries = planned(desk), clinic.count("audit_event")
        again = desk.import_plans(plans)
        assert again == ImportReport(same=4)
        assert again.changes_nothing
        assert (planned(desk), clinic.count("audit_event")) == (before, entries)


def test_the_right_local_times_across_a_change_of_clocks_elsewhere(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(ics(clinic))
    days = ["03-16 16:00", "03-23 16:00", "03-30 15:00", "04-06 15:00"]
    assert local(desk, clinic) == [(day, None) for day in days]


def test_another_file_changes_only_what_differs(clinic: Clinic, desk: GroupsDesk) -> None:
    desk.import_plans(toml(clinic))
    ids = [one.plan.id for one in planned(desk)]
    later = TOML.replace("15:00:00", "16:00:00").replace("count = 4", "count = 3")
    assert desk.import_plans(toml(clinic, later)) == ImportReport(changed=3, cancelled=1)
    assert [one.plan.id for one in planned(desk)] == ids
    assert local(desk, clinic) == [
        ("03-02 16:00", None),
        ("03-09 16:00", None),
        ("03-16 16:00", None),
        ("03-23 15:00", NO_LONGER_PLANNED),
    ]
    assert desk.import_plans(toml(clinic)) == ImportReport(changed=4)
    assert [one.cancelled for one in planned(desk)] == [None] * 4


def test_a_calendar_whose_series_is_moved_keeps_its_sessions(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(ics(clinic))
    ids = [one.plan.id for one in planned(desk)]
    moved = ics(clinic, ICS.replace("T09", "T11").replace("T10", "T12"))
    assert desk.import_plans(moved) == ImportReport(changed=4)
    assert [one.plan.id for one in planned(desk)] == ids
    assert desk.import_plans(moved).changes_nothing


def test_an_exception_and_a_cancellation_reach_what_was_imported(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(ics(clinic))
    less = ICS.replace("COUNT=4", "COUNT=4\nEXDATE;TZID=Europe/Berlin:20260323T090000")
    assert desk.import_plans(ics(clinic, less)) == ImportReport(same=3, cancelled=1)
    assert [one.cancelled for one in planned(desk)] == [None, NO_LONGER_PLANNED, None, None]
    off = ICS.replace("COUNT=4", "COUNT=4\nSTATUS:CANCELLED")
    desk.import_plans(ics(clinic, off))
    assert None not in [one.cancelled for one in planned(desk)]
    assert desk.import_plans(ics(clinic)).changed == 4
    assert {one.cancelled for one in planned(desk)} == {None}


def test_other_groups_and_what_was_planned_by_hand_stay(clinic: Clinic, desk: GroupsDesk) -> None:
    desk.import_plans(ics(clinic))
    desk.import_plans(toml(clinic))
    group = next(card.plan for card in desk.groups() if card.plan.name == "Wellness group")
    start = clinic.clock.at + timedelta(days=1)
    by_hand = SessionPlan(desk.new_id(), group.id, start, start + timedelta(hours=1), "Garden")
    desk.add_session(by_hand)
    report = desk.import_plans(toml(clinic, TOML.split("[[group.series]]")[0]))
    assert report == ImportReport(cancelled=4)
    held = {one.plan.id for one in planned(desk) if one.cancelled is None}
    assert by_hand.id in held
    assert len(held) == 5


def test_what_has_begun_and_what_a_manager_called_off_stay(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(toml(clinic))
    first, second, *_ = planned(desk)
    desk.cancel_sessions([second.plan.id], "the room is painted")
    clinic.clock.move(hours=3, minutes=10)
    desk = clinic.access.groups_desk(clinic.fresh(clinic.manager))
    report = desk.import_plans(toml(clinic, TOML.replace("minutes = 60", "minutes = 90")))
    assert report == ImportReport(changed=2, left=2)
    assert planned(desk)[0] == first
    assert planned(desk)[1].cancelled == "the room is painted"


def test_toml_changes_its_groups_and_a_calendar_does_not(clinic: Clinic, desk: GroupsDesk) -> None:
    desk.import_plans(toml(clinic))
    report = desk.import_plans(toml(clinic, TOML.replace('"Level 2"', '"Level 9"')))
    assert (report.groups_changed, report.changed) == (1, 4)
    assert {one.plan.room for one in planned(desk)} == {"Level 9"}

    desk.import_plans(ics(clinic))
    art = next(card.plan for card in desk.groups() if card.plan.name == "Art group")
    desk.change_group(replace(art, name="Drawing", public_label="Room 7, left"))
    assert desk.import_plans(ics(clinic, ICS.replace("Art", "Painting"))).changes_nothing
    assert [card.plan.name for card in desk.groups()] == ["Drawing", "Wellness group"]


def test_a_calendar_finds_a_group_by_its_name(clinic: Clinic, desk: GroupsDesk) -> None:
    made = desk.add_group(GroupPlan(desk.new_id(), "ART group", "Room 7", "Level 7"))
    assert isinstance(made, GroupPlan)
    assert desk.import_plans(ics(clinic)).groups_added == 0
    assert {one.plan.group_id for one in planned(desk)} == {made.id}


def test_a_group_that_was_put_away_comes_back_with_its_file(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(toml(clinic))
    (card,) = desk.groups()
    desk.put_away_group(card.plan.id)
    assert {one.cancelled for one in planned(desk)} == {GROUP_ENDED}
    report = desk.import_plans(toml(clinic))
    assert (report.groups_changed, report.changed) == (1, 4)
    assert desk.groups() == (card,)


def test_what_is_exported_changes_nothing_when_it_comes_back(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.import_plans(toml(clinic))
    desk.import_plans(ics(clinic))
    group = desk.add_group(GroupPlan(desk.new_id(), "By hand", "Room 1", "Level 1", capacity=5))
    assert isinstance(group, GroupPlan)
    weekly = Series(desk.new_id(), frozenset({2}), time(9), 45, date(2026, 3, 4), count=3)
    desk.add_series(group.id, weekly)
    desk.cancel_sessions([planned(desk)[0].plan.id], "the lift is broken")
    before = planned(desk)
    clinic.clock.move(minutes=1)

    written = write_toml(desk.export_plans(), clinic.site.zone)
    assert desk.import_plans(toml(clinic, written)) == ImportReport(same=11)
    timetable = write_ics(desk.export_plans(), "Clinic", clinic.site.zone)
    again = read_ics(timetable, clinic.clock.at, clinic.site.zone)
    assert desk.import_plans(again) == ImportReport(same=11)
    assert planned(desk) == before
    assert [card.plan.name for card in desk.groups()] == ["Art group", "By hand", "Wellness group"]
    assert desk.import_plans(toml(clinic)).changes_nothing


def test_what_is_taken_out_of_an_exported_file_is_called_off(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    group = desk.add_group(GroupPlan(desk.new_id(), "By hand", "Room 1", "Level 1"))
    assert isinstance(group, GroupPlan)
    weekly = Series(desk.new_id(), frozenset({2}), time(9), 45, date(2026, 3, 4), count=2)
    desk.add_series(group.id, weekly)
    clinic.clock.move(minutes=1)
    exported = desk.export_plans()
    clinic.clock.move(minutes=1)
    start = clinic.clock.at + timedelta(days=1)
    since = SessionPlan(desk.new_id(), group.id, start, start + timedelta(hours=1), "Room")
    desk.add_session(since)
    written = write_toml(replace(exported, sessions=exported.sessions[:1]), clinic.site.zone)
    assert desk.import_plans(toml(clinic, written)) == ImportReport(same=1, cancelled=1)
    off = [one for one in planned(desk) if one.cancelled is not None]
    assert [one.plan.id for one in off] == [exported.sessions[1].plan.id]


def test_another_clinic_takes_an_exported_file(
    clinic: Clinic, desk: GroupsDesk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.import_plans(toml(clinic))
    written = write_toml(desk.export_plans(), clinic.site.zone)
    with open_clinic(tmp_path_factory.mktemp("other"), seed=2) as other:
        there = other.access.groups_desk(other.manager)
        assert there.import_plans(toml(other, written)) == ImportReport(groups_added=1, added=4)
        assert there.import_plans(toml(other, written)) == ImportReport(same=4)


def test_what_cannot_be_kept_leaves_everything_as_it_was(clinic: Clinic, desk: GroupsDesk) -> None:
    plans = toml(clinic)
    good = plans.sessions[0]
    bad = replace(good, key="bad", plan=replace(good.plan, ends_at=good.plan.starts_at))
    with pytest.raises(SetupError, match="within 24 hours"):
        desk.import_plans(replace(plans, sessions=(good, bad)))
    group = plans.groups[0]
    nameless = replace(group, plan=replace(group.plan, name=" "))
    with pytest.raises(SetupError, match="has no name"):
        desk.import_plans(replace(plans, groups=(nameless,)))
    with pytest.raises(SetupError, match="no group of the file"):
        desk.import_plans(replace(plans, groups=()))
    assert (desk.groups(), planned(desk)) == ((), ())


def test_hostile_titles_are_text(clinic: Clinic, desk: GroupsDesk) -> None:
    desk.import_plans(ics(clinic, ICS.replace("Art group", "\x1b]0;x\x07[red]Art\u202e")))
    assert [card.plan.name for card in desk.groups()] == ["]0;x [red]Art"]
