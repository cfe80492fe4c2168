"""A real desk beside programs that get in its way: it lives, says what is wrong, and goes on."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random

import pytest

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.records.database.store import sqlite_module
from tests.journeys.clinic import ESC, PASSPHRASE, Clinic
from tests.journeys.desk_fuzz import SIZES
from tests.journeys.desks import OPENED, open_desk, open_roster
from tests.support.amounts import amount
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

MENU = "What would you like to do?"
STOPS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("", MENU),),
    (("g", "›"), ("\r", " here · ")),
    (("h", "How many"),),
    ((ESC, "Guest"), ("a", "Add somebody by name")),
    ((ESC, "Guest"), (ESC, "Groups today"), (ESC, MENU), ("p", "›"), ("\r", "Members")),
    ((ESC, "›"), (ESC, MENU), ("o", "Choose a passphrase")),
)
"""Keys of a facilitator from one stop to the next, and what each leads to."""
STORM = amount(15, 40)
"""Sizes at each stop."""


@contextmanager
def held(clinic: Clinic) -> Iterator[None]:
    """Hold the database as another program does that writes for long."""
    with closing(sqlite_module().connect(clinic.folder / DATABASE, timeout=10)) as database:
        database.isolation_level = None
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def guests(clinic: Clinic) -> int:
    return len(clinic.arrivals())


def test_a_database_that_somebody_holds_is_told_and_work_goes_on(clinic: Clinic) -> None:
    """One desk has its roster open, and at another somebody signs in."""
    desk = open_desk(clinic, "facilitator")
    open_roster(desk)
    door = clinic.start("desk", shows=OPENED)
    with held(clinic):
        desk.choose("g")
        door.send(f"facilitator\r{PASSPHRASE}\r")
        for one in (desk, door):
            one.wait_for("One moment …")
        desk.choose("h")
        desk.wait_for("How many")
        desk.send(ESC)
        desk.wait_for("Guest")
        for one in (desk, door):
            one.wait_for("Another program holds the database;")
        desk.send(ESC)
        desk.wait_for("Groups today")
    door.send(f"{PASSPHRASE}\r")
    door.wait_for(MENU)
    open_roster_again(desk)
    desk.choose("g")
    desk.wait_for("One guest more.")
    assert guests(clinic) == 1
    waits_a_little_for_the_database(clinic, desk)
    assert_orderly(clinic, desk, door, troubles=2)


def waits_a_little_for_the_database(clinic: Clinic, desk: Terminal) -> None:
    """Keys while it waits do nothing twice."""
    with held(clinic):
        desk.choose("gggg")
        desk.wait_for("One moment …")
    desk.wait_until(lambda: guests(clinic) == 2, "one guest more")
    desk.wait_gone("One moment …")
    desk.settle()
    assert guests(clinic) == 2


def open_roster_again(desk: Terminal) -> None:
    desk.choose("\r")
    desk.wait_for(" here · ")


def test_a_storm_of_sizes_changes_nothing(clinic: Clinic) -> None:
    chance = Random(3)
    desk = open_desk(clinic, "facilitator")
    for steps in STOPS:
        for key, words in steps:
            desk.choose(key)
            desk.wait_for(words)
            desk.settle()
        before = rows_of(desk)
        for _ in range(STORM):
            desk.resize(*chance.choice(SIZES))
            desk.pump(0.002)
        for size in ((56, 16), (80, 24)):
            desk.resize(*size)
            desk.wait_for("Sign out")
        wait_as_before(desk, before)
        resize_unseen(desk)
        wait_as_before(desk, before)
    desk.send("\x1b[21~")
    desk.wait_for("Enter  Sign in")
    assert_orderly(clinic, desk, troubles=0)


def resize_unseen(desk: Terminal) -> None:
    """Change the size and back, which the desk hears of as one change to what it was."""
    desk.signal(signal.SIGSTOP)
    desk.wait_until(lambda: desk.state == "T", "the desk to stop")
    desk.resize(20, 5)
    desk.resize(80, 24)
    desk.signal(signal.SIGCONT)
    desk.wait_until(lambda: desk.state != "T", "the desk to go on")


def wait_as_before(desk: Terminal, before: list[str]) -> None:
    desk.wait_until(lambda: rows_of(desk) == before, "\n".join(["as before:", *before]))


def rows_of(desk: Terminal) -> list[str]:
    """All rows but the first, in which the time stands."""
    return desk.emulator.lines[1:]


def assert_orderly(clinic: Clinic, *desks: Terminal, troubles: int) -> None:
    """End the desks; the log holds so many answers that were trouble, and no crash."""
    for desk in desks:
        desk.signal(signal.SIGTERM)
        assert desk.wait_exit() == 0
    log = (clinic.folder / "desk.log").read_text(encoding="utf-8")
    assert "crash" not in log
    assert log.count("trouble StoreBusy") == log.count("trouble") == troubles, log
