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
        patch.setattr(sample_clinic.SampleClinic, "make_past", lambda _clinic, **_: None)
        prepare(clinic.folder, cost=CHEAP)
    return clinic.folder


@pytest.fixture
def clinic(prepared: Path, tmp_path: Path) -> Iterator[Clinic]:
    """A clinic that nobody has used yet."""
    folder = tmp_path / "clinic"
    shutil.copytree(prepared, folder)
    clinic = Clinic(folder)
    with clinic.running:
        yield clinic


@pytest.fixture
def insight(tmp_path: Path) -> Insight:
    """Reaches into programs that are started with its variables."""
    return Insight(tmp_path / "inside")
