"""Plans from files: the same again changes nothing, and another one only what differs.

Reads with the readers of `reports`, as the command line does.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

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
from tests.support import facts
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
ROOM_7 = {"Room 7": "Room 7"}
EVER = (date(2026, 1, 1), date(2028, 1, 1))


@pytest.fixture
def desk(clinic: Clinic) -> GroupsDesk:
    return clinic.access.groups_desk(clinic.manager)


def toml(clinic: Clinic, text: str = TOML) -> Plans:
    return read_toml(text.encode(), clinic.clock.at, clinic.site.zone)


def ics(clinic: Clinic, text: str = ICS) -> Plans:
    return read_ics(text.encode(), clinic.clock.at, clinic.site.zone)


def take(
    desk: GroupsDesk, plans: Plans, places: Mapping[str, str] = ROOM_7, *, agree: bool = True
) -> ImportReport:
    """Import plans, and agree to what would be cancelled."""
    preview = desk.preview_import(plans, places)
    ids = [one.plan.id for one in preview.cancels] if agree else []
    report = desk.import_plans(plans, places, ids)
    if agree:
        assert report == preview.report
    return report


def planned(desk: GroupsDesk) -> tuple[PlannedSession, ...]:
    return desk.sessions(*EVER)


def local(desk: GroupsDesk, clinic: Clinic) -> list[tuple[str, str | None]]:
    return [
        (f"{one.plan.starts_at.astimezone(clinic.site.zone):%m-%d %H:%M}", one.cancelled)
        for one in planned(desk)
    ]


def test_the_same_file_again_changes_nothing(clinic: Clinic, desk: GroupsDesk) -> None:
    for plans in (toml(clinic), ics(clinic)):
        first = take(desk, plans)
        assert (first.groups_added, first.added) == (1, 4)
        before, entries = planned(desk), clinic.count("audit_event")
        again = take(desk, plans)
        assert again == ImportReport(same=4)
        assert again.changes_nothing
        assert (planned(desk), clinic.count("audit_event")) == (before, entries)


def test_the_right_local_times_across_a_change_of_clocks_elsewhere(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, ics(clinic))
    days = ["03-16 16:00", "03-23 16:00", "03-30 15:00", "04-06 15:00"]
    assert local(desk, clinic) == [(day, None) for day in days]


def test_another_file_changes_only_what_differs(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, toml(clinic))
    ids = [one.plan.id for one in planned(desk)]
    later = TOML.replace("15:00:00", "16:00:00").replace("count = 4", "count = 3")
    assert take(desk, toml(clinic, later)) == ImportReport(changed=3, cancelled=1)
    assert [one.plan.id for one in planned(desk)] == ids
    assert local(desk, clinic) == [
        ("03-02 16:00", None),
        ("03-09 16:00", None),
        ("03-16 16:00", None),
        ("03-23 15:00", NO_LONGER_PLANNED),
    ]
    assert take(desk, toml(clinic)) == ImportReport(changed=4)
    assert [one.cancelled for one in planned(desk)] == [None] * 4


def test_a_calendar_whose_series_is_moved_keeps_its_sessions(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, ics(clinic))
    ids = [one.plan.id for one in planned(desk)]
    moved = ics(clinic, ICS.replace("T09", "T11").replace("T10", "T12"))
    assert take(desk, moved) == ImportReport(changed=4)
    assert [one.plan.id for one in planned(desk)] == ids
    assert take(desk, moved).changes_nothing


def test_an_exception_and_a_cancellation_reach_what_was_imported(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, ics(clinic))
    less = ICS.replace("COUNT=4", "COUNT=4\nEXDATE;TZID=Europe/Berlin:20260323T090000")
    assert take(desk, ics(clinic, less)) == ImportReport(same=3, cancelled=1)
    assert [one.cancelled for one in planned(desk)] == [None, NO_LONGER_PLANNED, None, None]
    off = ICS.replace("COUNT=4", "COUNT=4\nSTATUS:CANCELLED")
    take(desk, ics(clinic, off))
    assert None not in [one.cancelled for one in planned(desk)]
    assert take(desk, ics(clinic)).changed == 4
    assert {one.cancelled for one in planned(desk)} == {None}


def test_other_groups_and_what_was_planned_by_hand_stay(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, ics(clinic))
    take(desk, toml(clinic))
    group = next(card.plan for card in desk.groups() if card.plan.name == "Wellness group")
    start = clinic.clock.at + timedelta(days=1)
    by_hand = SessionPlan(desk.new_id(), group.id, start, start + timedelta(hours=1), "Garden")
    desk.add_session(by_hand)
    report = take(desk, toml(clinic, TOML.split("[[group.series]]")[0]))
    assert report == ImportReport(cancelled=4)
    held = {one.plan.id for one in planned(desk) if one.cancelled is None}
    assert by_hand.id in held
    assert len(held) == 5


def test_what_has_begun_and_what_a_manager_called_off_stay(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, toml(clinic))
    first, second, *_ = planned(desk)
    desk.cancel_sessions([second.plan.id], "the room is painted")
    clinic.clock.move(hours=3, minutes=10)
    desk = clinic.access.groups_desk(clinic.fresh(clinic.manager))
    report = take(desk, toml(clinic, TOML.replace("minutes = 60", "minutes = 90")))
    assert report == ImportReport(changed=2, left=2)
    assert planned(desk)[0] == first
    assert planned(desk)[1].cancelled == "the room is painted"


def test_toml_changes_its_groups_and_a_calendar_does_not(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, toml(clinic))
    report = take(desk, toml(clinic, TOML.replace('"Level 2"', '"Level 9"')))
    assert (report.groups_changed, report.changed) == (1, 4)
    assert {one.plan.room for one in planned(desk)} == {"Level 9"}

    take(desk, ics(clinic))
    art = next(card.plan for card in desk.groups() if card.plan.name == "Art group")
    desk.change_group(replace(art, name="Drawing", public_label="Room 7, left"))
    assert take(desk, ics(clinic, ICS.replace("Art", "Painting"))).changes_nothing
    assert [card.plan.name for card in desk.groups()] == ["Drawing", "Wellness group"]


def test_a_calendar_finds_a_group_by_its_name(clinic: Clinic, desk: GroupsDesk) -> None:
    made = desk.add_group(GroupPlan(desk.new_id(), "ART group", "Room 7", "Level 7"))
    assert isinstance(made, GroupPlan)
    assert take(desk, ics(clinic)).groups_added == 0
    assert {one.plan.group_id for one in planned(desk)} == {made.id}


def test_a_group_that_was_put_away_comes_back_with_its_file(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, toml(clinic))
    (card,) = desk.groups()
    desk.put_away_group(card.plan.id)
    assert {one.cancelled for one in planned(desk)} == {GROUP_ENDED}
    report = take(desk, toml(clinic))
    assert (report.groups_changed, report.changed) == (1, 4)
    assert desk.groups() == (card,)


def test_what_is_exported_changes_nothing_when_it_comes_back(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, toml(clinic))
    take(desk, ics(clinic))
    group = desk.add_group(GroupPlan(desk.new_id(), "By hand", "Room 1", "Level 1", capacity=5))
    assert isinstance(group, GroupPlan)
    weekly = Series(desk.new_id(), frozenset({2}), time(9), 45, date(2026, 3, 4), count=3)
    desk.add_series(group.id, weekly)
    desk.cancel_sessions([planned(desk)[0].plan.id], "the lift is broken")
    before = planned(desk)
    clinic.clock.move(minutes=1)

    written = write_toml(desk.export_plans(), clinic.site.zone)
    assert take(desk, toml(clinic, written)) == ImportReport(same=11)
    timetable = write_ics(desk.export_plans(), "Clinic", clinic.site.zone)
    again = read_ics(timetable, clinic.clock.at, clinic.site.zone)
    assert take(desk, again) == ImportReport(same=11)
    assert planned(desk) == before
    assert [card.plan.name for card in desk.groups()] == ["Art group", "By hand", "Wellness group"]
    assert take(desk, toml(clinic)).changes_nothing


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
    assert take(desk, toml(clinic, written)) == ImportReport(same=1, cancelled=1)
    off = [one for one in planned(desk) if one.cancelled is not None]
    assert [one.plan.id for one in off] == [exported.sessions[1].plan.id]


def test_another_clinic_takes_an_exported_file(
    clinic: Clinic, desk: GroupsDesk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take(desk, toml(clinic))
    written = write_toml(desk.export_plans(), clinic.site.zone)
    with open_clinic(tmp_path_factory.mktemp("other"), seed=2) as other:
        there = other.access.groups_desk(other.manager)
        assert take(there, toml(other, written)) == ImportReport(groups_added=1, added=4)
        assert take(there, toml(other, written)) == ImportReport(same=4)


def test_what_cannot_be_kept_leaves_everything_as_it_was(clinic: Clinic, desk: GroupsDesk) -> None:
    plans = toml(clinic)
    good = plans.sessions[0]
    bad = replace(good, key="bad", plan=replace(good.plan, ends_at=good.plan.starts_at))
    with pytest.raises(SetupError, match="within 24 hours"):
        take(desk, replace(plans, sessions=(good, bad)))
    group = plans.groups[0]
    nameless = replace(group, plan=replace(group.plan, name=" "))
    with pytest.raises(SetupError, match="has no name"):
        take(desk, replace(plans, groups=(nameless,)))
    with pytest.raises(SetupError, match="no group of the file"):
        take(desk, replace(plans, groups=()))
    assert (desk.groups(), planned(desk)) == ((), ())


def test_hostile_titles_are_text(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, ics(clinic, ICS.replace("Art group", "\x1b]0;x\x07[red]Art\u202e")))
    assert [card.plan.name for card in desk.groups()] == ["]0;x [red]Art"]


def meeting(
    title: str, day: str, uid: str = "", place: str = "Room 7", more: tuple[str, ...] = ()
) -> str:
    """Return an event of a calendar: an hour from 15:00, the clinic's time."""
    lines = (
        f"UID:{uid or title}", f"SUMMARY:{title}", f"LOCATION:{place}",
        f"DTSTART:2026{day}T070000Z", f"DTEND:2026{day}T080000Z", *more,
    )  # fmt: skip
    return "\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def of(clinic: Clinic, *events: str) -> Plans:
    return ics(clinic, f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(events)}END:VCALENDAR\n")


