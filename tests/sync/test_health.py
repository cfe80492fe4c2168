"""What a kiosk tells the centre of its health, and the helplines that it hears from there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select

from kiosk.content.helplines import helplines
from kiosk.errors import StoreAway
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import HelplineList, KioskHeartbeat
from kiosk.sync.syncer import Syncer
from kiosk.usecases.central.contact import program_info
from kiosk.usecases.helplines import read_published
from tests.support.centres import Centre
from tests.support.desks import Clinic
from tests.support.helplines import helplines_text
from tests.support.worlds import PostgresWorld

LATER = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)


def syncer_of(clinic: Clinic, real: PostgresWorld) -> Syncer:
    """A kiosk's rounds, as bootstrap makes them."""
    about = partial(program_info, clinic.store, clinic.clock, clinic.site, "1.2.3")
    return Syncer(clinic.store, real.remote(), clinic.clock, clinic.site, about)


def beat(centre: Centre) -> dict[str, object]:
    """What the centre knows of the kiosk."""
    with centre.engine.begin() as connection:
        return dict(connection.execute(select(table(KioskHeartbeat))).mappings().one())


def test_a_published_list_reaches_the_visitors_of_a_kiosk(
    clinic: Clinic, centre: Centre, real: PostgresWorld
) -> None:
    clinic.clock.at = LATER
    syncer = syncer_of(clinic, real)
    syncer.round()
    assert beat(centre)["helplines_review_by"] == "2027-05-23"
    site, text = clinic.site.site_id, helplines_text(mindline="1772")
    real.write(HelplineList(id=clinic.id(), site_id=site, text=text, published_at=LATER))
    syncer.round()
    shown = helplines("en", LATER.date(), published=read_published(clinic.store, clinic.site))
    assert "1772" in {line.number for line in shown.lines}
    syncer.round()
    assert beat(centre)["helplines_review_by"] == "2027-07-04"


def test_the_centre_hears_since_when_records_wait(
    clinic: Clinic, centre: Centre, real: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_rows: Sequence[Waiting], _mark: UUID) -> None:
        raise StoreAway("The centre cannot be reached.")

    syncer, remote = syncer_of(clinic, real), real.remote()
    syncer.round()
    assert beat(centre)["waiting_since"] is None
    asked_at = clinic.clock.at
    clinic.visitor.request_callback(clinic.draft())
    clinic.clock.move(hours=2)
    with monkeypatch.context() as patched:
        patched.setattr(remote, "push", away)
        syncer.round()
    told = beat(centre)
    assert (told["pending"], told["waiting_since"], told["wiped_at"]) == (1, asked_at, None)
    syncer.round()
    told = beat(centre)
    assert (told["pending"], told["waiting_since"]) == (0, None)
