"""When a visit ends, nothing of it is left: not on the screen, not in an object, not in memory."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from textual.dom import DOMNode

from kiosk.domain.callbacks.request import CallbackDraft, Receipt
from kiosk.ui.terminal.messages import Scanned
from kiosk.ui.visitor.screens.callback_form import CallNameScreen, CallReviewScreen
from kiosk.ui.visitor.visit import CallForm, Visit
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.support.desks import Clinic
from tests.support.invented import CODE, add_language, say
from tests.support.screens import HOME, Visitor, at_kiosk
from tests.ui.visitor.stops import form


async def by_escape(visitor: Visitor) -> None:
    await visitor.keys("escape")


async def by_tap(visitor: Visitor) -> None:
    await visitor.tap("Finish and clear")


async def by_itself(visitor: Visitor) -> None:
    await visitor.wait(61)
    await visitor.wait(31)


async def by_sending(visitor: Visitor) -> None:
    await visitor.keys("y", "escape")


ends = pytest.mark.parametrize("end", [by_escape, by_tap, by_itself, by_sending])
End = Callable[[Visitor], Awaitable[None]]


def texts_in_memory() -> str:
    """Every string of the objects that this visit is made of."""
    gc.collect()
    nodes = [one for one in gc.get_objects() if isinstance(one, Visit | CallForm | DOMNode)]
    fields = [node.value for node in nodes if isinstance(node, Field)]
    forms = [repr(node) for node in nodes if isinstance(node, Visit | CallForm)]
    return "\n".join([*fields, *forms])


async def walk_the_form(visitor: Visitor) -> list[weakref.ref[DOMNode]]:
    """Fill in the form to the read-back; return what it was shown by."""
    seen: list[weakref.ref[DOMNode]] = []
    await visitor.keys("c")
    for text, *more in (("Xanthippe", "enter"), ("81234567", "enter"), ("n",), ("n",), ("n",)):
        seen += map(weakref.ref, visitor.screen.walk_children(with_self=True))
        await visitor.type(text, *more)
    visitor.expect("Is this right?", "Xanthippe")
    seen += map(weakref.ref, visitor.screen.walk_children(with_self=True))
    return seen


@ends
async def test_nothing_of_the_form_outlives_the_visit(clinic: Clinic, end: End) -> None:
    async with at_kiosk(clinic) as visitor:
        before = "".join(visitor.lines).split()
        seen = await walk_the_form(visitor)
        visit = weakref.ref(visitor.app.context.visit.call_form().draft.windows)
        old = visitor.app.context.visit
        visitor.app._clipboard = "Xanthippe"
        await end(visitor)
        assert "".join(visitor.lines).split() == before
        assert (old.form, old.pass_text, old.reference, old.first_name) == (None, "", "", "")
        assert visitor.app.context.visit is not old
        assert visitor.app.clipboard == ""
        assert len(visitor.app.screen_stack) == 2
        del old
        gc.collect()
        assert visit() is None
        kept = [node for ref in seen if (node := ref()) is not None]
        assert kept == []
        assert "Xanthippe" not in texts_in_memory()
        assert "81234567" not in texts_in_memory()


@pytest.mark.parametrize("end", [by_escape, by_tap, by_itself])
async def test_a_field_that_was_being_typed_in_is_gone(clinic: Clinic, end: End) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Xanthippe")
        assert "Xanthippe" in texts_in_memory()
        await end(visitor)
        visitor.expect(HOME)
        assert "Xanthippe" not in texts_in_memory()


async def test_a_field_that_a_finger_was_on_is_gone(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Xanthippe")
        await visitor.tap("Xanthippe")
        await by_itself(visitor)
        visitor.expect(HOME)
        # A key of whoever comes next, so that what the keys hold is not meant here.
        await visitor.keys("x")
        assert "Xanthippe" not in texts_in_memory()


async def test_the_language_of_a_pass_ends_with_its_visit(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_language(tmp_path / "texts", monkeypatch)
    clinic.add_session()
    unknown, known = (clinic.passes.issue_pass("王小明", code).digits for code in ("tlh", CODE))
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(unknown)
        assert visitor.app.context.visit.texts.language == "en"
        await visitor.wait(9)
        await visitor.scan(known)
        visitor.expect(say("✓  Welcome, {name}").format(name="王小明"))
        await visitor.wait(9)
        visitor.expect(HOME)
        assert visitor.app.context.visit.texts.language == "en"


async def test_the_look_and_the_language_go_back(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("l")
        await visitor.tap("Change the colours")
        visitor.app.context.visit.texts.language = "xx"
        assert visitor.app.theme == "night"
        await visitor.keys("b", "c")
        assert visitor.app.theme == "night"
        await visitor.keys("escape")
        visitor.expect(HOME)
        assert (visitor.app.theme, visitor.app.context.visit.theme) == ("calm", "calm")
        assert visitor.app.context.visit.texts.language == "en"


async def test_the_next_request_has_ids_of_its_own(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen, "y", "escape")(visitor, clinic)
        await form(CallReviewScreen, "y", "escape")(visitor, clinic)
    assert clinic.count("callback_request") == 2


async def test_a_typed_reference_and_a_typed_first_name_are_gone(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("w")
        await visitor.type("7K4Q-FM", "escape", "w")
        visitor.expect("Or type its code")
        assert visitor.screen.query_one(Field).value == ""
        await visitor.keys("escape", "g", "enter", "g")
        await visitor.type("Xanthippe", "escape", "g", "enter", "g")
        visitor.expect("What is your first name?")
        visitor.expect_not("Xanthippe")


async def test_an_answer_that_comes_late_reaches_nobody(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody sends and leaves before the disk has answered."""
    real = VisitorDesk.request_callback
    asked, answers, answered = threading.Event(), threading.Event(), threading.Event()

    def answer_late(desk: VisitorDesk, draft: CallbackDraft) -> Receipt:
        asked.set()
        assert answers.wait(10)
        receipt = real(desk, draft)
        answered.set()
        return receipt

    monkeypatch.setattr(VisitorDesk, "request_callback", answer_late)
    wait = partial(asyncio.get_running_loop().run_in_executor, None)
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        await visitor.sends("y")
        assert await wait(asked.wait, 10)
        await visitor.sends("escape")
        await visitor.until(HOME, 10)
        answers.set()
        assert await wait(answered.wait, 10)
        await visitor.settle()
        visitor.expect(HOME)
        visitor.expect_not("We have your request")
        assert not visitor.app.navigation.is_busy
    assert clinic.count("callback_request") == 1


async def test_a_scan_answered_after_the_end_is_shown_without_the_old_form(
    clinic: Clinic,
) -> None:
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    async with at_kiosk(clinic) as visitor:
        await form(CallNameScreen)(visitor, clinic)
        visitor.app.post_message(Scanned(digits))
        await visitor.at_once("escape")
        visitor.expect_not("Back to my form", "What should we call you?")
        assert visitor.app.context.visit.form is None