WALKERS = meeting("Walkers", "0303", more=("RRULE:FREQ=WEEKLY;COUNT=4",))
ART, MUSIC = meeting("Art circle", "0304"), meeting("Music circle", "0305")


def test_an_event_that_was_deleted_is_listed_and_cancelled_after_a_yes(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, of(clinic, ART, MUSIC, WALKERS))
    fewer = of(clinic, ART, WALKERS)
    preview = desk.preview_import(fewer)
    assert [(one.group_name, one.plan.room) for one in preview.missing] == [
        ("Music circle", "Room 7")
    ]
    assert (preview.known, preview.misses_many) == (6, False)
    before = planned(desk)
    assert take(desk, fewer, agree=False) == ImportReport(same=5, kept=1)
    assert planned(desk) == before
    assert take(desk, fewer) == ImportReport(same=5, cancelled=1)
    off = [one for one in planned(desk) if one.cancelled]
    assert [(one.group_name, one.cancelled) for one in off] == [("Music circle", NO_LONGER_PLANNED)]
    assert take(desk, of(clinic, ART, MUSIC, WALKERS)).changed == 1


def test_above_a_third_of_what_was_known_a_file_may_be_another_one(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, of(clinic, ART, MUSIC, WALKERS))
    late = meeting("Walkers", "0324", "other")
    preview = desk.preview_import(of(clinic, ART, late))
    assert (len(preview.missing), preview.known, preview.misses_many) == (4, 6, True)
    assert not desk.preview_import(of(clinic, MUSIC, WALKERS)).misses_many


