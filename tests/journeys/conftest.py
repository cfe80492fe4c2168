"""One sample clinic, made once by the real command and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.clinic import Clinic


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that `kiosk demo --prepare` makes."""
    clinic = Clinic(tmp_path_factory.mktemp("prepared") / "clinic")
    clinic.printed("demo", "--prepare")
    return clinic.folder


@pytest.fixture(scope="session")
def issued_folder(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The same folder after `kiosk passes issue`, and the new pass for "Devi"."""
    folder = tmp_path_factory.mktemp("issued") / "clinic"
    shutil.copytree(prepared, folder)
    return folder, Clinic(folder).new_pass("Devi")


@pytest.fixture
def clinic(prepared: Path, tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that nobody has used yet."""
    folder = tmp_path / "clinic"
    shutil.copytree(prepared, folder)
    clinic = Clinic(folder)
    with clinic.running:
        yield clinic


@pytest.fixture
def issued(issued_folder: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Clinic, str]]:
    """A clinic, and the digits of a pass that `kiosk passes issue` made for "Devi"."""
    folder = tmp_path / "clinic"
    shutil.copytree(issued_folder[0], folder)
    clinic = Clinic(folder)
    with clinic.running:
        yield clinic, issued_folder[1]
