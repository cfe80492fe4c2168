"""At a centre a slip tells at every kiosk what staff did, and nobody else can read it."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from hashlib import blake2b

import pytest
from sqlalchemy import text

from kiosk.domain.callbacks.actions import Action, Attempt, Claim, Close, Merge
from kiosk.domain.callbacks.request import CallbackDraft, Window
from kiosk.domain.callbacks.slips import CentralSlip, HalfDay, RequestPhase, SlipNews, SlipState
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.callbacks.waiting_times import MeasuredWait
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart, WorkRow, matches_filter
from kiosk.domain.passes import CodeKind, derive_news_ticket, encode
from kiosk.domain.person.data import Corrected
from kiosk.records.central.connection import Address
from kiosk.records.central.news import ask_news
from kiosk.sync.pull import pull_all
from kiosk.usecases.callbacks.submission import news_ticket
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import NEWS_BOX_BYTES, unlock_news
from tests.support.calls import do
from tests.support.central_clinics import KioskBeside, kiosk_beside
from tests.support.centres import Centre
from tests.support.desks import Clinic
from tests.support.distance import Line
from tests.support.screens import at_kiosk, side_of
from tests.usecases.on_central.test_long_line import MOST, far, line, trips

__all__ = ["far", "line"]

MONDAY_PM = HalfDay(date(2026, 3, 2), afternoon=True)
TUESDAY_PM = HalfDay(date(2026, 3, 3), afternoon=True)


@pytest.fixture
def other(clinic: Clinic, centre: Centre) -> Iterator[KioskBeside]:
    """Another kiosk of the same clinic."""
    with kiosk_beside(clinic, centre, "9D") as kiosk:
        yield kiosk


def sent(kiosk: KioskBeside) -> tuple[CallbackDraft, str]:
    """Ask for a call at a kiosk and send it; return the draft and its slip."""
    draft = kiosk.clinic.draft()
    kiosk.clinic.visitor.request_callback(draft)
    kiosk.send()
    return draft, encode(CodeKind.SLIP, draft.slip_secret)


def address_of(kiosk: KioskBeside) -> Address:
    """Return what a kiosk's link says, its password too."""
    url = kiosk.remote._engine.url
    password = str(url.password or "")
    return Address(url.host or "", url.port or 0, url.database or "", url.username or "", password)


def asked(kiosk: KioskBeside, digits: str) -> CentralSlip | None:
    """Ask the centre as the bootstrap of a kiosk does."""
    ticket = news_ticket(digits)
    assert ticket is not None
    return ask_news(address_of(kiosk), ticket, 3.0)


def shown(kiosk: KioskBeside, digits: str) -> SlipNews:
    """Show a slip at a kiosk whose centre is there."""
    return kiosk.clinic.visitor.slip_state(digits, asked(kiosk, digits)).news


