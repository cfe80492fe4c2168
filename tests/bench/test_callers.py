"""The figures of rows 5 and 6 compare like with like."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.bootstrap.kiosk import Kiosk
from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart
from kiosk.errors import VaultError
from kiosk.exports.writing import ExportFormat, export_callbacks
from kiosk.settings import Settings
from tests.bench import exports
from tests.bench.asking import ATTEMPTED, NAMES, asked
from tests.bench.caller import Caller, open_each
from tests.bench.data import Clinic
from tests.support.desks import open_clinic

_REQUESTS = 20


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Caller]:
    """Sign a caller in at a clinic with twenty requests."""
    with open_clinic(tmp_path) as clinic:
        site = clinic.site
        asked(Clinic(tmp_path, site.site_id.bytes, site.kiosk_id.bytes, b""), _REQUESTS)
        clinic.clock.at = datetime.now(UTC)
        kiosk = Kiosk(tmp_path, Settings(), clinic.store, site, clinic.clock)
        yield Caller(kiosk, clinic.access, clinic.fresh(clinic.manager))


def test_the_requests_are_open_and_can_be_read(one: Caller) -> None:
    rows = one.desk().worklist().rows
    assert {row.request.preferred_name for row in rows} == set(NAMES)
    assert len([row for row in rows if row.schedule.attempts == 1]) == _REQUESTS / ATTEMPTED
    assert all(row.schedule.breach_at is not None and not row.request.unreadable for row in rows)


def test_the_floor_opens_every_request(one: Caller) -> None:
    sealed = one.sealed()
    assert {id_ for id_, _ in sealed} == {row.request.id for row in one.desk().worklist().rows}
    open_each(sealed, one.keys)
    with pytest.raises(VaultError):
        open_each(sealed, {})


def test_the_floor_writes_the_same_file(one: Caller, tmp_path: Path) -> None:
    rows = one.desk().export_rows(WorklistFilter(WorklistPart.ALL))
    bare, full = tmp_path / "bare.csv", tmp_path / "full.csv"
    exports.bare_csv(bare, exports.cells(one, ExportFormat.CSV))
    export_callbacks(rows, full, ExportFormat.CSV, exports.context(one))
    assert bare.read_bytes() == full.read_bytes()


def test_both_forms_are_measured_beside_their_floors(one: Caller, tmp_path: Path) -> None:
    found = exports.measure(one, tmp_path, 2, requests=_REQUESTS)
    assert [figure.what for figure in found] == ["export of 20 as xlsx", "export of 20 as csv"]
    assert all(figure.row == 6 and figure.ratio > 0 for figure in found)
    assert not list(tmp_path.glob("*.csv")), "nothing is left behind"
