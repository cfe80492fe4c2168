"""A founded clinic: on a kiosk's own file, and for what desks do also at a centre."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desks import Clinic, open_clinic


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `central` at a centre too, those with `full=True` for `--full` only."""
    if "place" in metafunc.fixturenames:
        places: list[object] = ["file"]
        central = metafunc.definition.get_closest_marker("central")
        if central and not metafunc.definition.get_closest_marker("own_file"):
            full = [pytest.mark.full] if central.kwargs.get("full") else []
            places.append(pytest.param("centre", marks=full))
        metafunc.parametrize("place", places)


@pytest.fixture
def clinic(place: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Clinic]:
    if place == "file":
        with open_clinic(tmp_path) as clinic:
            yield clinic
        return
    from tests.support.central_clinics import open_clinic_at_centre

    with open_clinic_at_centre(request.getfixturevalue("untimed_centre"), tmp_path) as clinic:
        yield clinic
