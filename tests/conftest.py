"""What all tests share."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.amounts import FULL_VARIABLE

if TYPE_CHECKING:
    from tests.support.centres import Centre, LentCentre


MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 4 << 30
"""Bytes that the memory file system must have free before files of tests are kept there."""

# A slow machine is no bug: examples have no deadline.
settings.register_profile("ci", deadline=None, max_examples=50)
settings.register_profile("nightly", deadline=None, max_examples=200)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--full` ask for everything."""
    parser.addoption(
        "--full", action="store_true", help="also the long runs, and more examples of each property"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Return how many tests run at once: three on a small machine too, for they often wait."""
    return max(3, os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples there are, and keep files in memory where there is room."""
    if config.getoption("full"):
        os.environ[FULL_VARIABLE] = "yes"
    settings.load_profile("nightly" if config.getoption("full") else "ci")
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None
    if not hasattr(config, "workerinput"):
        config.add_cleanup(_guard())
    # Imports make nothing that could be thrown away.
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but not look through what the imports made."""
    gc.enable()
    gc.freeze()
    if "sqlalchemy" in sys.modules:
        from tests.support.compiled import share_compiled_statements

        share_compiled_statements()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what waits for programs, so that none of it is left to be waited for at the end.

    Leave the long runs to `--full`.
    """
    items.sort(key=lambda item: item.get_closest_marker("terminal") is None)
    if config.getoption("full"):
        return
    left = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if not item.get_closest_marker("full")]


def _guard() -> Callable[[], None]:
    from tests.support.guard import guarded_run

    guarded = ExitStack()
    guarded.enter_context(guarded_run())
    return guarded.close


def _has_room(folder: Path) -> bool:
    """Return whether programs may run in this folder and large files fit."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    runs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return runs and shutil.disk_usage(folder).free >= ROOM


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder on a disk, for what a kill must leave whole there."""
    from tests.support.postgres import DISK

    with tempfile.TemporaryDirectory(prefix="kiosk-", dir=DISK) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL as its superuser; started by the first test that asks."""
    from tests.support.postgres import owner_url

    with owner_url() as url:
        yield url


@pytest.fixture(scope="session")
def centre_template(postgres: str) -> Iterator[str]:
    """The name of a founded database, to copy from."""
    from tests.support.centres import centre_template

    with centre_template(postgres) as name:
        yield name


@pytest.fixture(scope="session")
def lent_centre(postgres: str, centre_template: str) -> "Iterator[LentCentre]":
    """A founded centre that one test after the other has."""
    from tests.support.centres import LentCentre

    lent = LentCentre(postgres, centre_template)
    yield lent
    lent.close()


@pytest.fixture
def centre(lent_centre: "LentCentre") -> "Iterator[Centre]":
    """A founded centre without sites, for this test alone."""
    with lent_centre.lend() as made:
        yield made


@pytest.fixture(scope="session")
def lent_untimed_centre(postgres: str, centre_template: str) -> "Iterator[LentCentre]":
    """The same for clinics whose clock a test sets."""
    from tests.support.central_clinics import stop_server_clock
    from tests.support.centres import LentCentre

    lent = LentCentre(postgres, centre_template, stop_server_clock)
    yield lent
    lent.close()


@pytest.fixture
def untimed_centre(lent_untimed_centre: "LentCentre") -> "Iterator[Centre]":
    """A founded centre at which facts keep no `received_at`, for this test alone."""
    with lent_untimed_centre.lend() as made:
        yield made
