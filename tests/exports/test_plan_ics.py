"""Calendars of other programs, read to the clinic's times; and the clinic's own timetable."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
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
from kiosk.exports import plan_ics
from kiosk.exports.plan_ics import read_ics, write_ics
from kiosk.presentation.records import describe_event_left

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
    assert left(read(event(*lines))) == [
        "“Group”, Mon 19 Oct 2026, names a time zone that nobody knows"
    ]


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
GOOD = """\
BEGIN:VEVENT
UID:good
SUMMARY:Good group
LOCATION:Room 2
DTSTART:20261020T070000Z
DTEND:20261020T080000Z
END:VEVENT
"""


def calendar(*parts: str, head: str = "") -> bytes:
    """Return a calendar of these events."""
    return folded(f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(parts)}END:VCALENDAR\n")


def lines(*more: str, uid: str = "a", title: str = "Group", place: str = "Room 2") -> str:
    own = (f"UID:{uid}", f"SUMMARY:{title}", f"LOCATION:{place}")
    return "\n".join(("BEGIN:VEVENT", *own, *more, "END:VEVENT", ""))


def left(plans: Plans) -> list[str]:
    return list(map(describe_event_left, plans.left))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR", "holds no event"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "holds no event"),
        (event(START, HOUR, before="BEGIN:X\n" * 20), "nested too deep"),
        (calendar(GOOD)[:-20], "cut off at the event “Good group”, 20 Oct 2026"),
        (calendar(GOOD)[:80], "cut off at the event “Good group”;"),
        (calendar(GOOD).removesuffix(b"END:VCALENDAR\r\n"), "cut off"),
        (calendar(GOOD).removesuffix(b"END:VCALENDAR\r\n") + calendar(GOOD), "cut off"),
        (
            calendar(GOOD.removesuffix("END:VEVENT\n"), GOOD),
            "damaged at the event “Good group”, 20 Oct 2026",
        ),
        (folded("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 20_001), "cut off"),
        (
            folded("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 20_001 + "END:VCALENDAR"),
            "more than 20000 events",
        ),
        (calendar(lines(START, HOUR, title="é")).partition(b"\xa9")[0], "cut off"),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_clear_sentence(data: bytes, says: str) -> None:
    with pytest.raises(SetupError, match=says) as caught:
        read(data)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ((START, HOUR, "RRULE:FREQ=SECONDLY"), "repeats more than once a day"),
        ((START, HOUR, "RRULE:FREQ=HOURLY;COUNT=3"), "repeats more than once a day"),
        ((START, HOUR, "RRULE:FREQ=DAILY;BYMINUTE=1,2"), "repeats more than once a day"),
        ((START, HOUR, "RR\n ULE:FREQ=SECONDLY"), "repeats more than once a day"),
        ((START, HOUR, "X-A:b\rRRULE:FREQ=SECONDLY"), "repeats more than once a day"),
        ((START, HOUR, "RRULE:FREQ=WEEKLY;INTERVAL=0"), "repeats by a rule that cannot"),
        ((START, HOUR, "RRULE:FREQ=WEEKLY;COUNT=0"), "repeats by a rule that cannot"),
        ((START, HOUR, "RRULE:FREQ=WEEKLY;BYEASTER=1"), "repeats by a rule that cannot"),
        ((START, HOUR, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "repeats by a rule that"),
        ((START, HOUR, "EXRULE:FREQ=WEEKLY"), "repeats by a rule that cannot"),
        ((START, HOUR, *["RRULE:FREQ=WEEKLY"] * 61), "repeats by too many rules"),
        ((START, HOUR, "RRULE:FREQ=WEEKLY;COUNT=x"), "has a time or a rule that cannot"),
        ((START, HOUR, "EXDATE:nonsense"), "has a time or a rule that cannot be read"),
        (("DTSTART:2026BAD", HOUR), "has a time or a rule that cannot be read"),
        (("DTSTART;VALUE=DATE:20261019",), "lasts all day"),
        (("DTSTART;VALUE=DATE:20261019", "DTEND;VALUE=DATE:20261020"), "lasts all day"),
        (("DTSTART:20261019T000000", "DTEND:20261020T000000"), "lasts all day"),
        (("DTSTART:20261018T160000Z", "DTEND:20261019T160000Z"), "lasts all day"),
        (("DTSTART:20261019T000000", "DTEND:20261019T235900"), "lasts all day"),
        (("DTSTART:20261019T000000", "DTEND:20261022T000000"), "lasts all day"),
        ((START, HOUR, "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), "lasts all day"),
        ((START, "DURATION:P1D"), "lasts all day"),
        ((START, "DURATION:P3D"), "lasts longer than 24 hours"),
        ((START,), "does not say when it ends"),
        ((HOUR,), "does not say when it starts"),
        ((START, "DTEND:20261019T150000Z"), "does not end after it starts"),
        ((START, "DTEND:20261019T140000Z"), "does not end after it starts"),
        (("DTSTART:20300101T150000Z", HOUR), "is more than three years ahead"),
        (("DTSTART:00010101T000000Z", HOUR), "begins before 1970"),
        (("DTSTART:99991231T235959Z", HOUR), "cannot be read"),
        (("DTSTART;TZID=Our Own:20261019T150000", HOUR), "names a time zone that nobody knows"),
    ],
)
def test_what_is_no_group_session_is_left_with_its_title_and_spoils_no_other(
    odd: tuple[str, ...], why: str
) -> None:
    plans = read(calendar(lines(*odd, title="Odd\\, one"), GOOD))
    assert [one.group for one in plans.sessions] == ["good group"]
    (said,) = left(plans)
    assert said.startswith("“Odd, one”")
    assert why in said


def test_a_leaving_names_the_day_and_an_event_without_a_title() -> None:
    untitled = lines(START, HOUR, title="")
    christmas = lines("DTSTART;VALUE=DATE:20261225", title="Christmas", uid="c")
    past = lines("DTSTART;VALUE=DATE:20240101", title="Holiday", uid="h")
    plans = read(calendar(past, untitled, christmas, GOOD))
    assert left(plans) == [
        "an event without a title, Mon 19 Oct 2026, has no title",
        "“Christmas”, Fri 25 Dec 2026, lasts all day",
        "“Holiday”, Mon 1 Jan 2024, lasts all day",
    ]


def test_what_is_past_counts_for_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_ics, "MOST_AHEAD", 1)
    monkeypatch.setattr(plan_ics, "MOST_RULES", 1)
    ends = ("COUNT=4", "UNTIL=20200101T000000Z", "BYMONTH=2;BYMONTHDAY=30;UNTIL=20200101T000000Z")
    old = "".join(
        lines(f"DTSTART:201901{n + 10}T100000Z", HOUR, f"RRULE:FREQ=MONTHLY;{end}", uid=f"{n}{end}")
        for n in range(4)
        for end in ends
    )
    plans = read(calendar(old, GOOD))
    assert len(plans.sessions) == 1
    assert plans.left == ()
    again = GOOD.replace("good", "again").replace("Good", "Again")
    with pytest.raises(SetupError, match="more than 1 events ahead"):
        read(calendar(old, GOOD, again))


def test_too_many_sessions_are_refused() -> None:
    rule = ("DTSTART:20261001T150000Z", HOUR, "RRULE:FREQ=DAILY;UNTIL=20300101T000000Z")
    three = (lines(*rule, uid=str(n), title=str(n)) for n in range(3))
    with pytest.raises(SetupError, match="over 2000 sessions"):
        read(calendar(*three))


@pytest.mark.parametrize("uid", ["1", ""])
def test_events_that_share_a_uid_or_have_none_are_all_taken(uid: str) -> None:
    three = [
        lines(f"DTSTART:2026101{day}T070000Z", HOUR, uid=uid, title=title)
        for day, title in ((1, "Art"), (2, "Music"), (3, "Walk"))
    ]
    plans = read(calendar(*three))
    assert {one.group for one in plans.sessions} == {"art", "music", "walk"}
    assert plans.left == ()
    assert plans == read(calendar(*three))
    without = [one.replace(f"UID:{uid}\n", "") for one in three]
    assert len(read(calendar(*without)).sessions) == 3


def test_two_calendars_with_one_uid_are_both_taken() -> None:
    first, second = (lines(f"DTSTART:2026101{day}T070000Z", HOUR) for day in (1, 2))
    assert len(read(calendar(first) + calendar(second)).sessions) == 2


def test_a_split_series_of_one_uid_keeps_both_parts_and_its_changes() -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=2"
    parts = [lines(f"DTSTART:2026{day}T070000Z", HOUR, rule) for day in ("1006", "1022")]
    change = lines("DTSTART:20261030T090000Z", HOUR, "RECURRENCE-ID:20261029T070000Z")
    assert local(read(calendar(*parts, change))) == [
        "2026-10-06 15:00", "2026-10-13 15:00", "2026-10-22 15:00", "2026-10-30 17:00",
    ]  # fmt: skip


def test_an_earlier_version_is_left_with_its_name_and_a_double_is_taken_once() -> None:
    old = lines("DTSTART:20261012T070000Z", HOUR, "SEQUENCE:1")
    new = lines("DTSTART:20261013T070000Z", HOUR, "SEQUENCE:2")
    again = lines("DTSTART:20261013T070000Z", HOUR, uid="b")
    plans = read(calendar(old, new, again))
    assert local(plans) == ["2026-10-13 15:00"]
    assert left(plans) == [
        "“Group”, Mon 12 Oct 2026, is an earlier version of another event",
        "“Group”, Tue 13 Oct 2026, stands in the file twice",
    ]


def test_an_event_that_was_called_off_and_made_again_takes_place() -> None:
    off = lines("DTSTART:20261013T070000Z", HOUR, "STATUS:CANCELLED")
    again = lines("DTSTART:20261013T070000Z", HOUR, uid="b")
    for both in ((off, again), (again, off)):
        plans = read(calendar(*both))
        assert [(one.series, one.cancelled) for one in plans.sessions] == [("b", None)]
        assert plans.left == ()


@pytest.mark.parametrize(
    "named",
    [
        ";VALUE=DATE:20261013",
        ":20261013T000000",
        ":20261013T070000Z",
        ":20261013T150000",
        ";TZID=Asia/Singapore:20261013T150000",
        ";TZID=Europe/Berlin:20261013T090000",
        ";TZID=Asia/Singapore:20261013T100000",
    ],
)
@pytest.mark.parametrize("zoned", [";TZID=Asia/Singapore", ""])
def test_a_moved_instance_is_there_once_however_its_day_is_named(named: str, zoned: str) -> None:
    more = ("RRULE:FREQ=WEEKLY;COUNT=4", f"EXDATE{zoned}:20261027T150000")
    rule = lines(f"DTSTART{zoned}:20261006T150000", HOUR, *more)
    moved = lines(f"DTSTART{zoned}:20261014T100000", HOUR, f"RECURRENCE-ID{named}", title="Other")
    plans = read(calendar(rule, moved))
    assert local(plans) == ["2026-10-06 15:00", "2026-10-14 10:00", "2026-10-20 15:00"]
    assert {one.group for one in plans.sessions} == {"group"}


@pytest.mark.parametrize("named", [";VALUE=DATE:20261013", ":20261013T000000"])
def test_a_day_taken_out_by_its_date_is_out(named: str) -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    data = event("DTSTART:20261006T150000", HOUR, rule, f"EXDATE{named}")
    assert local(read(data)) == ["2026-10-06 15:00", "2026-10-20 15:00"]


def test_an_instance_that_became_none_is_left_and_not_planned_at_its_old_time() -> None:
    rule = lines("DTSTART:20261006T150000", HOUR, "RRULE:FREQ=WEEKLY;COUNT=3")
    day = ("DTSTART;VALUE=DATE:20261013", "DTEND;VALUE=DATE:20261014")
    closed = lines(*day, "RECURRENCE-ID:20261013T150000", title="Closed")
    plans = read(calendar(rule, closed))
    assert local(plans) == ["2026-10-06 15:00", "2026-10-20 15:00"]
    assert left(plans) == ["“Closed”, Tue 13 Oct 2026, lasts all day"]


def test_a_session_of_a_rule_with_a_length_of_its_own_that_is_none_is_left() -> None:
    more = ("RDATE;VALUE=PERIOD:20261014T070000Z/P3D", "RDATE:20261016T070000Z")
    plans = read(calendar(lines("DTSTART:20261006T070000Z", HOUR, *more)))
    assert local(plans) == ["2026-10-06 15:00", "2026-10-16 15:00"]
    assert left(plans) == ["“Group”, Wed 14 Oct 2026, does not end within 24 hours after it starts"]


def test_the_later_of_two_changes_counts_and_the_other_is_named() -> None:
    rule = lines("DTSTART:20261006T150000", HOUR, "RRULE:FREQ=WEEKLY;COUNT=2")
    twice = [
        lines(f"DTSTART:20261013T{hour}0000", HOUR, "RECURRENCE-ID:20261013T150000", seq)
        for hour, seq in ((18, "SEQUENCE:2"), (17, "SEQUENCE:1"))
    ]
    plans = read(calendar(rule, *twice))
    assert local(plans) == ["2026-10-06 15:00", "2026-10-13 18:00"]
    assert left(plans) == ["“Group”, Tue 13 Oct 2026, was changed once more"]


def test_a_time_with_a_zone_and_utc_is_utc_and_is_said() -> None:
    zoned = lines(
        "DTSTART;TZID=Asia/Singapore:20261006T070000Z",
        "DTEND;TZID=Asia/Singapore:20261006T080000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "EXDATE;TZID=Asia/Singapore:20261013T070000Z",
    )
    plans = read(calendar(zoned))
    assert local(plans) == ["2026-10-06 15:00"]
    (note,) = plans.notes
    assert note.startswith("A time of the event “Group”, 6 Oct 2026 names a zone and UTC")


def test_two_calendars_may_mean_two_zones_by_one_name() -> None:
    one = lines("DTSTART;TZID=Our Own:20261006T150000", HOUR)
    other = lines("DTSTART;TZID=Our Own:20261006T150000", HOUR, uid="b", title="Other")
    both = calendar(zone("+0800"), one) + calendar(zone("+0900"), other)
    assert local(read(both)) == ["2026-10-06 14:00", "2026-10-06 15:00"]
    unclear = read(calendar(zone("+0800"), zone("+0900"), one, GOOD))
    assert [one.group for one in unclear.sessions] == ["good group"]
    assert left(unclear) == [
        "“Group”, Tue 6 Oct 2026, is in a time zone that the calendar defines twice"
    ]


@pytest.mark.parametrize(
    ("named", "time", "is_said"),
    [
        (("Singapore Standard Time",), "15:00", False),
        (("asia/singapore",), "15:00", False),
        (("W. Europe Standard Time",), "21:00", False),
        (("Nowhere/Land",), "15:00", True),
        (("",), "15:00", True),
        (("../../etc/passwd",), "15:00", True),
        (("Nowhere", "Europe/Berlin"), "21:00", True),
        (("Asia/Singapore", "Europe/Berlin"), "15:00", True),
        (("Asia/Singapore", "Asia/Singapore"), "15:00", False),
    ],
)
def test_the_calendar_s_own_zone_is_found_or_the_clinic_s_is_taken_and_said(
    named: tuple[str, ...], time: str, is_said: bool
) -> None:
    head = "".join(f"X-WR-TIMEZONE:{name}\n" for name in named)
    plans = read(calendar(lines("DTSTART:20261006T150000", HOUR), GOOD, head=head))
    assert local(plans) == [f"2026-10-06 {time}", "2026-10-20 15:00"]
    assert len(plans.notes) == is_said
    assert all("taken as" in note for note in plans.notes)


def test_a_line_may_be_folded_inside_a_character() -> None:
    whole = calendar(lines(START, HOUR, title="Grüppe 小组"))
    for place in range(whole.index(b"SUMMARY") + 8, whole.index(b"LOCATION") - 2):
        (session,) = read(whole[:place] + b"\r\n " + whole[place:]).sessions
        assert session.group == "grüppe 小组"


def test_a_file_covers_whole_months_from_its_first_to_its_last_event() -> None:
    old = lines("DTSTART:20200115T100000Z", HOUR, uid="old")
    assert read(calendar(old, GOOD)).covers == (date(2020, 1, 1), date(2026, 10, 31))
    endless = lines("DTSTART:20260101T100000Z", HOUR, "RRULE:FREQ=WEEKLY")
    assert read(calendar(endless)).covers == (date(2026, 1, 1), date(2027, 3, 31))


def test_many_rules_that_may_never_come_are_refused_before_they_are_looked_for() -> None:
    never = [
        lines(START, HOUR, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", uid=str(n))
        for n in range(61)
    ]
    with pytest.raises(SetupError, match="more than 60 rare rules"):
        read(calendar(*never))


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
