"""A desk whose centre goes away says so in one sentence, and goes on by itself afterwards."""

from pathlib import Path

import pytest

from kiosk.errors import StoreAway
from kiosk.records.central.connection import central_engine, read_address
from kiosk.records.central.setup import set_up
from tests.support.calls import ask
from tests.support.central_clinics import open_clinic_at_centre
from tests.support.centres import FOUNDED, Centre
from tests.support.postgres import own_server


def test_a_desk_lives_through_the_death_of_its_centre(tmp_path: Path) -> None:
    with own_server(durable=True) as server:
        engine = central_engine(read_address(server.url()), 4)
        with engine.begin() as connection:
            set_up(connection, FOUNDED)
        with open_clinic_at_centre(Centre(server.url(), engine), tmp_path) as clinic:
            first = ask(clinic)
            desk = clinic.callbacks
            assert [row.request.id for row in desk.worklist().rows] == [first]
            server.kill()
            with pytest.raises(StoreAway):
                # A process of the server may live a moment longer than the server.
                for _ in range(1000):
                    desk.worklist()
            for question in (desk.worklist, lambda: desk.reveal(first), lambda: ask(clinic)):
                with pytest.raises(StoreAway, match=r"^The centre cannot be reached just now;"):
                    question()
            server.start()
            second = ask(clinic)
            assert {row.request.id for row in desk.worklist().rows} == {first, second}
        engine.dispose()
