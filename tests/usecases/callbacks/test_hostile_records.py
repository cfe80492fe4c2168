"""Anybody can seal anything with the public key: what is opened harms no list and no file."""

import csv
import json
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest

from kiosk.domain.callbacks.worklist import WorklistFilter, WorklistPart
from kiosk.domain.staff import Purpose
from kiosk.domain.text import FORMULA_STARTS
from kiosk.exports.writing import ExportFormat, export_callbacks
from kiosk.vault.sealing import seal
from tests.support.calls import ask
from tests.support.desks import Clinic
from tests.support.exports import CONTEXT

pytestmark = pytest.mark.central(full=True)

HOSTILE: list[object] = [
    "=1+1", "＝cmd|' /C calc'!A0", "+65 8123 4567", "@SUM(A1)", "-2+3", "\t=1", "\r\n=1", " =1",
    "\u200b=1", "\u00a0=1", "../../etc/passwd", "\x1b]0;x\x07", "\u202eieM", "\x00=1", "[/]",
    "[@click=app.quit]Mei[/]", "&L&P", "_x000D_", "'", '"', "A" * 900, "\u093c" * 300, "😀" * 200,
    "\ufdd0", "１２３", "+1", "+" + "9" * 15, "+0000000", "", ["x"], {"a": {"b": [1]}}, None, True,
    10**300, 1e308,
]  # fmt: skip
FIELDS = ("name", "phone", "message_policy", "answered_by_other", "share_with_team")
COLUMNS = ("ref", "call_language", "windows", "ui_language")
LEAST_BOUND = 100
"""Bytes that the centre keeps in each of them."""


def forge(clinic: Clinic, place: int) -> UUID:
    """Put something else under the seal of a request, and beside it."""
    id_ = ask(clinic)
    sealed = seal(
        {field: HOSTILE[(place + step * 7) % len(HOSTILE)] for step, field in enumerate(FIELDS)},
        purpose="callbacks",
        table="callback_request",
        record_id=id_,
        recipients=clinic.sealing[Purpose.CALLBACKS],
    )
    texts = [one for one in HOSTILE if isinstance(one, str)]
    if clinic.owner is not None:
        # PostgreSQL keeps no NUL in clear, and the centre no text that is longer than its column.
        texts = [one.replace("\0", "") for one in texts if len(one.encode()) <= LEAST_BOUND]
    beside = {column: texts[(place + step * 5) % len(texts)] for step, column in enumerate(COLUMNS)}
    clinic.bend(
        "UPDATE callback_request SET sealed=:sealed, ref=:ref, windows=:windows,"
        " call_language=:call_language, ui_language=:ui_language WHERE id=:id",
        sealed=sealed,
        id=id_,
        **beside,
    )
    return id_


@pytest.fixture
def forged(clinic: Clinic) -> list[UUID]:
    return [forge(clinic, place) for place in range(len(HOSTILE))]


def test_every_forged_request_is_on_the_list_and_can_be_looked_at(
    clinic: Clinic, forged: list[UUID]
) -> None:
    desk = clinic.callbacks
    rows = desk.worklist().rows
    assert {row.request.id for row in rows} == set(forged)
    for row in rows:
        shown = (
            row.request.preferred_name,
            row.request.phone_masked,
            row.request.message_policy,
            row.request.reference,
        )
        assert all(one.isprintable() and len(one) <= 200 for one in (*shown, *row.request.windows))
        desk.reveal(row.request.id)
        desk.history(row.request.id)
        desk.duplicates(row.request.id)


@pytest.mark.parametrize("form", ExportFormat)
def test_every_forged_request_is_in_every_file(
    clinic: Clinic, forged: list[UUID], tmp_path: Path, form: ExportFormat
) -> None:
    rows = clinic.callbacks.export_rows(WorklistFilter(WorklistPart.ALL))
    path = tmp_path / f"out{form.suffix}"
    assert export_callbacks(rows, path, form, CONTEXT).rows == len(forged)
    if form is ExportFormat.XLSX:
        cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
        others = [cell for cell in cells if cell.value is not None and cell.data_type != "s"]
        assert {type(cell.value) for cell in others} <= {int}  # counts, and nothing typed
    elif form is ExportFormat.CSV:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        assert len(lines) == len(forged) + 1
        assert not any(cell.lstrip().startswith(FORMULA_STARTS) for line in lines for cell in line)
    else:
        found = json.loads(path.read_bytes())
        kinds = [one["resource"]["resourceType"] for one in found.get("entry", [])]
        tasks = kinds.count("Task") if form is ExportFormat.FHIR else len(found["rows"])
        assert tasks == len(forged)