def test_what_staff_do_is_told_at_every_kiosk(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    assert other.clinic.visitor.slip_state(digits).phase is RequestPhase.NOT_KNOWN
    assert shown(other, digits) == SlipNews(RequestPhase.WITH_CLINIC)
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    assert shown(other, digits) == SlipNews(RequestPhase.MISSED, MONDAY_PM, TUESDAY_PM)
    assert shown(kiosk, digits) == shown(other, digits)
    clinic.clock.move(days=2)
    assert shown(other, digits) == SlipNews(RequestPhase.MISSED, MONDAY_PM)
    do(clinic.callbacks, draft.id, Claim(), Close(Outcome.GROUP_JOINED))
    assert shown(other, digits).phase is RequestPhase.DONE


def test_a_slip_that_nobody_knows_leaves_nothing(clinic: Clinic, other: KioskBeside) -> None:
    digits = encode(CodeKind.SLIP, b"another clinic's")
    assert asked(other, digits) is None
    state = other.clinic.visitor.slip_state(digits, None)
    assert state == SlipState(SlipNews(RequestPhase.NOT_KNOWN), digits)
    assert other.clinic.visitor.withdraw_by_slip(digits, None) == state
    assert other.clinic.visitor.retime_by_slip(digits, {Window.ANY}, None, None) == state
    assert other.clinic.count("outbox") == 0


def test_other_times_chosen_elsewhere_reach_the_caller(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    central, desk = asked(other, digits), clinic.callbacks
    (row,) = desk.worklist().rows
    evening, wednesday = {Window.WEEKDAY_EVENING}, date(2026, 3, 4)
    clinic.clock.move(hours=1)
    for _ in range(2):
        other.clinic.visitor.retime_by_slip(digits, evening, wednesday, central)
    assert other.clinic.count("callback_retiming") == 1
    assert not shown(kiosk, digits).moved
    other.send()
    assert shown(kiosk, digits) == SlipNews(RequestPhase.WITH_CLINIC, moved=True)
    (row,) = desk.worklist().rows
    assert row.request.windows == ("weekday_late",)
    assert (row.request.not_before, row.request.retimed_at) == (wednesday, clinic.clock.at)
    assert row.schedule.next_at is not None
    assert row.schedule.next_at.astimezone(clinic.site.zone).date() == wednesday
    assert desk.row(draft.id) == clinic.callbacks.row(draft.id) == row
    (entry,) = desk.history(draft.id)
    assert (entry.kind, entry.outcome, entry.by) == ("retimed_by_slip", "weekday_late", "")
    clinic.clock.move(minutes=1)
    do(desk, draft.id, Claim())
    assert shown(kiosk, digits).moved
    do(desk, draft.id, Attempt(AttemptResult.NO_ANSWER))
    told = shown(kiosk, digits)
    assert (told.phase, told.moved) == (RequestPhase.MISSED, False)


def test_another_time_than_the_booked_one_waits_for_staff(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    desk = clinic.callbacks
    do(desk, draft.id, Claim(), Attempt(AttemptResult.REACHED_SELF), Close(Outcome.SESSION_BOOKED))
    assert shown(other, digits).phase is RequestPhase.BOOKED
    clinic.clock.move(hours=1)
    other.clinic.visitor.retime_by_slip(digits, {Window.ANY}, None, asked(other, digits))
    other.send()
    (row,) = desk.worklist().rows
    assert row.wants_other_time
    assert matches_filter(row, WorklistFilter(WorklistPart.NOTED))
    assert shown(other, digits).phase is RequestPhase.BOOKED


def test_what_was_taken_back_elsewhere_is_told_at_once_and_by_all(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.BUSY))
    taken = other.clinic.visitor.withdraw_by_slip(digits, asked(other, digits))
    assert taken.news == SlipNews(RequestPhase.WITHDRAWN, MONDAY_PM)
    assert shown(other, digits).phase is RequestPhase.WITHDRAWN
    assert shown(kiosk, digits).phase is RequestPhase.MISSED
    other.send()
    assert shown(kiosk, digits).phase is RequestPhase.WITHDRAWN
    assert clinic.callbacks.worklist().rows[0].state.by_slip


def test_a_duplicate_tells_of_what_it_was_merged_into(clinic: Clinic, kiosk: KioskBeside) -> None:
    (first, _), (second, digits) = sent(kiosk), sent(kiosk)
    desk = clinic.callbacks
    desk.worklist()
    do(desk, second.id, Claim(), Merge(first.id))
    assert shown(kiosk, digits).phase is RequestPhase.WITH_CLINIC
    desk.worklist()
    do(desk, first.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    assert shown(kiosk, digits).phase is RequestPhase.MISSED
    clinic.clock.move(hours=1)
    kiosk.clinic.visitor.retime_by_slip(digits, {Window.SATURDAY_MORNING}, None)
    kiosk.send()
    windows = {row.request.id: row.request.windows for row in desk.worklist().rows}
    assert windows[first.id] == ("saturday_am",)


def test_all_boxes_look_alike_and_open_by_their_own_slip_alone(
    clinic: Clinic, kiosk: KioskBeside
) -> None:
    (first, one), (second, two) = sent(kiosk), sent(kiosk)
    do(clinic.callbacks, first.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    do(clinic.callbacks, second.id, Claim(), Close(Outcome.NO_CAPACITY))
    assert clinic.owner is not None
    with clinic.owner.begin() as owner:
        boxes = owner.execute(text("SELECT box FROM slip_box")).scalars().all()
        assert [len(box) for box in boxes] == [NEWS_BOX_BYTES] * 2
        owner.execute(
            text(
                "UPDATE slip_box SET box = (SELECT box FROM slip_box WHERE request_id = :first)"
                " WHERE request_id = :second"
            ),
            {"first": first.id, "second": second.id},
        )
    assert shown(kiosk, one).phase is RequestPhase.MISSED
    assert shown(kiosk, two).phase is RequestPhase.WITH_CLINIC


def test_a_stolen_kiosk_with_its_password_and_its_disk_opens_nothing(
    clinic: Clinic, kiosk: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    columns = ("id", "slip_lookup", "ticket_hash", "news_key", "sealed")
    found = [kiosk.clinic.column(f"SELECT {one} FROM callback_request")[0] for one in columns]  # noqa: S608
    # Also what one could make of them as a kiosk makes a ticket of a secret.
    made = [derive_news_ticket(value[:16]) for value in found]
    address = address_of(kiosk)
    assert [ask_news(address, value, 3.0) for value in (*found, *made)] == [None] * 10
    whole = asked(kiosk, digits)
    assert whole is not None
    assert whole.box is not None
    for value in found:
        key = PrivateSealingKey(blake2b(value, digest_size=32).digest())
        assert unlock_news(whole.box, key, draft.id) is None
        assert unlock_news(whole.box, PrivateSealingKey(value[:32].ljust(32)), draft.id) is None


def test_a_request_of_an_older_kiosk_says_what_it_said_before(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    clinic.bend("UPDATE callback_request SET ticket_hash = NULL")
    do(clinic.callbacks, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    assert asked(kiosk, digits) is None
    assert kiosk.clinic.visitor.slip_state(digits).phase is RequestPhase.WITH_CLINIC
    assert other.clinic.visitor.slip_state(digits).phase is RequestPhase.NOT_KNOWN


def test_the_news_go_with_their_request(clinic: Clinic, kiosk: KioskBeside) -> None:
    draft, digits = sent(kiosk)
    kiosk.clinic.visitor.retime_by_slip(digits, {Window.ANY}, None)
    kiosk.send()
    do(clinic.callbacks, draft.id, Claim(), Close(Outcome.DECLINED))
    clinic.bend("UPDATE site SET founded_at = founded_at - interval '900 days'")
    clinic.bend("UPDATE callback_request SET created_at = created_at - interval '900 days'")
    clinic.bend("UPDATE callback_event SET at = at - interval '900 days'")
    clinic.bend("UPDATE callback_retiming SET at = at - interval '900 days'")
    clinic.bend("UPDATE site SET founded_at = founded_at - interval '900 days'")
    done = clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    assert done.requests == 1
    assert clinic.owner is not None
    with clinic.owner.begin() as owner:
        for name in ("callback_request", "callback_retiming", "slip_box"):
            assert owner.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0  # noqa: S608
    assert asked(kiosk, digits) is None


def test_a_desk_publishes_once_a_day_how_long_people_waited(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    desk, drafts = clinic.callbacks, [sent(kiosk)[0] for _ in range(4)]
    for draft in drafts:
        do(desk, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    desk.worklist()

    def told() -> MeasuredWait | None:
        pull_all(other.clinic.store, other.remote, clinic.site.site_id)
        return other.clinic.visitor.lately_waited()

    with other.clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql(
            "UPDATE sync_state SET contact_at = '2026-03-01 00:00:00.000000'"
        )
    assert told() is None
    fifth, _ = sent(kiosk)
    clinic.clock.move(days=1)
    do(clinic.callbacks, fifth.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    clinic.callbacks.worklist()
    assert told() == MeasuredWait(1, 2, clinic.clock.at)
    again = clinic.clock.at
    clinic.clock.move(hours=1)
    clinic.callbacks.worklist()
    assert told() == MeasuredWait(1, 2, again)
    clinic.clock.move(days=7)
    assert told() is None


def test_acting_takes_no_more_ways_to_the_centre(
    clinic: Clinic, kiosk: KioskBeside, far: Clinic, line: Line
) -> None:
    draft, digits = sent(kiosk)
    desk = far.callbacks
    desk.worklist()

    def act(action: Action) -> int:
        row = desk.row(draft.id)
        assert isinstance(row, WorkRow)
        return trips(line, lambda: desk.act(draft.id, row.state.revision, action))

    act(Claim())
    told = act(Attempt(AttemptResult.NO_ANSWER))
    assert shown(kiosk, digits).phase is RequestPhase.MISSED
    act(Claim())
    clinic.bend("UPDATE callback_request SET news_key = 'no key'")
    act(Claim())
    assert told == act(Attempt(AttemptResult.REACHED_SELF)) <= MOST
    assert shown(kiosk, digits).phase is RequestPhase.MISSED


async def test_the_whole_way_through_the_screens_of_two_kiosks(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    draft, digits = sent(kiosk)
    desk = clinic.callbacks
    do(desk, draft.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    side = partial(side_of, other.clinic, ask_central=partial(asked, other))
    async with at_kiosk(other.clinic, boot=side) as visitor:
        await visitor.scan(digits)
        visitor.expect("We rang on Monday afternoon and could not reach you.")
        visitor.expect("We try again by Tuesday.")
        await visitor.keys("a")
        await visitor.tap("Weekdays, 4 to 6")
        clinic.clock.move(minutes=1)
        await visitor.keys("k")
        visitor.expect("We ring you at the times that suit you.")
        other.send()
        await visitor.keys("escape")
        visitor.seconds.at += 6
        await visitor.scan(digits)
        visitor.expect("We ring you at the times that you chose.")
    (row,) = desk.worklist().rows
    assert row.request.windows == ("weekday_late",)
    clinic.clock.move(hours=4)
    assert desk.worklist().rows[0].schedule.call_now
    do(desk, draft.id, Claim(), Attempt(AttemptResult.REACHED_SELF), Close(Outcome.SESSION_BOOKED))
    async with at_kiosk(
        kiosk.clinic, boot=partial(side_of, kiosk.clinic, ask_central=partial(asked, kiosk))
    ) as v:
        await v.scan(digits)
        v.expect("A talk is booked for you.", "A Another time")
        v.expect_not("Withdraw it", "Mei", "8123")


def test_what_a_kiosk_sent_is_corrected_and_its_slip_tells_of_the_corrected_request(
    clinic: Clinic, kiosk: KioskBeside, other: KioskBeside
) -> None:
    clinic.bend("DROP POLICY visitors_here ON callback_request")
    draft, digits = sent(kiosk)
    people = clinic.access.person_desk(clinic.fresh(clinic.manager))
    assert isinstance(people.correct_request(draft.id, "Mei", "+6590001112"), Corrected)
    desk = clinic.callbacks
    (row,) = [one for one in desk.worklist().rows if one.state.open]
    entered = (row.request.origin.source, row.request.origin.entered_by, row.entered_by)
    assert entered == ("counter", clinic.manager.staff.id, clinic.manager.staff.login)
    do(desk, row.request.id, Claim(), Attempt(AttemptResult.NO_ANSWER))
    assert shown(other, digits).phase is RequestPhase.MISSED
