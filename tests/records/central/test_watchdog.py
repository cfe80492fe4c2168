"""A centre that takes all and answers nothing costs a known time, wherever it falls silent."""

import contextlib
import os
import select
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from kiosk.errors import StoreAway
from kiosk.records.central import connection as engines
from kiosk.records.central import store as stores
from kiosk.records.central.connection import Watch, central_engine, translated, watched
from kiosk.records.central.store import CentralStore
from tests.support.centres import Centre
from tests.support.proxy import Proxy

SHORT = 0.3
LATEST = 8.0
"""A loaded machine may wake the watch late; without it these tests would never end."""


@pytest.fixture
def line(centre: Centre) -> Iterator[Proxy]:
    with Proxy(centre.address.port) as made:
        yield made


@pytest.fixture
def engine(centre: Centre, line: Proxy) -> Iterator[Engine]:
    made = central_engine(replace(centre.address, port=line.port))
    yield made
    line.pass_on()
    made.dispose()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CONNECT_SECONDS", SHORT)
    monkeypatch.setattr(stores, "_PATIENCE_SECONDS", SHORT)
    # The shortest that libpq takes.
    monkeypatch.setitem(engines._SENDING, "connect_timeout", 2)


def ends_on_time(act: Callable[[], object], latest: float = LATEST) -> None:
    begun = monotonic()
    with pytest.raises(StoreAway):
        act()
    assert SHORT * 0.9 <= monotonic() - begun < latest


def one_transaction(engine: Engine) -> None:
    with (
        translated(),
        engine.connect() as connection,
        watched(connection, SHORT),
        connection.begin(),
    ):
        connection.execute(text("CREATE TABLE IF NOT EXISTS tried (x int)"))


@pytest.mark.parametrize("word", [b"CREATE TABLE", b"COMMIT"])
def test_silence_in_a_transaction(engine: Engine, line: Proxy, word: bytes) -> None:
    one_transaction(engine)
    line.freeze(word)
    ends_on_time(lambda: one_transaction(engine))
    line.pass_on()
    one_transaction(engine)


@pytest.mark.usefixtures("short")
def test_silence_before_a_kept_connection_is_used_again(engine: Engine, line: Proxy) -> None:
    one_transaction(engine)
    line.blackhole()
    ends_on_time(lambda: one_transaction(engine))
    line.pass_on()
    one_transaction(engine)


@pytest.mark.usefixtures("short")
def test_silence_while_a_new_connection_is_made(engine: Engine, line: Proxy) -> None:
    line.freeze(b"application_name")
    ends_on_time(lambda: one_transaction(engine))
    line.pass_on()
    one_transaction(engine)


@pytest.mark.usefixtures("short")
def test_a_desk_does_not_wait_for_ever(centre: Centre, line: Proxy) -> None:
    store = CentralStore(replace(centre.address, port=line.port), uuid4())
    assert store.examine()
    line.freeze()
    ends_on_time(store.examine)
    line.pass_on()
    assert store.examine()
    store.close()


def test_a_connection_that_died_is_replaced_unnoticed(engine: Engine, line: Proxy) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        driver = connection.connection.driver_connection
        assert driver is not None
    line.cut()
    # The word of it takes its way; one that was used a moment ago is trusted until then.
    assert select.select([driver.fileno()], [], [], 10)[0]
    one_transaction(engine)
    assert line.accepted == 2


def test_a_watch_that_was_called_off_touches_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        before = set(threading.enumerate())
        watch = Watch(driver, SHORT)
        watch.call_off()
        watch.call_off()
        for thread in set(threading.enumerate()) - before:
            thread.join()
        connection.execute(text("SELECT 1"))


def test_a_watch_leaves_no_file_open(engine: Engine) -> None:
    one_transaction(engine)
    for _ in range(20):
        one_transaction(engine)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert same_socket(driver.fileno()) == 1


def same_socket(number: int) -> int:
    """Count the open files of this process that are the socket `number`, itself included."""
    wanted, found = os.fstat(number), 0
    for one in Path("/proc/self/fd").iterdir():
        # Other tests' threads may close theirs meanwhile.
        with contextlib.suppress(OSError):
            found += os.path.samestat(os.fstat(int(one.name)), wanted)
    return found
