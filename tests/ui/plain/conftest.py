"""A founded clinic."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desks import Clinic, open_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that nobody has used yet; it is noon on a Monday."""
    with open_clinic(tmp_path / "clinic") as clinic:
        yield clinic
