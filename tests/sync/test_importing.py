"""Files of unsent records reach the centre: once, whole, and only their own machine's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from kiosk.errors import SetupError
from kiosk.records.outbox import write_unsent
from kiosk.sync.importing import Imported, import_unsent
from kiosk.usecases.central.adoption import adopt_clinic
from tests.support.centres import Centre
from tests.support.desks import Clinic, open_clinic


@pytest.fixture
def clinic(tmp_path: Path, centre: Centre) -> Iterator[Clinic]:
    """A clinic at the centre whose facts have not been sent, with a pass made here."""
    (tmp_path / "clinic").mkdir()
    with open_clinic(tmp_path / "clinic") as clinic:
        clinic.add_session(starts=-5)
        for name in ("Mei", "Tan"):
            clinic.visitor.check_in(clinic.passes.issue_pass(name, "en").digits)
        owner = centre.address
        adopt_clinic(clinic.store, clinic.folder, owner, owner, clinic.clock, clinic.entropy)
        yield clinic


@pytest.fixture
def lines(clinic: Clinic, tmp_path: Path) -> list[str]:
    path = tmp_path / "unsent.jsonl"
    with clinic.store.read() as transaction:
        write_unsent(transaction.connection(), path)
    return path.read_text().splitlines(keepends=True)


def altered(line: str, **values: object) -> str:
    content: dict[str, Any] = json.loads(line)
    content["payload"].update(values)
    return json.dumps(content)


def one_of(lines: list[str], table: str) -> int:
    return next(n for n, line in enumerate(lines) if json.loads(line).get("table") == table)


def test_a_file_is_stored_once(clinic: Clinic, centre: Centre, lines: list[str]) -> None:
    stored = Imported(clinic.count("outbox"), ())
    assert import_unsent(centre.address, lines) == stored
    assert centre.count("check_in") == clinic.count("check_in") == 2
    assert centre.count("audit_event") == clinic.count("audit_event")
    assert import_unsent(centre.address, lines) == stored
    assert centre.count("check_in") == 2


def test_passes_are_noted_for_other_kiosks(
    clinic: Clinic, centre: Centre, lines: list[str]
) -> None:
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM passcard"))
        connection.execute(text("DELETE FROM change_log"))
    import_unsent(centre.address, lines)
    waiting = [json.loads(line) for line in lines[1:]]
    made = {UUID(row["row_id"]) for row in waiting if row["table"] == "passcard"}
    with centre.engine.begin() as connection:
        noted = connection.execute(text("SELECT row_id FROM change_log")).scalars()
        assert set(noted) == made


def test_a_poison_row_does_not_hold_up_the_others(
    centre: Centre, clinic: Clinic, lines: list[str]
) -> None:
    place = one_of(lines, "check_in")
    lines[place] = altered(lines[place], occurred_at="no time")
    done = import_unsent(centre.address, lines)
    assert (done.stored, done.refused) == (clinic.count("outbox") - 1, ("22007",))
    assert centre.count("check_in") == 1


@pytest.mark.parametrize(
    "values",
    [
        {"kiosk_id": str(UUID(int=9))},
        {"site_id": str(UUID(int=9))},
        {"id": str(UUID(int=9))},
        {"kiosk_id": None},
    ],
)
def test_records_of_others_are_refused(
    centre: Centre, lines: list[str], values: dict[str, object]
) -> None:
    place = one_of(lines, "check_in")
    lines[place] = altered(lines[place], **values)
    with pytest.raises(SetupError, match=f"Line {place + 1} "):
        import_unsent(centre.address, lines)


def test_only_facts_and_what_kiosks_make_are_taken(centre: Centre, lines: list[str]) -> None:
    place = one_of(lines, "check_in")
    lines[place] = json.dumps({**json.loads(lines[place]), "table": "staff_account"})
    with pytest.raises(SetupError, match=f"Line {place + 1} "):
        import_unsent(centre.address, lines)
    assert centre.count("staff_account") == 1


def test_a_file_that_was_cut_short_is_noticed(centre: Centre, lines: list[str]) -> None:
    with pytest.raises(SetupError, match="cut short"):
        import_unsent(centre.address, lines[:-1])
    with pytest.raises(SetupError, match=f"Line {len(lines)} "):
        import_unsent(centre.address, [*lines[:-1], lines[-1][:40]])


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "no file of unsent"),
        ("[]", "no file of unsent"),
        ('{"kiosk_unsent": 2}', "newer kiosk"),
        (
            json.dumps(
                {
                    "kiosk_unsent": 1,
                    "site_id": str(UUID(int=1)),
                    "kiosk_id": str(UUID(int=1)),
                    "count": 0,
                }
            ),
            "does not know the machine",
        ),
    ],
)
def test_another_file_is_refused(centre: Centre, header: str, sentence: str) -> None:
    with pytest.raises(SetupError, match=sentence):
        import_unsent(centre.address, [header])
