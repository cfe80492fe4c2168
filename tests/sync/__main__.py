"""`python -m tests.sync [ROWS]`: the race of writers and a pulling kiosk, as long as wanted."""

import sys
import tempfile
from pathlib import Path
from uuid import UUID

from kiosk.records.central.connection import Address
from kiosk.sync.syncer import Syncer
from tests.support.centres import centre_template, new_centre
from tests.support.desks import open_clinic
from tests.support.postgres import owner_url
from tests.support.worlds import PostgresWorld, program
from tests.sync.writers import WRITERS, race


def main(rows: int) -> int:
    """Run it on a server of its own; return how many rows were missed."""
    with (
        owner_url() as url,
        centre_template(url) as template,
        new_centre(url, template) as centre,
        tempfile.TemporaryDirectory() as folder,
        open_clinic(Path(folder)) as clinic,
    ):
        world, site = PostgresWorld(centre, clinic.site), clinic.site
        syncer = Syncer(clinic.store, world.remote(), clinic.clock, site, program)

        def enrol(kind: str, machine: UUID) -> Address:
            return centre.add_machine(site.site_id, machine, kind)

        done = race(enrol, site, syncer.round, rows)
        missed = len(done.written) - clinic.count("support_group") - clinic.count("passcard")
        world.close()
    sys.stdout.write(
        f"{len(done.written):,} rows by {WRITERS} writers in {done.seconds:.0f} s"
        f" ({len(done.written) / done.seconds:,.0f} rows/s), {done.rounds:,} rounds of one kiosk,"
        f" {missed} missed\n"
    )
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000) else 0)
