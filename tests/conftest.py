"""What all tests share."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.support.centres import Centre

# A slow machine is no bug: examples have no deadline.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")


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


@pytest.fixture
def centre(postgres: str, centre_template: str) -> "Iterator[Centre]":
    """A founded centre without sites, for this test alone."""
    from tests.support.centres import new_centre

    with new_centre(postgres, centre_template) as made:
        yield made
