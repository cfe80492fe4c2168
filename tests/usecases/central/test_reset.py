"""Emptying a machine: nothing that waits may be lost, and a cut can be made good."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.errors import SetupError
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, read_link, write_link
from kiosk.records.outbox import set_exported_upto
from kiosk.usecases.central.adoption import check_reset, reset_machine
from tests.support.desks import Clinic, open_clinic

LINK = CentralLink("kiosk", UUID(int=1), UUID(int=2), Address("db", 5432, "kiosk", "k_1", "secret"))


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Clinic]:
    """A kiosk of a centre, with something unsent."""
    with open_clinic(tmp_path) as clinic:
        write_link(tmp_path, LINK, "certificates")
        (tmp_path / "exports").mkdir()
        (tmp_path / "exports" / "list.csv").write_text("x")
        (tmp_path / "kiosk.toml").write_text("")
        yield clinic


def test_nothing_goes_while_facts_wait(linked: Clinic) -> None:
    with pytest.raises(SetupError, match="have not reached the centre"):
        check_reset(linked.folder, linked.file)


def test_what_was_exported_may_go(linked: Clinic) -> None:
    last = linked.column("SELECT max(seq) FROM outbox")[0]
    set_exported_upto(linked.folder, last - 1)
    with pytest.raises(SetupError, match="have not reached the centre"):
        check_reset(linked.folder, linked.file)
    set_exported_upto(linked.folder, last)
    kept = linked.folder / "unsent-0003-1.jsonl"
    kept.write_text("{}")
    found = check_reset(linked.folder, linked.file)
    assert (found.symbols, found.exported) == ("7K", (kept,))


def test_what_the_centre_has_may_go(linked: Clinic) -> None:
    linked.bend("DELETE FROM outbox")
    assert check_reset(linked.folder, linked.file).exported == ()


def test_what_was_set_aside_waits_too(linked: Clinic) -> None:
    linked.bend(
        "INSERT INTO parked SELECT seq, kiosk_seq, site_id, table_name, row_id, payload, '22007',"
        " '2026-03-02' FROM outbox"
    )
    linked.bend("DELETE FROM outbox")
    with pytest.raises(SetupError, match="have not reached the centre"):
        check_reset(linked.folder, linked.file)


def test_a_clinic_without_a_centre_is_never_emptied(linked: Clinic) -> None:
    (linked.folder / "central.json").unlink()
    linked.bend("DELETE FROM outbox")
    with pytest.raises(SetupError, match="belongs to no centre"):
        check_reset(linked.folder, linked.file)


def test_settings_and_exported_facts_stay(linked: Clinic) -> None:
    kept = linked.folder / "unsent-0003-1.jsonl"
    kept.write_text("{}")
    set_exported_upto(linked.folder, 99)
    linked.store.close()
    reset_machine(linked.folder, linked.file)
    assert {path.name for path in linked.folder.iterdir()} == {"kiosk.toml", kept.name}
    reset_machine(linked.folder, linked.file)


def test_a_desk_has_nothing_that_could_be_lost(tmp_path: Path) -> None:
    write_link(tmp_path, replace(LINK, kind="desk"))
    assert check_reset(tmp_path, tmp_path / "kiosk.db").symbols == ""
    reset_machine(tmp_path, tmp_path / "kiosk.db")
    assert list(tmp_path.iterdir()) == []


def test_a_cut_leaves_the_link_so_that_it_can_be_finished(
    linked: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked.store.close()

    def cut(_path: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.usecases.central.adoption.shutil.rmtree", cut)
        with pytest.raises(KeyboardInterrupt):
            reset_machine(linked.folder, linked.file)
    assert not linked.file.exists()
    assert read_link(linked.folder) is not None
    assert check_reset(linked.folder, linked.file).symbols == ""
