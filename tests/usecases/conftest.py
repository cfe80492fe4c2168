"""A founded clinic in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desks import Clinic, open_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path) as clinic:
        yield clinic
