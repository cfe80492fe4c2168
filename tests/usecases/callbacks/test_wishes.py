"""A visitor's wishes: sealed, shown, and in the order of the list; none leaves anybody unrung."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.callbacks.actions import Claim, Close, Reopen
from kiosk.domain.callbacks.request import CallLanguage, OpenedRequest, Window
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.callbacks.state import Outcome, callback_state
from kiosk.domain.callbacks.wishes import CallerWish, Skills, Wish, asked_to_speak
from kiosk.domain.callbacks.worklist import (
    WorklistFilter,
    WorklistPart,
    WorkRow,
    matches_filter,
    sort_rows,
)
from kiosk.domain.staff import Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.worklist import Viewer, work_row
from kiosk.usecases.staff.accounts import NewAccount
from kiosk.usecases.staff.accounts_desk import AccountsDesk
from tests.support.calls import ask, do
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.rows import asked

A_WOMAN = frozenset({CallerWish.WOMAN})
NEW = callback_state((), ())
ZONE = ZoneInfo("Asia/Singapore")
OFFICE = WorkingCalendar(ZONE, is_holiday=lambda day: day == date(2026, 3, 5))
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
LOOKS = (time(9, 30), time(12, 30), time(16, 30))
"""In each part of a working day."""
DAYS = 14
NOW = WorklistFilter(WorklistPart.CALL_NOW)

languages = st.sampled_from(["en", "ta", "zh", "other", "tlh"])
callers = st.lists(
    st.builds(
        Skills,
        st.frozensets(st.sampled_from(["en", "ta", "zh"])),
        st.frozensets(st.sampled_from([one.value for one in CallerWish])),
    ),
    min_size=1,
    max_size=3,
)
wishes = st.frozensets(st.sampled_from([*[wish.value for wish in Wish], "about_gone", "x"]))
windows = st.frozensets(st.sampled_from([window.value for window in Window]))
requests = st.builds(
    lambda hours, wished, language, when: asked(
        created_at=MONDAY + timedelta(hours=hours),
        wishes=tuple(sorted(wished)),
        call_language=language,
        windows=tuple(sorted(when)),
    ),
    st.integers(0, 100),
    wishes,
    languages,
    windows,
)


def viewers(team: Sequence[Skills]) -> list[Viewer]:
    """Return how each of a team sees the list, as a desk makes it of the accounts."""
    return [
        Viewer(
            UUID(int=number),
            {},
            asked_to_speak(one.speaks, team, CallLanguage),
            one,
            frozenset(team),
        )
        for number, one in enumerate(team, 1)
    ]


def looks(request: OpenedRequest, wish_days: int = 2) -> Iterator[Scheduler]:
    """Yield the times at which callers look, from the request on for two weeks."""
    for day in range(DAYS):
        for at in LOOKS:
            now = datetime.combine(MONDAY.date() + timedelta(days=day), at, ZONE)
            if now >= request.created_at:
                yield Scheduler(now, OFFICE, 2, wish_days)


def seen(request: OpenedRequest, by: Viewer, at: Scheduler) -> tuple[bool, WorkRow]:
    """Return whether a caller is to call now, and the row."""
    row = work_row(request, NEW, at, by, noted=False)
    return matches_filter(row, NOW, by.speaks), row


@given(callers, requests, st.integers(1, 5))
def test_every_request_is_at_some_time_somebodys_to_call(
    team: list[Skills], request: OpenedRequest, wish_days: int
) -> None:
    without = replace(request, wishes=())
    ends = OFFICE.add_days(request.created_at, wish_days)
    is_first_for_somebody = False
    for at in looks(request, wish_days):
        found = [(seen(request, by, at), seen(without, by, at)[0]) for by in viewers(team)]
        shown = [row for (is_shown, row), _ in found if is_shown]
        # A wish takes the request out of nobody's list.
        assert [is_shown for (is_shown, _), _ in found] == [was for _, was in found]
        if any(row.schedule.call_now for (_, row), _ in found):
            assert shown, "nobody is to call what can be called now"
        # It waits for somebody who is there, and no longer than the clinic says.
        waiting = {row.for_another_until for row in shown} - {None}
        assert waiting <= {ends}
        assert not waiting or at.now < ends
        mine = [row for row in shown if row.for_another_until is None]
        assert mine or not shown
        is_first_for_somebody = is_first_for_somebody or bool(mine)
    assert is_first_for_somebody


@given(callers, st.lists(requests, max_size=8), st.integers(0, 3 * DAYS - 1))
def test_a_wish_only_orders(
    team: list[Skills], all_of_them: list[OpenedRequest], look: int
) -> None:
    named = [replace(one, id=UUID(int=n), reference=f"{n}") for n, one in enumerate(all_of_them, 1)]
    now = datetime.combine(MONDAY.date() + timedelta(days=look // 3), LOOKS[look % 3], ZONE)
    at = Scheduler(now, OFFICE)
    for by in viewers(team):
        rows = [work_row(one, NEW, at, by, noted=False) for one in named]
        plain = [replace(row, for_another_until=None) for row in rows]
        order = [row.request.id for row in sort_rows(rows, by.speaks)]
        before = [row.request.id for row in sort_rows(plain, by.speaks)]
        waiting = {row.request.id for row in rows if row.for_another_until is not None}
        assert sorted(order) == sorted(before)
        for some in (waiting, {*before} - waiting):
            assert [id_ for id_ in order if id_ in some] == [id_ for id_ in before if id_ in some]


@given(callers, st.sampled_from([Wish.WOMAN, Wish.MAN]), st.integers(1, 4))
def test_who_is_wished_for_may_never_come_and_the_call_is_made_all_the_same(
    team: list[Skills], wish: Wish, wish_days: int
) -> None:
    """Those who come are as many as new requests are: what stands last would never be reached."""
    wished = asked(id=UUID(int=1), created_at=MONDAY, wishes=(wish.value,), windows=())
    absent = Skills(frozenset(), frozenset({wish.value}))
    present = viewers([*(replace_speaks(one) for one in team), absent])[:-1]
    waiting, number = [wished], 1
    for at in looks(wished, wish_days):
        for by in present:
            number += 1
            waiting.append(asked(id=UUID(int=number), created_at=at.now, windows=()))
            rows = sort_rows(work_row(one, NEW, at, by, noted=False) for one in waiting)
            rung = next((row for row in rows if matches_filter(row, NOW)), None)
            if rung is not None:
                waiting.remove(rung.request)
        if wished not in waiting:
            return
    raise AssertionError("nobody has rung")


def replace_speaks(one: Skills) -> Skills:
    return one._replace(speaks=frozenset())


def test_a_clock_that_was_ahead_makes_nobody_wait() -> None:
    team = [Skills(offers=frozenset({"woman"})), Skills()]
    ahead = asked(created_at=MONDAY + timedelta(days=400), wishes=("woman",))
    _, row = seen(ahead, viewers(team)[1], Scheduler(MONDAY, OFFICE))
    assert row.for_another_until is None


@pytest.fixture
def accounts(clinic: Clinic) -> AccountsDesk:
    return clinic.access.accounts_desk(clinic.fresh(clinic.manager))


def names(desk: CallbackDesk) -> list[str]:
    """The names in the order to call."""
    return [row.request.preferred_name for row in desk.worklist().rows]


def wish(clinic: Clinic, name: str, *wishes: str) -> UUID:
    """Ask for a call in any hour, with wishes."""
    draft = replace(clinic.draft(name), wishes=frozenset(wishes), windows=frozenset({Window.ANY}))
    clinic.visitor.request_callback(draft)
    return draft.id


@pytest.mark.central
def test_the_list_is_each_callers_own_until_the_wish_has_ended(
    clinic: Clinic, accounts: AccountsDesk
) -> None:
    anna, bob = (clinic.add_staff(login, Role.CALLER) for login in ("anna", "bob"))
    accounts.set_offers(anna.staff.id, [CallerWish.WOMAN])
    accounts.set_offers(bob.staff.id, [CallerWish.MAN])
    wish(clinic, "Wished", Wish.WOMAN)
    clinic.clock.move(minutes=5)
    wish(clinic, "Plain")
    hers, his = (clinic.access.callback_desk(one) for one in (anna, bob))
    assert names(hers) == ["Wished", "Plain"]
    assert names(his) == ["Plain", "Wished"]
    row = his.worklist().rows[1]
    assert row.schedule.call_now
    assert row.for_another_until is not None
    assert row.request.wishes == ("woman",)
    # The desk of one request sees the same.
    again = his.row(row.request.id)
    assert isinstance(again, WorkRow)
    assert again.for_another_until == row.for_another_until
    # Two working days later, a minute before and at the end.
    clinic.clock.at = row.for_another_until - timedelta(minutes=1)
    hers, his = (clinic.access.callback_desk(clinic.fresh(one)) for one in (anna, bob))
    assert names(his) == ["Plain", "Wished"]
    clinic.clock.move(minutes=1)
    assert names(his) == ["Wished", "Plain"] == names(hers)
    assert his.worklist().rows[0].request.wishes == ("woman",), "it is still to be read"


def test_what_is_off_the_list_is_nobodys_rather(clinic: Clinic, accounts: AccountsDesk) -> None:
    anna = clinic.add_staff("anna", Role.CALLER)
    accounts.set_offers(anna.staff.id, A_WOMAN)
    id_, desk = wish(clinic, "Wished", Wish.WOMAN), clinic.callbacks
    (row,) = desk.worklist().rows
    assert row.for_another_until is not None
    # Whoever has claimed it has it.
    assert do(desk, id_, Claim()).for_another_until is None
    assert do(desk, id_, Close(Outcome.DECLINED)).for_another_until is None
    assert do(desk, id_, Reopen()).for_another_until is not None


@pytest.mark.central
def test_who_is_wished_for_is_waited_for_while_they_can_come(
    clinic: Clinic, accounts: AccountsDesk
) -> None:
    anna, bob = (clinic.add_staff(login, Role.CALLER) for login in ("anna", "bob"))
    wish(clinic, "Wished", Wish.WOMAN)
    clinic.clock.move(minutes=5)
    wish(clinic, "Plain")
    his = clinic.access.callback_desk(bob)
    assert names(his) == ["Wished", "Plain"], "nobody is told to be a woman"
    accounts.add(NewAccount("new", PASSPHRASE, frozenset({Role.CALLER}), offers=A_WOMAN))
    assert names(his) == ["Wished", "Plain"], "she has never signed in"
    accounts.set_offers(anna.staff.id, [CallerWish.WOMAN])
    assert names(his) == ["Plain", "Wished"]
    accounts.set_languages(anna.staff.id, [CallLanguage.MALAY])
    assert names(his) == ["Wished", "Plain"], "she does not speak Tamil"
    accounts.set_languages(anna.staff.id, [])
    accounts.disable(anna.staff.id)
    assert names(his) == ["Wished", "Plain"]


def test_a_language_that_nobody_speaks_is_asked_of_everybody(
    clinic: Clinic, accounts: AccountsDesk
) -> None:
    anna = clinic.add_staff("anna", Role.CALLER)
    accounts.set_languages(anna.staff.id, [CallLanguage.MALAY])
    ask(clinic)
    clinic.clock.move(hours=-2)  # in the morning that was asked for
    desk = clinic.access.callback_desk(clinic.fresh(anna))
    assert CallLanguage.TAMIL not in desk.worklist().speaks, "the manager speaks every language"
    accounts.set_languages(clinic.manager.staff.id, [CallLanguage.ENGLISH])
    shown = desk.worklist()
    assert shown.speaks >= {CallLanguage.MALAY, CallLanguage.TAMIL}
    assert CallLanguage.ENGLISH not in shown.speaks
    assert matches_filter(shown.rows[0], WorklistFilter(WorklistPart.CALL_NOW), shown.speaks)


@pytest.mark.central(full=True)
def test_no_wish_stands_in_clear_and_the_longest_fit(clinic: Clinic) -> None:
    topics = {f"about_{letter * 16}" for letter in "abcdef"}
    draft = replace(
        clinic.draft('"' * 80), wishes=frozenset({*Wish, *topics}), phone="+123456789012345"
    )
    clinic.visitor.request_callback(draft)
    everything = [
        str(value)
        for column in ("call_language", "windows", "ui_language", "consent_version", "ref")
        for value in clinic.column(f"SELECT {column} FROM callback_request")  # noqa: S608 - ours
    ]
    (sealed,) = clinic.column("SELECT sealed FROM callback_request")
    assert b"interpreter" not in bytes(sealed)
    assert not any("interpreter" in value or "about_" in value for value in everything)
    (row,) = clinic.callbacks.worklist().rows
    assert set(row.request.wishes) == draft.wishes


@pytest.mark.own_file
def test_a_request_of_before_wishes_and_one_of_a_later_version_are_read(clinic: Clinic) -> None:
    ask(clinic, "Before")
    wish(clinic, "Later", "whispering", "about_gone", Wish.TEXT)
    found = {row.request.preferred_name: row.request for row in clinic.callbacks.worklist().rows}
    assert found["Before"].wishes == ()
    assert found["Later"].wishes == ("about_gone", "text", "whispering")
