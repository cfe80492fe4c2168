"""One founded clinic for all tests of this folder, copied for each."""

import gc
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from kiosk.records.store import Store
from tests.support.desks import Clinic, SetClock, open_clinic


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic whose store is closed again; its folder is there to be copied."""
    with open_clinic(tmp_path_factory.mktemp("founded")) as clinic:
        pass
    return clinic


@pytest.fixture
def clinic(founded: Clinic, tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that nobody has used yet; it is noon on a Monday."""
    folder = tmp_path / "clinic"
    shutil.copytree(founded.folder, folder)
    store = Store.open(folder / founded.file.name)
    yield replace(
        founded, store=store, folder=folder, clock=SetClock(), entropy=Random(2).randbytes
    )
    store.close()


@pytest.fixture(scope="session", autouse=True)
def lean() -> Iterator[None]:
    """Screens come and go by the hundred: what the imports made is not looked through each time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
