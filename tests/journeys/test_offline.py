"""A kiosk whose centre is away for a week and comes back: the visitor notices nothing."""

import socket
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from kiosk.records.central.link import read_link
from tests.journeys.clinic import PIN, Clinic, fill_in, finish
from tests.support.amounts import amount
from tests.support.centres import Centre
from tests.support.linked import join, leave_alone
from tests.support.offline import fill_outbox, left_to_send
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

FACTS = amount(1_000, 5_000)


@pytest.fixture
def silence() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def check_in(terminal: Terminal, digits: str) -> None:
    terminal.send(f"{digits}\r")
    # In the language of the pass.
    terminal.wait_for("✓")
    finish(terminal)


def ask_to_be_called(terminal: Terminal) -> None:
    fill_in(terminal, "Mei", "81234567")
    terminal.choose("y")
    terminal.wait_for("We have your request.")
    finish(terminal)


def maintenance(terminal: Terminal, *words: str) -> None:
    terminal.choose("m")
    terminal.wait_for("What you type stays covered.")
    terminal.type(f"{PIN}\r")
    for one in words:
        terminal.wait_for(one)


def test_a_silent_centre_is_on_nobodys_way(clinic: Clinic, silence: int) -> None:
    digits = list(clinic.sample_passes().values())
    fill_outbox(clinic.folder, FACTS)
    leave_alone(clinic.folder, silence)
    waiting = left_to_send(clinic.folder)
    terminal = clinic.start()
    for one in digits:
        check_in(terminal, one)
    ask_to_be_called(terminal)
    maintenance(terminal, "Records to send")
    assert left_to_send(clinic.folder) > waiting + len(digits)
    began = time.monotonic()
    terminal.choose("x")
    assert terminal.wait_exit() == 0
    # Far less than the silence that the sync would wait out.
    assert time.monotonic() - began < 8
    assert terminal.echoes


def test_a_centre_that_comes_back_gets_everything_once(clinic: Clinic, centre: Centre) -> None:
    digits = list(clinic.sample_passes().values())
    join(clinic.folder, centre)
    link = read_link(clinic.folder)
    assert link is not None
    (clinic.folder / "central.json").rename(clinic.folder / "kept")
    fill_outbox(clinic.folder, FACTS)
    leave_alone(clinic.folder, 1)
    terminal = clinic.start()
    check_in(terminal, digits[0])
    maintenance(terminal, "Centre", "cannot be reached just now")
    terminal.choose("x")
    assert terminal.wait_exit() == 0
    (clinic.folder / "kept").replace(clinic.folder / "central.json")
    again = clinic.start()
    for one in digits[1:]:
        check_in(again, one)
    ask_to_be_called(again)
    again.wait_until(lambda: left_to_send(clinic.folder) == 0, "all to be sent", 120)
    # What happens now is there within two seconds and the time of a look.
    before = centre.count("callback_request")
    ask_to_be_called(again)
    again.wait_until(lambda: centre.count("callback_request") > before, "the request there", 10)
    assert centre.count("check_in") == FACTS + len(digits)
    with centre.engine.begin() as connection:
        newest = connection.execute(text("SELECT max(kiosk_seq) FROM check_in")).scalar_one()
    assert newest >= FACTS
    maintenance(again, "Records set aside")
    again.wait_until(lambda: left_to_send(clinic.folder) == 0, "the rest to be sent", 20)
    again.choose("x")
    assert again.wait_exit() == 0
    log = (clinic.folder / "kiosk.log").read_text(encoding="utf-8")
    assert link.address.password not in log
    assert "Mei" not in log
