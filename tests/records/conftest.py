"""A store in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.records.database.store import Store
from tests.support.desks import Clinic, open_clinic


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kiosk.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path, create=True)
    yield store
    store.close()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path) as clinic:
        yield clinic
