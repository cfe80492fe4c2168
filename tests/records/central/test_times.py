"""A time that no desk could read is refused, whoever writes it; any other one is kept."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kiosk.records.central.connection import central_engine
from tests.support.centres import Centre

_INSERT = (
    "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, session_id, kind, nth,"
    " occurred_at) VALUES (:id, :site, :kiosk, 1, false, :id, 'guest', 0, :at)"
)


@pytest.mark.parametrize("at", ["infinity", "-infinity", "12000-01-01", "0001-01-01 BC"])
def test_a_time_beyond_the_calendar_is_refused(centre: Centre, at: str) -> None:
    with pytest.raises(IntegrityError):
        _write(centre, at)


@pytest.mark.parametrize("at", ["1970-01-01", "2027-11-23 10:00+00", "9997-12-31"])
def test_a_clock_that_is_only_wrong_is_kept(centre: Centre, at: str) -> None:
    _write(centre, at)
    assert centre.count("check_in") == 1


def _write(centre: Centre, at: str) -> None:
    site, kiosk = uuid4(), uuid4()
    centre.add_site(site)
    engine = central_engine(centre.add_machine(site, kiosk))
    try:
        with engine.begin() as connection:
            values = {"id": uuid4(), "site": site, "kiosk": kiosk, "at": at}
            connection.execute(text(_INSERT), values)
    finally:
        engine.dispose()
