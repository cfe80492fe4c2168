"""One sample clinic, made once and copied for each test."""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from kiosk.cli.demo import prepare
from kiosk.usecases import sample_clinic
from tests.journeys.clinic import Clinic
from tests.journeys.insight import Insight
from tests.support.desks import CHEAP


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure why the kiosk ended; its screen never says."""
    report = yield
    if report.when == "call" and report.failed:
        for given in getattr(item, "funcargs", {}).values():
            clinic = given[0] if isinstance(given, tuple) else given
            if isinstance(clinic, Clinic):
                report.sections.append(("kiosk.log", clinic.account()))
    return report


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that `kiosk demo --prepare` makes, with cheap passphrases and no request."""
    clinic = Clinic(tmp_path_factory.mktemp("prepared") / "clinic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_clinic, "send_sample_requests", lambda _context: None)
        prepare(clinic.folder, cost=CHEAP)
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


@pytest.fixture
def insight(tmp_path: Path) -> Insight:
    """Reaches into programs that are started with its variables."""
    return Insight(tmp_path / "inside")
