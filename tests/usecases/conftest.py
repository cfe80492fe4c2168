"""A founded clinic: on a kiosk's own file, and for what desks do also at a centre."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desks import Clinic, open_clinic

AT_CENTRE = frozenset(
    {
        "test_access",
        "test_accountsdesk",
        "test_auditing",
        "test_call_actions",
        "test_call_keys",
        "test_call_records",
        "test_call_withdrawals",
        "test_callbacks",
        "test_every_deed",
        "test_fleet",
        "test_groupsdesk",
        "test_helplines",
        "test_hostile_records",
        "test_importing",
        "test_oversight",
        "test_passdesk",
        "test_reconcile",
        "test_reporting",
        "test_retention",
        "test_retention_care",
        "test_roster",
        "test_roster_live",
        "test_roster_mending",
        "test_wrong_clocks",
    }
)
"""Modules about what desks do; a test marked `own_file` is about a kiosk's file all the same."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of those modules twice."""
    if "place" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        own_file = metafunc.definition.get_closest_marker("own_file") is not None
        twice = module in AT_CENTRE and not own_file
        metafunc.parametrize("place", ["file", "centre"] if twice else ["file"])


@pytest.fixture
def clinic(place: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Clinic]:
    if place == "file":
        with open_clinic(tmp_path) as clinic:
            yield clinic
        return
    from tests.support.central_clinics import open_clinic_at_centre

    with open_clinic_at_centre(request.getfixturevalue("centre"), tmp_path) as clinic:
        yield clinic