def test_new_uids_each_time_double_nothing(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, of(clinic, ART, MUSIC, WALKERS))
    before = [(one.plan.id, one.plan.starts_at) for one in planned(desk)]
    others = [
        one.replace("UID:", f"UID:new{number}-") for number, one in enumerate((ART, MUSIC, WALKERS))
    ]
    for _ in range(2):
        report = take(desk, of(clinic, *others))
        assert report == ImportReport(same=6)
        assert report.changes_nothing
    assert [(one.plan.id, one.plan.starts_at) for one in planned(desk)] == before
    # Their names are those of the new file: what it then drops is found.
    assert take(desk, of(clinic, *others[1:])).cancelled == 1


def test_uids_that_are_counted_anew_mix_up_no_groups(clinic: Clinic, desk: GroupsDesk) -> None:
    named = [one.replace(f"UID:{t}", f"UID:{n}") for n, (t, one) in enumerate(
        (("Art circle", ART), ("Music circle", MUSIC), ("Walkers", WALKERS)))]  # fmt: skip
    take(desk, of(clinic, *named))
    again = [named[1].replace("UID:1", "UID:0"), named[2].replace("UID:2", "UID:1")]
    assert take(desk, of(clinic, *again)) == ImportReport(same=5, cancelled=1)
    assert [one.group_name for one in planned(desk) if one.cancelled] == ["Art circle"]


