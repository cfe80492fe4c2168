"""No row is missed while many write and one pulls."""

from uuid import UUID

import pytest

from kiosk.records.central.connection import Address
from kiosk.sync.syncer import Syncer
from tests.support.centres import Centre
from tests.support.desks import Clinic
from tests.support.worlds import PostgresWorld, program
from tests.sync.writers import race


@pytest.mark.parametrize("rows", [2000])
def test_a_kiosk_that_pulls_all_the_time_misses_nothing(
    clinic: Clinic, centre: Centre, real: PostgresWorld, rows: int
) -> None:
    site = clinic.site
    syncer = Syncer(clinic.store, real.remote(), clinic.clock, site, program)

    def enrol(kind: str, machine: UUID) -> Address:
        return centre.add_machine(site.site_id, machine, kind)

    done = race(enrol, site, syncer.round, rows)
    assert len(done.written) == rows
    assert done.rounds > 2
    assert clinic.count("support_group") + clinic.count("passcard") == rows
    assert {*real.rows("support_group"), *real.rows("passcard")} == done.written
