"""Two clinics at one centre, and the connections of machines of the first."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from kiosk.records.central.connection import central_engine
from kiosk.records.central.setup import set_up
from tests.support.centres import FOUNDED, Centre, new_centre
from tests.support.rights_rows import A, B, Who, credentials, settle


@pytest.fixture(scope="module")
def clinics(postgres: str, centre_template: str) -> Iterator[Centre]:
    """Two clinics at one centre; founded again, for rights on a database are not in a copy."""
    with new_centre(postgres, centre_template) as centre:
        with centre.engine.begin() as connection:
            set_up(connection, FOUNDED)
        settle(centre, A)
        settle(centre, B)
        yield centre


@pytest.fixture(scope="module")
def engines(clinics: Centre) -> Iterator[dict[str, Engine]]:
    """Connections of a kiosk and of a desk of clinic A."""
    made = {
        kind: central_engine(credentials(clinics, kind, A.site, machine))
        for kind, machine in (("kiosk", A.kiosk), ("desk", A.desk))
    }
    yield made
    for engine in made.values():
        engine.dispose()


@pytest.fixture(params=["kiosk", "desk"])
def who(request: pytest.FixtureRequest) -> Who:
    return request.param, A.kiosk if request.param == "kiosk" else A.desk


@pytest.fixture
def machine(engines: dict[str, Engine], who: Who) -> Iterator[Connection]:
    """A transaction of that machine, undone afterwards."""
    with engines[who[0]].connect() as connection:
        yield connection
