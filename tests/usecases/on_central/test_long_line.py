"""A desk at the end of a long line waits for few answers, and is told what is slow as slow."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kiosk.domain.callbacks.actions import AddNote
from kiosk.records.central.connection import Address
from kiosk.records.central.store import CentralStore
from kiosk.usecases.access import Access
from kiosk.usecases.central.contact import enter_central
from kiosk.usecases.staff_desk import SignedIn
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside
from tests.support.centres import Centre
from tests.support.desks import CHEAP, PASSPHRASE, Clinic
from tests.support.distance import Line, long_line

MOST = 12
"""Ways to the centre and back for one staff list, from the command to the list; beside those that
TCP, TLS and the password need before."""
ONE_WAY = 0.002
"""Long enough that what is sent together arrives together."""


@pytest.fixture
def line(centre: Centre) -> Iterator[Line]:
    with long_line(centre.address.port, ONE_WAY) as made:
        yield made


@pytest.fixture
def far(clinic: Clinic, line: Line) -> Iterator[Clinic]:
    """The same clinic, by a desk at the other end of the line."""
    assert isinstance(clinic.store, CentralStore)
    url = clinic.store._engine.url
    address = Address(
        "127.0.0.1", line.port, url.database or "", url.username or "", str(url.password or "")
    )
    store = CentralStore(address, clinic.site.site_id)
    yield replace(clinic, store=store)
    store.close()


def trips(line: Line, act: Callable[[], object]) -> int:
    before = line.trips
    act()
    return line.trips - before


def test_one_staff_list_from_the_command_line(clinic: Clinic, far: Clinic, line: Line) -> None:
    for _ in range(3):
        ask(clinic)
    connecting = trips(line, far.store._engine.connect().close)  # type: ignore[attr-defined]

    def whole() -> None:
        site, sealing = enter_central(far.store, far.clock, "1")
        access = Access(replace(far.context, site=site, sealing=sealing), CHEAP)
        signed_in = access.sign_in("manager", PASSPHRASE)
        assert isinstance(signed_in, SignedIn)
        assert len(access.callback_desk(signed_in).worklist().rows) == 3

    assert connecting <= 5
    assert trips(line, whole) <= MOST


def test_what_a_caller_does(clinic: Clinic, far: Clinic, line: Line, kiosk: KioskBeside) -> None:
    ask(clinic)
    ask(kiosk.clinic)
    kiosk.send()
    desk = far.callbacks
    (first, _) = desk.worklist().rows
    one = first.request.id
    assert trips(line, desk.worklist) <= 2
    found = {
        "row": trips(line, lambda: desk.row(one)),
        "reveal": trips(line, lambda: desk.reveal(one)),
        "act": trips(line, lambda: desk.act(one, first.state.revision, AddNote("rang"))),
        "history": trips(line, lambda: desk.history(one)),
        "duplicates": trips(line, lambda: desk.duplicates(one)),
    }
    assert max(found.values()) <= MOST, found
