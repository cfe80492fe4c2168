"""What is entered is seen in every thread; the four deeds are done on the real apps."""

from threading import Thread

from kiosk.domain.text import clean
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.house.entering import Watch, entered, function_of, watching


def seen(watch: Watch) -> bool:
    return function_of(clean.__code__) in watch._entered


def test_a_call_is_seen_in_a_thread_that_starts_while_one_watches() -> None:
    with watching() as watch:
        thread = Thread(target=clean, args=("Mei",))
        thread.start()
        thread.join()
        assert seen(watch)


def test_nothing_is_seen_once_the_watch_is_over() -> None:
    with watching() as watch:
        pass
    clean("Mei")
    assert not seen(watch)


async def test_each_of_the_four_comes_to_its_desk_and_only_there() -> None:
    desks = (VisitorDesk.check_in, VisitorDesk.request_callback, CallbackDesk.act, CallbackDesk.act)
    methods = [function_of(method.__code__) for method in desks]
    found = await entered()
    for functions, method in zip(found.values(), methods, strict=True):
        assert functions & set(methods) == {method}
