"""A clinic at a centre, with two kiosks that sync and a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.central_clinics import KioskBeside, kiosk_beside, open_clinic_at_centre
from tests.support.centres import Centre
from tests.support.desks import Clinic


@pytest.fixture
def centre(untimed_centre: Centre) -> Centre:
    return untimed_centre


@pytest.fixture
def clinic(centre: Centre, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic_at_centre(centre, tmp_path) as clinic:
        yield clinic


@pytest.fixture
def entrance(clinic: Clinic, centre: Centre) -> Iterator[KioskBeside]:
    with kiosk_beside(clinic, centre, "8C") as kiosk:
        yield kiosk


@pytest.fixture
def upstairs(clinic: Clinic, centre: Centre) -> Iterator[KioskBeside]:
    with kiosk_beside(clinic, centre, "9D") as kiosk:
        yield kiosk
