"""Plans in TOML: read strictly, written so that they are read again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.exports.plan_toml import read_toml, write_toml

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Singapore")
BERLIN = ZoneInfo("Europe/Berlin")

PLAN = """\
[[group]]
id = "wellness"
name = "Wellness group"
public_label = "Room 2"
room = "Level 2, left at the lift"
capacity = 12
enrolled = true

[[group.session]]
starts = 2026-11-23T15:00:00
minutes = 60

[[group.session]]
id = "party"
starts = 2026-12-23T15:00:00+09:00
ends = 2026-12-23T17:30:00
room = "The garden"
cancelled = "it rains"

[[group.series]]
id = "mondays"
weekdays = ["monday", "thursday"]
time = 10:30:00
minutes = 90
first = 2026-11-30
until = 2026-12-10
except = [2026-12-03]

[[group]]
id = "carers"
name = "Carers' circle"
public_label = "Room 3"
room = "Level 2"
"""


def read(text: str, zone: ZoneInfo = ZONE) -> Plans:
    return read_toml(text.encode(), NOW, zone)


def local(plans: Plans, zone: ZoneInfo = ZONE) -> dict[str, str]:
    return {one.key: f"{one.plan.starts_at.astimezone(zone):%m-%d %H:%M}" for one in plans.sessions}


def test_a_plan_is_read() -> None:
    plans = read(PLAN)
    first, second = plans.groups
    assert first == GroupInFile(
        "wellness",
        GroupPlan(
            NO_ID,
            "Wellness group",
            "Room 2",
            "Level 2, left at the lift",
            capacity=12,
            enrolled=True,
        ),
    )
    other = second.plan
    assert (other.language, other.enrolled, other.capacity) == ("en", False, None)
    assert local(plans) == {
        "2026-11-23T15:00": "11-23 15:00",
        "party": "12-23 14:00",
        "mondays:2026-11-30": "11-30 10:30",
        "mondays:2026-12-07": "12-07 10:30",
        "mondays:2026-12-10": "12-10 10:30",
    }
    party = plans.sessions[1]
    assert (party.plan.room, party.cancelled) == ("The garden", "it rains")
    assert party.plan.ends_at == datetime(2026, 12, 23, 9, 30, tzinfo=UTC)
    assert plans.series == {"wellness", "carers"}


def test_an_endless_series_is_planned_180_days_ahead_in_local_time() -> None:
    text = PLAN.replace("until = 2026-12-10\n", "").replace("2026-11-30", "1999-11-29")
    times = local(read(text, BERLIN), BERLIN)
    series = {key: at for key, at in times.items() if key.startswith("mondays")}
    assert {at[-5:] for at in series.values()} == {"10:30"}
    assert (min(series), max(series)) == ("mondays:2026-11-09", "mondays:2027-05-17")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('[[group]]\nid = "carers"', '[[grop]]\nid = "carers"', "the plan “grop” is unknown"),
        ("[[group]]", "[group]", "no valid TOML"),
        ("enrolled = true", "enroled = true", "the group wellness “enroled” is unknown"),
        ("enrolled = true", 'enrolled = "yes"', "true or false"),
        ("capacity = 12", "capacity = true", "a whole number"),
        ("capacity = 12", "capacity = 1.5", "a whole number"),
        ('name = "Wellness group"\n', "", "the group wellness name is missing"),
        ('id = "wellness"', 'id = "a b"', "letters, digits"),
        ('id = "wellness"\n', "", "id is missing"),
        ('id = "carers"', 'id = "wellness"', "twice"),
        ("minutes = 60", "minutes = 0", "1 to 1440"),
        ("minutes = 60", "", "either minutes or ends"),
        ("minutes = 60", "minutes = 60\nends = 2026-11-23T16:00:00", "either minutes or ends"),
        ("starts = 2026-11-23T15:00:00", 'starts = "soon"', "a time such as"),
        ("starts = 2026-11-23T15:00:00", "starts = 0001-01-01T00:00:00", "1970 to 2199"),
        ("starts = 2026-11-23T15:00:00", "starts = 9999-12-31T23:59:59", "9999, 23:59 .* 1970 to"),
        ("until = 2026-12-10", "until = 9999-12-31", "until is not in the years 1970 to 2199"),
        ("first = 2026-11-30", "first = 9999-12-31", "first is not in the years 1970 to 2199"),
        ("ends = 2026-12-23T17:30:00", "ends = 2026-12-23T13:00:00", "23 Dec 2026, 15:00 .* 24 h"),
        ("until = 2026-12-10", "until = 2026-11-10", "mondays .* wellness until is before first"),
        (
            "until = 2026-12-10",
            "until = 2026-12-10\nevery_weeks = 0",
            "every_weeks is not 1 to 104",
        ),
        ("until = 2026-12-10", "count = 0", "the series mondays .* count is not 1 to 500"),
        ("until = 2026-12-10", "count = -1", "count is not 1 to 500"),
        ("[2026-12-03]", "[2026-12-02]", "except has 2026-12-02, on which it would not meet"),
        ("[2026-12-03]", "[2027-12-02]", "except has 2027-12-02"),
        ("until = 2026-12-10", "count = 1", "except has 2026-12-03"),
        ("2026-11-30", "2026-12-08", "except has 2026-12-03"),
        (
            "first = 2026-11-30\nuntil = 2026-12-10",
            "first = 2026-12-04\nuntil = 2026-12-05",
            "no day",
        ),
        (
            'public_label = "Room 2"',
            f'public_label = "{"x" * 41}"',
            "public_label is longer than 40",
        ),
        ("capacity = 12", "capacity = 0", "capacity is not 1 to 999"),
        ("capacity = 12", f"capacity = {'9' * 5000}", "no valid TOML"),
        ("starts = 2026-11-23T15:00:00", "starts = 2026-02-30T15:00:00", "no valid TOML"),
        (
            '[[group.series]]\nid = "mondays"',
            "[[group.session]]\nstarts = 2026-11-23T15:00:00\nminutes = 30\n\n"
            '[[group.series]]\nid = "mondays"',
            "two sessions start on 23 Nov 2026, 15:00 in one room",
        ),
        (
            '[[group.series]]\nid = "mondays"',
            '[[group.session]]\nstarts = 2026-11-23T15:00:00\nminutes = 30\nroom = "Garden"\n\n'
            '[[group.series]]\nid = "mondays"',
            "the session 2026-11-23T15:00 is named twice",
        ),
        (
            '[[group.series]]\nid = "mondays"',
            '[[group.series]]\nid = "mondays"\nweekdays = ["friday"]\ntime = 09:00:00\n'
            'minutes = 60\nfirst = 2026-11-30\n\n[[group.series]]\nid = "mondays"',
            "the group wellness the series mondays is named twice",
        ),
        (
            '[[group.series]]\nid = "mondays"',
            '[[group.session]]\nid = "other"\nstarts = 2026-11-30T10:30:00\nminutes = 30\n\n'
            '[[group.series]]\nid = "mondays"',
            "two sessions start on 30 Nov 2026, 10:30",
        ),
        ('"monday", "thursday"', '"Mon"', "a list out of monday"),
        ('["monday", "thursday"]', '"monday"', "a list out of monday"),
        ("[2026-12-03]", "[1]", "a list of days"),
        ("minutes = 90", "minutes = 9999", "1 to 1440"),
        ("until = 2026-12-10", "until = 2199-12-10", "more than 500 sessions"),
    ],
)
def test_what_is_wrong_is_one_sentence(old: str, new: str, says: str) -> None:
    assert old in PLAN
    with pytest.raises(SetupError, match=says) as caught:
        read(PLAN.replace(old, new, 1))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"#" * 1_000_001, "larger than 1 MB"),
        (b"\xff", "UTF-8"),
        (b"group = 1", "written as"),
        (b"group = [1]", "written as"),
        (b"", "holds no group"),
        (b"a = " + b"[" * 100_000, "no valid TOML"),
    ],
)
def test_hostile_files_are_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(SetupError, match=says):
        read_toml(data, NOW, ZONE)


texts = st.text(max_size=20).map(clean)
times = st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1)).map(  # noqa: DTZ001  made aware
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@given(
    st.lists(st.tuples(texts, texts, st.one_of(st.none(), st.integers(1, 99))), max_size=3),
    st.lists(st.tuples(times, st.integers(1, 86_400), texts, texts), max_size=4),
    st.sampled_from([ZONE, BERLIN, ZoneInfo("America/New_York")]),
)
def test_what_is_written_is_read_again(
    groups: list[tuple[str, str, int | None]],
    sessions: list[tuple[datetime, int, str, str]],
    zone: ZoneInfo,
) -> None:
    named = tuple(
        GroupInFile(f"g{n}", GroupPlan(NO_ID, name, label, "Room", "en", name, capacity, n == 1))
        for n, (name, label, capacity) in enumerate(groups)
    )
    held = tuple(
        SessionInFile(
            group=group.key,
            series=group.key,
            key=str(UUID(int=n)),
            plan=SessionPlan(UUID(int=n), NO_ID, start, start + timedelta(seconds=seconds), room),
            cancelled=reason or None,
        )
        for group in named[:1]
        for n, (start, seconds, room, reason) in enumerate(sessions)
    )
    plans = Plans(PlanKind.TOML, named, held, frozenset(one.key for one in named), NOW)
    assert read(write_toml(plans, zone), zone) == plans


def test_an_exception_in_every_second_week_is_one_of_its_days() -> None:
    text = PLAN.replace("[2026-12-03]", "[2026-12-14]\nevery_weeks = 2")
    text = text.replace("until = 2026-12-10", "until = 2026-12-31")
    assert "mondays:2026-12-14" not in local(read(text))
    with pytest.raises(SetupError, match="except has 2026-12-07, on which it would not meet"):
        read(text.replace("2026-12-14", "2026-12-07"))


def test_a_count_that_an_exception_moves_on_is_kept() -> None:
    text = PLAN.replace("until = 2026-12-10", "count = 2")
    assert [key for key in local(read(text)) if "mondays" in key] == [
        "mondays:2026-11-30",
        "mondays:2026-12-07",
    ]
