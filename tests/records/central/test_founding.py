"""Making a database into a centre."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kiosk.domain.ids import uuid7
from kiosk.records.central.engine import central_engine
from kiosk.records.central.founding import CONTRACT, found
from kiosk.records.central.store import CentralStore
from tests.support.centres import FOUNDED, Centre


def test_founding_again_changes_nothing(centre: Centre) -> None:
    with centre.engine.begin() as connection:
        found(connection, FOUNDED)
        found(connection, FOUNDED)
        row = connection.execute(text("SELECT contract, founded_at FROM central")).one()
    assert tuple(row) == (CONTRACT, FOUNDED)


def test_a_machine_signs_in_by_a_password_that_stands_nowhere(centre: Centre) -> None:
    site, kiosk = uuid7(FOUNDED, b"0123456789"), uuid7(FOUNDED, b"9876543210")
    centre.add_site(site)
    address = centre.add_machine(site, kiosk)
    engine = central_engine(address)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == address.role
        assert connection.execute(text("SELECT count(*) FROM sync_counter")).scalar_one() == 1
        assert connection.execute(text("SELECT id FROM kiosk_device")).scalar_one() == kiosk
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("SELECT count(*) FROM callback_request"))
    engine.dispose()


def test_a_site_takes_turns_only_where_it_is_known(centre: Centre) -> None:
    store = CentralStore(centre.address, uuid4())
    with store.write() as transaction:
        assert transaction.connection().execute(text("SELECT 1")).scalar_one() == 1
    assert store.examine()
    store.close()
