"""A centre that was lent is as it was made when the next test has it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.records.central.connection import read_address
from tests.support.centres import Centre, LentCentre

SITE, MACHINE = UUID(int=1), UUID(int=2)


def _change(centre: Centre, statement: str) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text(statement))


def test_rows_and_roles_go_and_the_database_stays(lent_centre: LentCentre) -> None:
    with lent_centre.lend() as first:
        first.add_site(SITE)
        role = first.add_machine(SITE, MACHINE).role
        _change(first, "UPDATE central SET contract = 99")
        still_open = first.engine.connect()
    still_open.invalidate()
    with lent_centre.lend() as second:
        assert second.url == first.url
        assert second.count("sync_counter") == second.count("kiosk_device") == 0
        assert second.count("central WHERE contract < 99") == 1
        assert second.count(f"pg_roles WHERE rolname = '{role}'") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE check_in ALTER received_at DROP DEFAULT",
        "CREATE TABLE left_behind ()",
        "DROP POLICY kiosk_machine_insert ON check_in",
        "GRANT DELETE ON check_in TO kiosk_desk",
        "GRANT INSERT (received_at) ON check_in TO kiosk_machine",
        "GRANT EXECUTE ON FUNCTION kiosk_longest_open() TO kiosk_machine",
        "GRANT CREATE ON SCHEMA public TO kiosk_desk",
        "SELECT lo_create(0)",
    ],
)
def test_whatever_else_is_left_goes_with_the_database(
    lent_centre: LentCentre, statement: str
) -> None:
    with lent_centre.lend() as first:
        _change(first, statement)
    with lent_centre.lend() as second:
        assert read_address(second.url).database != read_address(first.url).database
        assert second.count("check_in") == 0
