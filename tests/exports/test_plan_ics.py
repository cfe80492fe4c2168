"""Calendars of other programs, read to the clinic's times; and the clinic's own timetable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.groups.groups import CALLED_OFF, GroupPlan, SessionPlan
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.errors import SetupError
from kiosk.exports.plan_ics import read_ics, write_ics

SINGAPORE = ZoneInfo("Asia/Singapore")
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)

NEW_YORK = """\
BEGIN:VCALENDAR
PRODID:-//Other Company//Calendar 16.0//EN
VERSION:2.0
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:America/New_York
X-LIC-LOCATION:America/New_York
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
TZNAME:EDT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
TZNAME:EST
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E008
DTSTAMP:20260901T080000Z
SUMMARY:Wellness group
LOCATION:Room 2\\, Level 2
DTSTART;TZID=America/New_York:20261019T200000
DTEND;TZID=America/New_York:20261019T213000
RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261201T000000Z
EXDATE;TZID=America/New_York:20261026T200000
SEQUENCE:2
STATUS:CONFIRMED
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E008
DTSTAMP:20260915T080000Z
RECURRENCE-ID;TZID=America/New_York:20261109T200000
SUMMARY:Wellness group (one day later)
LOCATION:Room 5
DTSTART;TZID=America/New_York:20261110T190000
DTEND;TZID=America/New_York:20261110T200000
SEQUENCE:3
END:VEVENT
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E008
DTSTAMP:20260915T080000Z
RECURRENCE-ID;TZID=America/New_York:20261116T200000
SUMMARY:Wellness group
DTSTART;TZID=America/New_York:20261116T200000
DTEND;TZID=America/New_York:20261116T213000
STATUS:CANCELLED
SEQUENCE:3
END:VEVENT
END:VCALENDAR
"""
"""As another program writes it: a rule across the end of summer time, with exceptions."""


def folded(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def event(*lines: str, before: str = "") -> bytes:
    body = "\n".join(("BEGIN:VEVENT", "UID:a", "SUMMARY:Group", *lines, "END:VEVENT"))
    return folded(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{before}{body}\nEND:VCALENDAR\n")


def read(data: bytes, now: datetime = OCTOBER, zone: ZoneInfo = SINGAPORE) -> Plans:
    return read_ics(data, now, zone)


def local(plans: Plans, zone: ZoneInfo = SINGAPORE) -> list[str]:
    return sorted(f"{one.plan.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" for one in plans.sessions)


def sample(name: str) -> bytes:
    """Read one of the calendars that the library ships for its own tests."""
    return files("icalendar").joinpath("tests", "calendars", f"{name}.ics").read_bytes()


def test_a_weekly_rule_across_a_change_of_clocks_comes_to_the_right_local_times() -> None:
    plans = read(folded(NEW_YORK))
    assert [
        (
            f"{one.plan.starts_at.astimezone(SINGAPORE):%m-%d %H:%M}",
            one.plan.ends_at - one.plan.starts_at,
        )
        for one in sorted(plans.sessions, key=lambda one: one.plan.starts_at)
    ] == [
        ("10-20 08:00", timedelta(minutes=90)),
        ("11-03 09:00", timedelta(minutes=90)),
        ("11-11 08:00", timedelta(minutes=60)),
        ("11-17 09:00", timedelta(minutes=90)),
        ("11-24 09:00", timedelta(minutes=90)),
    ]
    by_key = {one.key: one for one in plans.sessions}
    assert by_key["20261117T010000Z"].cancelled == CALLED_OFF
    assert by_key["20261110T010000Z"].plan.room == "Room 5"
    assert by_key["20261103T010000Z"].plan.room == "Room 2, Level 2"
    assert plans.kind is PlanKind.ICS
    assert plans.series == {"040000008200E00074C5B7101A82E008"}


def test_the_public_label_is_the_place_and_never_the_title() -> None:
    (group,) = read(folded(NEW_YORK)).groups
    assert (group.plan.name, group.key) == ("Wellness group", "wellness group")
    assert (group.plan.public_label, group.plan.room) == ("Room 2, Level 2", "Room 2, Level 2")
    (bare,) = read(event("DTSTART:20261019T200000Z", "DURATION:PT1H")).groups
    assert bare.plan.public_label == "Group"


def test_what_is_over_is_left_out() -> None:
    running = datetime(2026, 11, 24, 2, 29, tzinfo=UTC)
    assert local(read(folded(NEW_YORK), running)) == ["2026-11-24 09:00"]
    assert local(read(folded(NEW_YORK), running + timedelta(minutes=1))) == []


@pytest.mark.parametrize(
    ("name", "now", "times"),
    [
        (
            "rfc_7265_appendix_example_2_ical",
            datetime(2006, 1, 1, tzinfo=UTC),
            [f"2006-01-0{day}" for day in ("3 01:00", "3 04:00", "4 01:00")]
            + [f"2006-01-0{day}" for day in ("5 03:00", "6 01:00", "7 01:00")],
        ),
        ("america_new_york", datetime(2014, 8, 1, tzinfo=UTC), ["2014-08-29 20:00"]),
        (
            "issue_313_globally_unique_tzid",
            datetime(2020, 4, 1, tzinfo=UTC),
            ["2020-04-26 20:00", "2020-04-27 01:00", "2020-04-27 02:00"],
        ),
    ],
)
def test_calendars_of_other_programs(name: str, now: datetime, times: list[str]) -> None:
    assert local(read(sample(name), now)) == times


def test_an_endless_rule_of_a_google_calendar_ends_180_days_ahead() -> None:
    plans = read(sample("x_location"), datetime(2026, 10, 1, tzinfo=UTC))
    times = local(plans, ZoneInfo("Europe/Zurich"))
    assert {time[-5:] for time in times} == {"14:00"}
    assert (times[0], times[-1]) == ("2026-10-01 14:00", "2027-03-29 14:00")
    assert {time[-5:] for time in local(plans)} == {"20:00", "21:00"}


def test_floating_times_are_the_clinic_s() -> None:
    assert local(read(event("DTSTART:20261019T150000", "DURATION:PT1H"))) == ["2026-10-19 15:00"]


def zone(offset: str) -> str:
    part = f"BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\n"
    return f"BEGIN:VTIMEZONE\nTZID:Our Own\n{part}END:STANDARD\nEND:VTIMEZONE\n"


@pytest.mark.parametrize(("offset", "hour"), [("+0500", "18:00"), ("+0900", "14:00")])
def test_a_zone_s_own_name_means_what_its_own_file_says(offset: str, hour: str) -> None:
    lines = ("DTSTART;TZID=Our Own:20261019T150000", "DURATION:PT1H")
    assert local(read(event(*lines, before=zone(offset)))) == [f"2026-10-19 {hour}"]
    with pytest.raises(SetupError, match="time zone that nobody knows"):
        read(event(*lines))


def test_windows_zones_are_known() -> None:
    lines = ("DTSTART;TZID=W. Europe Standard Time:20261026T150000", "DURATION:PT1H")
    assert local(read(event(*lines))) == ["2026-10-26 22:00"]


def test_a_cancelled_calendar_calls_all_off() -> None:
    data = event("DTSTART:20261019T150000", "DURATION:PT1H", before="METHOD:CANCEL\n")
    assert [one.cancelled for one in read(data).sessions] == [CALLED_OFF]


def test_odd_uids_are_kept_by_their_hash() -> None:
    data = event("DTSTART:20261019T150000", "DURATION:PT1H").replace(b"UID:a", b"UID:a b")
    (session,) = read(data).sessions
    assert len(session.series) == 64


START, HOUR = "DTSTART:20261019T150000Z", "DURATION:PT1H"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * 1_000_001, "larger than 1 MB"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", "damaged"),
        (event(START, HOUR, "RRULE:FREQ=SECONDLY"), "more than once a day"),
        (event(START, HOUR, "RRULE:FREQ=HOURLY;COUNT=3"), "more than once a day"),
        (event(START, HOUR, "RRULE:FREQ=DAILY;BYMINUTE=1,2"), "more than once a day"),
        (event(START, HOUR, "RR\n ULE:FREQ=SECONDLY"), "more than once a day"),
        (event(START, HOUR, "X-A:b\rRRULE:FREQ=SECONDLY"), "more than once a day"),
        (event(START, HOUR, "RRULE:FREQ=WEEKLY;INTERVAL=0"), "rule that no clinic"),
        (event(START, HOUR, "RRULE:FREQ=WEEKLY;BYEASTER=1"), "rule that no clinic"),
        (event(START, HOUR, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "rule that no clinic"),
        (event(START, HOUR, "EXRULE:FREQ=WEEKLY"), "rule that no clinic"),
        (event(START, HOUR, *["RRULE:FREQ=WEEKLY"] * 61), "more than 60 rules"),
        (event(START, HOUR, "RRULE:FREQ=WEEKLY;COUNT=x"), "rule"),
        (event(START, HOUR, "EXDATE:nonsense"), "cannot be read"),
        (event("DTSTART:2026BAD", HOUR), "cannot be read"),
        (event("DTSTART;VALUE=DATE:20261019"), "starts and ends"),
        (event("DTSTART;VALUE=DATE:20261019", "DTEND;VALUE=DATE:20261020"), "all day"),
        (event(START), "starts and ends"),
        (event(START, "DTEND:20261019T150000Z"), "within 24 hours"),
        (event(START, "DTEND:20261019T140000Z"), "within 24 hours"),
        (event(START, "DURATION:P3D"), "within 24 hours"),
        (event("DTSTART:00010101T000000Z", HOUR), "before 1970"),
        (event(START, HOUR).replace(b"UID:a\r\n", b""), "no UID"),
        (event(START, HOUR).replace(b"SUMMARY:Group\r\n", b""), "no title"),
        (event(START, HOUR, before="BEGIN:X\n" * 20), "nested too deep"),
        (folded(NEW_YORK).replace(b"YEARLY;BYMONTH=3", b"DAILY;BYMONTH=3"), "rule that no"),
        (event(START, HOUR).replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\n" * 2001), "nested"),
        (
            folded("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 2001 + "END:VCALENDAR"),
            "more than 2000 events",
        ),
    ],
)
def test_what_cannot_be_imported_is_one_clear_sentence(data: bytes, says: str) -> None:
    with pytest.raises(SetupError, match=says) as caught:
        read(data)
    assert str(caught.value).count("\n") == 0


def test_too_many_sessions_are_refused() -> None:
    rule = ("DTSTART:20261001T150000Z", HOUR, "RRULE:FREQ=DAILY;UNTIL=20300101T000000Z")
    three = b"".join(event(*rule).replace(b"UID:a", b"UID:%d" % n) for n in range(3))
    with pytest.raises(SetupError, match="over 2000 sessions"):
        read(three)


def test_no_sentence_holds_what_the_calendar_says() -> None:
    data = event("DTSTART:2026BAD", HOUR).replace(b"SUMMARY:Group", b"SUMMARY:Mei Lim")
    with pytest.raises(SetupError) as caught:
        read(data)
    assert "Mei" not in str(caught.value)


@given(st.data())
def test_damage_is_a_sentence_or_nothing_worse(data: st.DataObject) -> None:
    lines = NEW_YORK.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        cut = data.draw(st.integers(0, len(line)))
        noise = data.draw(st.sampled_from(["", ":", ";", "99", "é\x00", "\t", "BEGIN:VEVENT", "-"]))
        lines[place] = line[:cut] + noise + line[cut + len(noise) :]
    try:
        plans = read(folded("\n".join(lines)))
    except SetupError:
        return
    assert all(one.plan.starts_at < one.plan.ends_at for one in plans.sessions)


def timetable() -> Plans:
    key, start = "a-word-of-staff", datetime(2026, 10, 19, 7, 0, tzinfo=UTC)
    id_ = uuid4()
    group = GroupPlan(uuid4(), "A name for staff", "Room 2", "Level 2")
    session = SessionPlan(id_, group.id, start, start + timedelta(hours=1), "Level 2")
    groups = (GroupInFile(key, group),)
    sessions = (SessionInFile(key, key, str(id_), session),)
    return Plans(PlanKind.TOML, groups, sessions, frozenset({key}), OCTOBER)


def test_our_own_timetable_names_places_only_and_is_read_again() -> None:
    plans = timetable()
    (session,), (group,) = plans.sessions, plans.groups
    data = write_ics(plans, "Sample clinic", SINGAPORE)
    assert b"staff" not in data
    assert b"DTSTART;TZID=Asia/Singapore:20261019T150000" in data
    assert b"BEGIN:VTIMEZONE" in data
    again = read(data)
    (read_session,) = again.sessions
    assert read_session.group == str(group.plan.id)
    assert read_session.plan == replace(session.plan, group_id=NO_ID)
    assert read_session.plan.room == "Level 2"


def test_a_called_off_session_says_so_and_a_later_file_wins() -> None:
    plans = timetable()
    off = replace(plans.sessions[0], cancelled="the lift is broken")
    later = replace(plans, sessions=(off,), written_at=OCTOBER + timedelta(hours=1))
    first, second = (
        icalendar.Calendar.from_ical(write_ics(one, "Clinic", SINGAPORE)).walk("VEVENT")[0]
        for one in (plans, later)
    )
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert int(str(second["SEQUENCE"])) == int(str(first["SEQUENCE"])) + 60
