"""What waits is counted as its own screen counts it, and nothing is opened for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.health import FirstStep
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.retention import RetentionHold
from kiosk.domain.staff import Role
from kiosk.errors import SetupError, SignedOut, StoreFull
from kiosk.usecases.menu_desk import MenuDesk, MenuNews
from kiosk.usecases.staff_desk import SignedIn
from tests.support import facts
from tests.support.desks import Clinic
from tests.support.helplines import helplines_text

pytestmark = pytest.mark.central


def desk(clinic: Clinic, who: SignedIn | None = None) -> MenuDesk:
    return clinic.access.menu_desk(clinic.fresh(who or clinic.manager))


def news(clinic: Clinic, who: SignedIn | None = None) -> MenuNews:
    return desk(clinic, who).news()


def ask(clinic: Clinic) -> UUID:
    draft = clinic.draft()
    clinic.visitor.request_callback(draft)
    return draft.id


def furnish(clinic: Clinic) -> None:
    """Keep a request in every state that decides whether it is to be called."""
    soon = clinic.clock.at + timedelta(minutes=30)

    def done(*steps: tuple[EventKind, str, datetime | None, UUID | None]) -> UUID:
        request = ask(clinic)
        for number, (kind, outcome, until, who) in enumerate(steps, 1):
            facts.event(clinic, request, number, kind, outcome or None, until=until, by=who)
        return request

    ask(clinic)
    other = clinic.add_staff("lim", Role.CALLER).staff.id
    done((EventKind.CLAIMED, "", soon, None))
    done((EventKind.CLAIMED, "", soon, other))
    done((EventKind.ATTEMPT, AttemptResult.NO_ANSWER, None, None))
    done((EventKind.ATTEMPT, AttemptResult.TEXT_SENT, None, None))
    done((EventKind.ATTEMPT, AttemptResult.CALL_LATER, soon, None))
    done((EventKind.HELD, "", soon, None))
    done((EventKind.CLOSED, "declined", None, None))
    done((EventKind.CLOSED, "declined", None, None), (EventKind.REOPENED, "", None, None))
    done((EventKind.MERGED, "", None, None))
    done((EventKind.ATTEMPT, AttemptResult.REACHED_SELF, None, None))
    clinic.visitor.withdraw_by_slip(clinic.visitor.request_callback(clinic.draft()).slip_digits)
    facts.event(clinic, ask(clinic), 1, EventKind.HANDED_OVER, whom=other)
    later = clinic.visitor.request_callback(clinic.draft()).slip_digits
    clinic.visitor.retime_by_slip(later, {Window.SATURDAY_MORNING}, None)
    draft = clinic.draft()
    moved = clinic.visitor.request_callback(draft).slip_digits
    clinic.visitor.retime_by_slip(moved, {Window.SATURDAY_MORNING}, None)
    into, last = ask(clinic), ask(clinic)
    facts.event(clinic, draft.id, 1, EventKind.MERGED, other=into)
    facts.event(clinic, into, 1, EventKind.MERGED, other=last)
    undone = ask(clinic)
    closing = facts.event(clinic, undone, 1, EventKind.CLOSED, "declined")
    facts.event(clinic, undone, 2, EventKind.UNDONE, other=closing)


def test_what_is_to_be_called_is_counted_as_the_list_counts_it(clinic: Clinic) -> None:
    furnish(clinic)
    seen = set()
    for _ in range(8):
        counts, told = clinic.callbacks.worklist().counts, news(clinic).callbacks
        assert told is not None
        assert (told.open, told.call_now) == (counts.open, counts.call_now)
        seen.add(told.call_now)
        clinic.clock.move(hours=3)
    assert seen == {0, 1, 9}


def test_nothing_is_opened_for_it(clinic: Clinic) -> None:
    ask(clinic)
    before = clinic.count("audit_event")
    found = news(clinic)
    assert found.callbacks is not None
    assert found.callbacks.open == 1
    assert clinic.count("audit_event") == before


def test_everybody_hears_of_their_own_places(clinic: Clinic) -> None:
    clinic.add_session(starts=-20)
    caller = news(clinic, clinic.add_staff("lim", Role.CALLER))
    assert (caller.callbacks is None, caller.sessions, caller.anomalies) == (False, None, None)
    assert (caller.machines, caller.retention, caller.first_hour.open) == (None, None, ())
    leader = news(clinic, clinic.add_staff("fay", Role.FACILITATOR))
    assert (leader.callbacks, leader.anomalies, leader.machines) == (None, 0, None)
    assert leader.sessions is not None
    assert [stage for stage, _ in leader.sessions] == ["running"]
    manager = news(clinic, clinic.add_staff("max", Role.MANAGER))
    assert (manager.callbacks, manager.sessions, manager.anomalies) == (None, None, 0)
    assert manager.retention is not None
    assert manager.retention.hold is RetentionHold.NOT_AGREED


def test_a_list_that_was_closed_waits_no_more(clinic: Clinic) -> None:
    session = clinic.add_session(starts=-90)
    assert [stage for stage, _ in news(clinic).sessions or ()] == ["ended"]
    clinic.roster.reconcile(session.id, 0)
    assert [stage for stage, _ in news(clinic).sessions or ()] == ["reconciled"]


def test_odd_records_are_those_that_need_a_person(clinic: Clinic) -> None:
    digits = clinic.passes.issue_pass("Mei", "en").digits
    right = clinic.clock.at
    clinic.clock.at = right - timedelta(days=20_000)
    clinic.visitor.check_in(digits)
    clinic.clock.at = right
    assert news(clinic).anomalies == 1


def test_who_may_no_longer_work_here_hears_nothing(clinic: Clinic) -> None:
    open_desk = desk(clinic, clinic.add_staff("lim", Role.CALLER))
    (account,) = (
        one.id
        for one in clinic.access.accounts_desk(clinic.manager).accounts()
        if one.login == "lim"
    )
    clinic.access.accounts_desk(clinic.manager).disable(account)
    with pytest.raises(SignedOut):
        open_desk.news()


STEPS: dict[FirstStep, Callable[[Clinic], object]] = {
    FirstStep.GROUP: lambda clinic: clinic.add_session(),
    FirstStep.COLLEAGUE: lambda clinic: clinic.add_staff("lim", Role.CALLER),
    FirstStep.HELPLINES: lambda clinic: rung(clinic),
    FirstStep.TEST_CARD: lambda clinic: clinic.visitor.check_in(
        encode(CodeKind.TEST_CARD, bytes(16))
    ),
    FirstStep.TEST_CALL: lambda clinic: facts.event(
        clinic, ask(clinic), 1, EventKind.ATTEMPT, AttemptResult.NO_ANSWER
    ),
}


def rung(clinic: Clinic) -> None:
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    oversight.confirm_helplines(oversight.helplines())


def test_the_first_hour_is_ticked_by_what_was_done(clinic: Clinic, tmp_path: Path) -> None:
    assert news(clinic).first_hour.open == tuple(FirstStep)
    left = list(FirstStep)
    for step, do in STEPS.items():
        do(clinic)
        left.remove(step)
        if step is FirstStep.GROUP:
            left.remove(FirstStep.SESSION)
        assert news(clinic).first_hour.open == tuple(left)
    assert left == [FirstStep.BOOKLETS]
    clinic.take_home = tmp_path / "take-home.toml"
    clinic.take_home.write_text('[[item]]\ntitle = "One"\nurl = "https://a.org/1"\n')
    assert news(clinic).first_hour.open == ()
    assert [one.title for one in desk(clinic).booklets().items] == ["One"]


def test_a_clinic_that_wants_no_booklets_misses_none(clinic: Clinic, tmp_path: Path) -> None:
    clinic.take_home = tmp_path / "take-home.toml"
    assert FirstStep.BOOKLETS in news(clinic).first_hour.open
    clinic.take_home.write_text("")
    assert FirstStep.BOOKLETS not in news(clinic).first_hour.open


@pytest.mark.own_file
def test_the_test_card_is_kept_once_and_answered_all_the_same(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, visitor = encode(CodeKind.TEST_CARD, bytes(16)), clinic.visitor
    before = clinic.count("audit_event")

    def full() -> None:
        raise StoreFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(clinic.store, "write", full)
        answer = visitor.check_in(card)
    assert clinic.count("audit_event") == before
    for _ in range(3):
        assert visitor.check_in(card) == answer
    assert clinic.count("audit_event") == before + 1


def test_who_rang_the_helplines_is_kept_and_every_kiosk_is_told(clinic: Clinic) -> None:
    oversight = clinic.access.oversight_desk(clinic.manager)
    seen = oversight.helplines()
    assert (seen.published_at, seen.published_by) == (None, "")
    clinic.clock.at = datetime.combine(
        seen.lines.verified_on + timedelta(days=100), clinic.clock.at.timetz()
    )
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    kept = oversight.confirm_helplines(seen)
    now = oversight.helplines()
    assert now.lines.lines == seen.lines.lines
    assert (now.published_at, now.published_by) == (kept.at, "manager")
    assert now.lines.verified_on == clinic.clock.at.astimezone(clinic.site.zone).date()
    assert now.lines.review_by - now.lines.verified_on == (
        seen.lines.review_by - seen.lines.verified_on
    )


def test_a_list_that_has_changed_meanwhile_is_not_taken_for_rung(clinic: Clinic) -> None:
    oversight = clinic.access.oversight_desk(clinic.manager)
    seen = oversight.helplines()
    clinic.clock.move(days=310)
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    oversight.publish_helplines(helplines_text(mindline="1772"))
    with pytest.raises(SetupError, match="has changed meanwhile"):
        oversight.confirm_helplines(seen)
