"""A clinic whose machine has a centre."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.sync.syncer import Syncer
from tests.support.centres import Centre
from tests.support.desks import Clinic, open_clinic
from tests.support.worlds import BadLine, PostgresWorld, TwinWorld, program


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path) as clinic:
        yield clinic


@pytest.fixture
def world(clinic: Clinic) -> TwinWorld:
    """A centre in memory that knows the clinic."""
    return TwinWorld(clinic.site)


@pytest.fixture
def line(world: TwinWorld) -> BadLine:
    return BadLine(world.remote())


@pytest.fixture
def syncer(clinic: Clinic, line: BadLine) -> Syncer:
    return Syncer(clinic.store, line, clinic.clock, clinic.site, program)


@pytest.fixture
def real(clinic: Clinic, centre: Centre) -> Iterator[PostgresWorld]:
    """A real centre that knows the clinic."""
    world = PostgresWorld(centre, clinic.site)
    yield world
    world.close()