def test_another_calendar_and_days_that_a_file_does_not_cover_stay(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, of(clinic, ART, MUSIC))
    take(desk, of(clinic, WALKERS))
    assert take(desk, of(clinic, WALKERS)) == ImportReport(same=4)
    assert take(desk, of(clinic, ART, MUSIC)) == ImportReport(same=2)
    april = of(clinic, meeting("Walkers", "0407", "april"), meeting("Walkers", "0414", "april2"))
    preview = desk.preview_import(april)
    assert preview.cancels == ()
    assert {one.group_name for one in preview.outside} == {"Walkers"}
    assert len(preview.outside) == 4
    assert take(desk, april) == ImportReport(added=2)


def test_a_part_of_a_calendar_leaves_the_groups_that_it_does_not_name(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    take(desk, of(clinic, ART, MUSIC, WALKERS))
    one = of(clinic, ART.replace("T07", "T09").replace("T08", "T10"), meeting("Choir", "0306"))
    preview = desk.preview_import(one)
    assert preview.cancels == ()
    assert {one.group_name for one in preview.outside} == {"Music circle", "Walkers"}
    assert take(desk, one) == ImportReport(groups_added=1, added=1, changed=1)
    again = desk.preview_import(of(clinic, ART, MUSIC, WALKERS))
    assert again.cancels == ()


def test_a_session_with_check_ins_stays_and_is_shown(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, of(clinic, ART, MUSIC, WALKERS))
    music = next(one for one in planned(desk) if one.group_name == "Music circle")
    clinic.clock.at = music.plan.starts_at - timedelta(minutes=10)
    facts.check_in(clinic, music.plan.id)
    desk = clinic.access.groups_desk(clinic.fresh(clinic.manager))
    off = MUSIC.replace("END:VEVENT", "STATUS:CANCELLED\nEND:VEVENT")
    for fewer in (of(clinic, ART, WALKERS), of(clinic, ART, WALKERS, off)):
        preview = desk.preview_import(fewer)
        assert preview.cancels == ()
        assert [one.group_name for one in preview.kept] == ["Music circle"]
        assert take(desk, fewer).kept == 1
    assert [one.cancelled for one in planned(desk) if one.group_name == "Music circle"] == [None]


def test_what_a_file_calls_off_is_asked_for_too(clinic: Clinic, desk: GroupsDesk) -> None:
    take(desk, of(clinic, ART, MUSIC))
    off = of(clinic, ART, MUSIC.replace("END:VEVENT", "STATUS:CANCELLED\nEND:VEVENT"))
    preview = desk.preview_import(off)
    assert (preview.missing, [one.group_name for one in preview.called_off]) == (
        (), ["Music circle"],
    )  # fmt: skip
    assert take(desk, off, agree=False) == ImportReport(same=1, kept=1)
    assert take(desk, off) == ImportReport(same=1, cancelled=1)


def test_a_place_that_is_no_room_here_is_asked_for_once_and_never_shown(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    hall, garden = "Psychiatric Hospital\\, Hall B", "Psychiatric Garden"
    plans = of(
        clinic, meeting("Art circle", "0304", place=hall), meeting("Walk", "0305", place=garden)
    )
    places = ("Psychiatric Hospital, Hall B", garden)
    assert desk.preview_import(plans).places == places
    with pytest.raises(SetupError, match="no room known here"):
        desk.import_plans(plans)
    assert desk.groups() == ()
    take(desk, plans, {places[0]: "Room 9", garden: "Garden"})
    assert {(card.plan.public_label, card.plan.room) for card in desk.groups()} == {
        ("Room 9", "Room 9"),
        ("Garden", "Garden"),
    }
    assert {one.plan.room for one in planned(desk)} == {"Room 9", "Garden"}
    # The next file of that calendar, whatever its UIDs, needs no answer.
    again = of(
        clinic,
        meeting("Art circle", "0304", "n1", place=hall),
        meeting("Walk", "0305", "n2", place=garden),
        meeting("Walk", "0306", "n3", place=hall),
    )
    assert desk.preview_import(again).places == ()
    assert take(desk, again, {}) == ImportReport(same=2, added=1)
    assert [one.plan.room for one in planned(desk)] == ["Room 9", "Garden", "Room 9"]
    assert not [one for one in planned(desk) if "Psych" in str(one)]


def test_a_room_of_the_clinic_s_needs_no_answer_and_lends_its_label(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    desk.add_group(GroupPlan(desk.new_id(), "Wellness", "Room 2", "Level 2, left at the lift"))
    plans = of(
        clinic,
        meeting("Art", "0304", place="level 2\\, left at the lift"),
        meeting("Walk", "0305", place="room 2"),
        meeting("No place", "0306").replace("LOCATION:Room 7\n", ""),
    )
    take(desk, plans, {})
    assert {(c.plan.name, c.plan.public_label, c.plan.room) for c in desk.groups()} >= {
        ("Art", "Room 2", "Level 2, left at the lift"),
        ("Walk", "Room 2", "Room 2"),
        ("No place", "Group", "Please ask at the counter"),
    }


def test_a_calendar_without_a_group_session_says_what_was_left_out(
    clinic: Clinic, desk: GroupsDesk
) -> None:
    holiday = meeting("Public holiday", "0304", more=("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",))
    with pytest.raises(SetupError) as caught:
        desk.preview_import(of(clinic, holiday))
    assert str(caught.value) == (
        "The calendar holds no group session that lies ahead. Left out: “Public holiday”, "
        "Wed 4 Mar 2026, lasts all day."
    )
    past = meeting("Walk", "0104")
    with pytest.raises(SetupError, match=r"no group session that lies ahead\.$"):
        desk.preview_import(of(clinic, past))


def test_by_hand_at_the_same_time_is_the_same_session(clinic: Clinic, desk: GroupsDesk) -> None:
    group = desk.add_group(GroupPlan(desk.new_id(), "Art circle", "Room 7", "Room 7"))
    assert isinstance(group, GroupPlan)
    start = datetime.combine(date(2026, 3, 4), time(15), clinic.site.zone)
    by_hand = SessionPlan(desk.new_id(), group.id, start, start + timedelta(hours=1), "Room 7")
    desk.add_session(by_hand)
    assert take(desk, of(clinic, ART)) == ImportReport(same=1)
    assert [one.plan.id for one in planned(desk)] == [by_hand.id]
