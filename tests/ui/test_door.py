"""The door from the screens to the desks."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from operator import methodcaller

import pytest

from kiosk.errors import SetupError, StoreFull
from kiosk.ui.door import Door, Trouble

SECRET = "Xanthippe"


class Desk:
    """Something to ask."""

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def answer(self, text: str) -> str:
        self.threads.add(threading.get_ident())
        return text.upper()

    def fail(self, error: Exception) -> str:
        raise error


@pytest.fixture
def door() -> Iterator[Door[Desk]]:
    door = Door(Desk)
    yield door
    door.close()


async def test_questions_are_answered_in_order_in_one_other_thread(door: Door[Desk]) -> None:
    answers = await asyncio.gather(*(door.ask(methodcaller("answer", text)) for text in "abc"))
    assert answers == ["A", "B", "C"]
    threads = await door.ask(lambda desk: desk.threads)
    assert isinstance(threads, set)
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_the_desks_are_opened_once_by_the_first_question() -> None:
    opened: list[int] = []

    def boot() -> Desk:
        opened.append(threading.get_ident())
        return Desk()

    door = Door(boot)
    assert opened == []
    await asyncio.gather(*(door.ask(lambda desk: desk.answer("x")) for _ in range(5)))
    door.close()
    assert len(opened) == 1
    assert opened[0] != threading.get_ident()


async def test_a_slow_question_does_not_stop_the_event_loop(door: Door[Desk]) -> None:
    gate = threading.Event()
    waiting = asyncio.ensure_future(door.ask(lambda _desk: gate.wait(10)))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    assert await waiting is True


@pytest.mark.parametrize(
    ("error", "for_staff"),
    [
        (StoreFull("The disk is full; make room."), "The disk is full; make room."),
        (ValueError(SECRET), "ValueError at test_door.py:"),
        (KeyError(SECRET), "KeyError at test_door.py:"),
    ],
)
async def test_an_error_becomes_a_sentence_without_values(
    door: Door[Desk], caplog: pytest.LogCaptureFixture, error: Exception, for_staff: str
) -> None:
    answer = await door.ask(lambda desk: desk.fail(error))
    assert isinstance(answer, Trouble)
    assert answer.for_staff.startswith(for_staff)
    assert SECRET not in answer.for_staff + caplog.text
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.ERROR, None)
    assert type(error).__name__ in record.getMessage()
    assert ":fail" in record.getMessage()


async def test_after_trouble_the_next_question_is_answered(door: Door[Desk]) -> None:
    assert isinstance(await door.ask(lambda desk: desk.fail(OSError())), Trouble)
    assert await door.ask(lambda desk: desk.answer("x")) == "X"


async def test_desks_that_did_not_open_are_tried_again_by_the_next_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[int] = []

    def boot() -> Desk:
        tries.append(1)
        if len(tries) < 4:
            raise SetupError("Run kiosk init.")
        return Desk()

    door = Door(boot)
    for _ in range(3):
        assert await door.ask(lambda desk: desk.answer("x")) == Trouble("Run kiosk init.")
    assert await door.ask(lambda desk: desk.answer("x")) == "X"
    assert await door.ask(lambda desk: desk.answer("y")) == "Y"
    door.close()
    assert len(tries) == 4
    assert len(caplog.records) == 1


async def test_the_same_trouble_is_logged_anew_after_an_answer(
    door: Door[Desk], caplog: pytest.LogCaptureFixture
) -> None:
    for error in (OSError(), OSError(), ValueError(), None, ValueError()):
        if error is None:
            await door.ask(lambda desk: desk.answer("x"))
        else:
            await door.ask(methodcaller("fail", error))
    kinds = [record.getMessage().split()[2] for record in caplog.records]
    assert kinds == ["OSError", "ValueError", "ValueError"]


async def test_closing_lets_the_question_under_way_finish() -> None:
    door, began, finished = Door(Desk), threading.Event(), threading.Event()

    def slow(_desk: Desk) -> None:
        began.set()
        finished.set()

    answer = asyncio.ensure_future(door.ask(slow))
    await asyncio.get_running_loop().run_in_executor(None, began.wait, 10)
    door.close()
    assert finished.is_set()
    assert await answer is None


async def test_a_question_aside_holds_up_nobody(door: Door[Desk]) -> None:
    go_on = threading.Event()

    def slow(desk: Desk) -> str:
        go_on.wait(10)
        return desk.answer("late")

    aside = asyncio.ensure_future(door.ask_aside(slow, 10))
    assert await door.ask(methodcaller("answer", "a")) == "A"
    assert not aside.done()
    go_on.set()
    assert await aside == "LATE"
    assert len(await door.ask(lambda desk: desk.threads)) == 2  # type: ignore[arg-type]


async def test_a_question_aside_is_given_up_in_time(door: Door[Desk]) -> None:
    go_on = threading.Event()
    assert await door.ask_aside(lambda _: go_on.wait(10), 0.01) == Trouble(
        "The centre has not answered in time."
    )
    go_on.set()
    answer = await door.ask_aside(methodcaller("fail", StoreFull("The disk is full.")), 10)
    assert answer == Trouble("The disk is full.")
