"""A visitor's wishes as a caller reads them: in the row, on the request, with what may be said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.state import RequestStatus
from kiosk.domain.callbacks.wishes import CallerWish, Wish, with_wishes
from kiosk.domain.staff import Role
from kiosk.presentation.wishes import format_short_wishes, format_wish, topic_options, wish_options
from kiosk.ui.desk.callbacks.text import describe_request, describe_safety, format_state
from kiosk.ui.desk.callbacks.worklist import WorklistScreen
from tests.support.desks import NOON, Clinic
from tests.support.deskscreens import at_desk
from tests.support.rows import row
from tests.support.screens import OFFERED
from tests.ui.desk.callbacks.test_worklist import current

TOPICS = OFFERED.topics
ZONE = ZoneInfo("Asia/Singapore")


def told(**fields: Any) -> dict[str, str]:
    return dict(describe_request(row(**fields), NOON, ZONE, TOPICS))


def test_a_wish_is_told_in_words_and_an_unknown_one_by_its_code() -> None:
    assert format_wish("woman") == "to speak with a woman"
    assert format_wish("about_groups", TOPICS) == "about: Groups"
    assert format_wish("about_gone", TOPICS) == "about_gone"
    codes = ("about_gone", "about_groups", "carer", "interpreter", "woman")
    assert format_short_wishes(codes, TOPICS) == "interpreter, woman, carer, about_gone, Groups"
    assert format_short_wishes(()) == ""


def test_a_form_of_staff_offers_what_a_visitor_can_wish_for() -> None:
    options = (*wish_options(OFFERED), *topic_options(OFFERED))
    assert [code for code, _ in options] == [*Wish, *(topic.code for topic in TOPICS)]
    assert len({words for _, words in options}) == len(options)


def test_an_interpreter_stands_beside_the_language_and_wishes_on_a_line() -> None:
    found = told(wishes=("about_work_study", "carer", "interpreter", "text", "woman"))
    assert found["Language"] == "Mandarin, with an interpreter"
    assert found["Wishes"] == (
        "to speak with a woman; for somebody they care for; about: Work or study"
    )
    assert "Wishes" not in told()
    assert "Wishes" not in told(wishes=("interpreter", "text"))


def test_a_colleagues_call_says_until_when_it_is_theirs() -> None:
    found = told(wishes=("man",), for_another_until=NOON + timedelta(hours=5))
    assert found["Wishes"] == "to speak with a man (rather a colleague's until 17:00)"


def test_a_text_rather_than_a_ring_stands_with_what_may_be_said() -> None:
    lines = describe_safety(row(wishes=("text",), message_policy="text_ok"))
    place = lines.index("They would rather get a text than a ring.")
    assert lines[place + 1] == "One text: first name and number only. No voicemail."
    assert not any("rather" in line for line in describe_safety(row(wishes=("woman",))))


@pytest.mark.parametrize(
    ("wishes", "state"),
    [
        (("woman",), "rather a woman"),
        (("man", "text"), "rather a man"),
        (("text",), "rather a text"),
        (("carer", "interpreter"), "new, interpreter, carer"),
        (("about_groups", "carer"), "new, carer"),
        (("man", "woman"), "new"),
    ],
)
def test_the_state_of_a_new_request_says_who_or_what_is_rather_wanted(
    wishes: tuple[str, ...], state: str
) -> None:
    assert format_state(row(wishes=wishes), NOON, ZONE) == state
    assert format_state(row(wishes=wishes, holder="ann"), NOON, ZONE) == "with ann"
    done = row(wishes=wishes, status=RequestStatus.REACHED)
    assert format_state(done, NOON, ZONE) == "spoken to"


@pytest.mark.parametrize("size", [(56, 16), (80, 24), (120, 40)], ids=str)
async def test_a_wish_is_read_in_the_list_and_on_the_request(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    anna, _bob = (clinic.add_staff(login, Role.CALLER) for login in ("anna", "bob"))
    accounts = clinic.access.accounts_desk(clinic.fresh(clinic.manager))
    accounts.set_offers(anna.staff.id, [CallerWish.WOMAN])
    asked = {
        "Wished": {Wish.WOMAN, Wish.TEXT, Wish.INTERPRETER, "about_groups"},
        "Plain": set[str](),
    }
    for name, wishes in asked.items():
        draft = replace(clinic.draft(name), windows=frozenset({Window.ANY}))
        clinic.visitor.request_callback(with_wishes(draft, wishes))
        clinic.clock.move(minutes=1)
    async with at_desk(clinic, "bob", size=size) as colleague:
        colleague.expect("rather a woman")
        assert current(colleague) == "Plain"
        assert isinstance(colleague.screen, WorklistScreen)
        rows = colleague.screen._view.rows
        assert [one.request.preferred_name for one in rows] == ["Plain", "Wished"]
        if size == (120, 40):
            colleague.expect("Wishes", "interpreter,")
        await colleague.keys("down", "enter")
        colleague.expect("They would rather get a text than a ring.")
        colleague.expect("with an interpreter", "to speak with a woman", "about: Groups")
        colleague.expect("rather a colleague's until Wed 4 Mar")
    async with at_desk(clinic, "anna", size=size) as colleague:
        assert current(colleague) == "Wished"
        await colleague.keys("enter")
        colleague.expect("to speak with a woman")
        colleague.expect_not("colleague")
