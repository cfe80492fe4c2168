"""Two callers press the same key at the same moment: one has the request, the other is told who."""

from functools import partial

import pytest

from tests.journeys.clinic import ESC, PASSPHRASE, Clinic
from tests.journeys.desks import (
    history,
    open_desk,
    open_request,
    shows_key,
    wait_for_key,
)
from tests.support.amounts import amount
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

ROUNDS = amount(2, 6, "KIOSK_TEST_ROUNDS")
YOURS = "It is yours until"
OWN = "violet ladder kettle"


def add_caller(clinic: Clinic, login: str) -> None:
    """Make an account, and choose its own passphrase as its first sign-in asks for."""
    given = "three words given"
    steps = (
        (("staff", "add", login, "caller", "--user", "manager"), PASSPHRASE, given),
        (("staff", "passphrase", "--user", login), given, OWN),
    )
    for words, passphrase, new in steps:
        env = {"KIOSK_PASSPHRASE": passphrase, "KIOSK_NEW_PASSPHRASE": new}
        done = clinic.command(*words, env=env)
        assert done.returncode == 0, done.stderr


def test_one_holds_it_and_the_other_is_told_who(clinic: Clinic) -> None:
    references = [clinic.ask_for_a_call(f"Visitor {n}", "81234567") for n in range(ROUNDS)]
    add_caller(clinic, "bo")
    desks = {"caller": open_desk(clinic, "caller"), "bo": open_desk(clinic, "bo", passphrase=OWN)}
    winners = [claim_at_once(desks, reference, turn) for turn, reference in enumerate(references)]
    for reference, winner in zip(references, winners, strict=True):
        assert [(row["kind"], row["by"]) for row in history(clinic, reference)] == [
            ("claimed", winner)
        ]
    listed = {row["reference"]: row["holder"] for row in clinic.requests()}
    assert listed == dict(zip(references, winners, strict=True))


def claim_at_once(desks: dict[str, Terminal], reference: str, turn: int) -> str:
    """Have all press C, another one first at each turn; return who got it, and leave."""
    for desk in desks.values():
        open_request(desk, reference)
        wait_for_key(desk, "C", "Claim")
    order = list(desks.values())
    for desk in order if turn % 2 else reversed(order):
        desk.choose("c")
    for desk in desks.values():
        desk.wait_until(partial(answered, desk), "an answer")
    winners = [login for login, desk in desks.items() if desk.find(YOURS)]
    assert len(winners) == 1
    for login, desk in desks.items():
        if login not in winners:
            desk.wait_until(partial(tells, desk, winners[0]), "who has it")
            assert desk.find("Ring ") is None
            assert not shows_key(desk, "R", "Number")
        desk.send(ESC)
        desk.wait_for("C Now")
    return winners[0]


def answered(desk: Terminal) -> bool:
    return desk.find(YOURS) is not None or any(tells(desk, login) for login in ("caller", "bo"))


def tells(desk: Terminal, login: str) -> bool:
    """Return whether a desk says who has it: to the key, or already before it was pressed."""
    to_the_key = desk.find(f"{login} has it until") and desk.find("please take another one")
    return bool(to_the_key or desk.find(f"With {login} until"))
