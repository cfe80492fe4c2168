"""A clinic of one machine comes to a centre: all of it, once, and nothing is overwritten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.callbacks.notice import NoticeState, NoticeWay
from kiosk.domain.callbacks.request import Origin
from kiosk.domain.staff import Role
from kiosk.errors import SetupError, StoreError
from kiosk.records import outbox
from kiosk.records.callbacks import notices
from kiosk.records.central.adoption import REFERENCES
from kiosk.records.central.link import read_link
from kiosk.records.database.writing import change_reference
from kiosk.records.schema.columns import Row, table
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.records.schema.tables import CallbackRequest, Passcard, SupportGroup
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.syncer import Syncer
from kiosk.usecases.central.adoption import AdoptedClinic, adopt_clinic
from tests.support.centres import Centre
from tests.support.desks import Clinic, open_clinic
from tests.support.worlds import program


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic on one machine, with something in most of its tables."""
    (tmp_path / "clinic").mkdir()
    with open_clinic(tmp_path / "clinic") as clinic:
        clinic.add_session(starts=-5)
        put_away = clinic.add_session("Room 3", starts=60)
        assert put_away.group_id is not None
        with clinic.store.write() as transaction:
            change_reference(
                transaction, SupportGroup, put_away.group_id, {"deleted_at": clinic.clock.now()}
            )
        clinic.access.entry_desk(clinic.add_staff("caller", Role.CALLER)).make_forms(1)
        clinic.passes.issue_pass("Mei", "en")
        yield clinic


def adopt(clinic: Clinic, centre: Centre) -> AdoptedClinic:
    return adopt_clinic(
        clinic.store, clinic.folder, centre.address, centre.address, clinic.clock, clinic.entropy
    )


def rows(clinic: Clinic, kind: type[Row]) -> list[tuple[object, ...]]:
    with clinic.store.read() as transaction:
        query = select(table(kind)).order_by(table(kind).c.id)
        return [tuple(row) for row in transaction.connection().execute(query)]


def rows_at(centre: Centre, kind: type[Row]) -> list[tuple[object, ...]]:
    with centre.engine.begin() as connection:
        query = select(table(kind)).order_by(table(kind).c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_all_reference_rows_come_along(alone: Clinic, centre: Centre) -> None:
    adopted = adopt(alone, centre)
    here = {kind.__tablename__: rows(alone, kind) for kind in REFERENCES}
    there = {kind.__tablename__: rows_at(centre, kind) for kind in REFERENCES}
    assert there == here
    assert adopted.copied == sum(map(len, here.values()))
    assert {str(name) for name, found in here.items() if not found} == {
        "membership",
        "helpline_list",
        "erased",
    }


def test_every_row_is_noted_for_pulling_without_a_gap(alone: Clinic, centre: Centre) -> None:
    adopted = adopt(alone, centre)
    with centre.engine.begin() as connection:
        log = connection.execute(text("SELECT v, table_name, row_id FROM change_log ORDER BY v"))
        noted = [(v, name, row_id) for v, name, row_id in log]
        count = connection.execute(text("SELECT n FROM sync_counter")).scalar_one()
    assert [v for v, _, _ in noted] == list(range(1, adopted.copied + 1))
    assert count == adopted.copied
    assert {(name, id_) for _, name, id_ in noted} == {
        (kind.__tablename__, row[0]) for kind in REFERENCES for row in rows(alone, kind)
    }


def test_the_machine_becomes_a_kiosk_with_a_role_of_its_own(alone: Clinic, centre: Centre) -> None:
    assert adopt(alone, centre).linked
    link = read_link(alone.folder)
    assert link is not None
    assert (link.kind, link.site_id) == ("kiosk", alone.site.site_id)
    assert link.address.password not in ("", centre.address.password)
    assert (alone.folder / "central.json").stat().st_mode & 0o777 == 0o600
    with centre.engine.begin() as connection:
        roles = text("SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname=:r")
        assert tuple(connection.execute(roles, {"r": link.address.role}).one()) == (
            True,
            False,
            False,
        )


def test_what_was_written_since_founding_waits_to_be_sent(alone: Clinic, centre: Centre) -> None:
    card = alone.passes.issue_pass("Tan", "en")
    assert isinstance(alone.visitor.check_in(card.digits), CheckedIn)
    assert adopt(alone, centre).waiting == alone.count("outbox") > 0


def test_what_staff_entered_comes_by_the_owners_hand(alone: Clinic, centre: Centre) -> None:
    desk = alone.access.entry_desk(alone.add_staff("drho", Role.CLINICIAN))
    by_phone = Origin("phone", None, "person", "phone")
    entered = replace(alone.draft("Ravi"), origin=by_phone)
    desk.enter(entered)
    sent = alone.draft()
    alone.visitor.request_callback(sent)
    with alone.store.read() as transaction:
        row = next(one for one in outbox.waiting(transaction, 99) if one.row_id == entered.id)
    with alone.store.write() as transaction:
        outbox.park(transaction, row, "42501", alone.clock.now())
    adopt(alone, centre)
    with centre.engine.begin() as connection:
        found = connection.execute(text("SELECT id, source, received_at FROM callback_request"))
        ((id_, source, received_at),) = found.all()
    assert (id_, source) == (entered.id, "phone")
    assert received_at is not None
    link = read_link(alone.folder)
    assert link is not None
    remote = PostgresRemote(link.address, alone.site.site_id, alone.site.kiosk_id)
    done = Syncer(alone.store, remote, alone.clock, alone.site, program).round()
    assert (done.problem, done.parked, done.pending) == (None, 0, 0)
    with alone.store.read() as transaction:
        again = outbox.unqueued_ids(transaction, CallbackRequest, alone.site.kiosk_id, None)
    remote.close()
    assert [*again] == [sent.id]
    assert centre.count("callback_request") == 2
    adopt(alone, centre)
    assert centre.count("callback_request") == 2


def test_what_staff_were_told_of_is_known_at_the_centre(alone: Clinic, centre: Centre) -> None:
    draft = alone.draft()
    alone.visitor.request_callback(draft)
    way, site, by = NoticeWay.MAIL, alone.site.site_id, alone.site.kiosk_id
    state = NoticeState(way, alone.id(), alone.clock.now())
    with alone.store.write() as transaction:
        notices.add_state(transaction, site, by, state)
        notices.mark_told(transaction, site, by, state, [draft.id])
    adopt(alone, centre)
    with centre.engine.begin() as connection:
        told = connection.execute(text("SELECT request_id, way, notice_id FROM notice_request"))
        assert [tuple(one) for one in told] == [(draft.id, "mail", state.notice_id)]
    assert centre.count("notice") == 1


def test_again_changes_nothing(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    link = (alone.folder / "central.json").read_bytes()
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE support_group SET name = 'Renamed at the centre'"))
        connection.execute(text("DELETE FROM passcard"))
        before = connection.execute(text("SELECT n, epoch FROM sync_counter")).one()
    adopted = adopt(alone, centre)
    assert (adopted.copied, adopted.linked) == (0, False)
    assert (alone.folder / "central.json").read_bytes() == link
    assert rows_at(centre, Passcard) == []
    with centre.engine.begin() as connection:
        names = connection.execute(text("SELECT DISTINCT name FROM support_group"))
        assert names.scalars().all() == ["Renamed at the centre"]
        assert connection.execute(text("SELECT n, epoch FROM sync_counter")).one() == before


def test_a_link_that_was_never_written_is_made_good(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    (alone.folder / "central.json").unlink()
    adopted = adopt(alone, centre)
    assert (adopted.copied, adopted.linked) == (0, True)
    assert read_link(alone.folder) is not None


def test_a_cut_before_the_commit_leaves_no_trace(
    alone: Clinic, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_words: object) -> None:
        raise StoreError("cut")

    with monkeypatch.context() as patch:
        patch.setattr("kiosk.records.central.machines.ensure_role", cut)
        with pytest.raises(StoreError, match="cut"):
            adopt(alone, centre)
    assert centre.count("sync_counter") == centre.count("support_group") == 0
    assert read_link(alone.folder) is None
    assert adopt(alone, centre).copied


def test_a_second_clinic_may_come(alone: Clinic, centre: Centre, tmp_path: Path) -> None:
    adopt(alone, centre)
    (tmp_path / "other").mkdir()
    with open_clinic(tmp_path / "other", seed=2) as other:
        assert adopt(other, centre).copied
        assert centre.count("site") == centre.count("sync_counter") == 2
        one, two = read_link(alone.folder), read_link(other.folder)
    assert one is not None
    assert two is not None
    assert one.address.role != two.address.role


def test_a_machine_of_another_centre_is_not_copied(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    with centre.engine.begin() as connection:
        connection.execute(text("DELETE FROM sync_counter"))
    with pytest.raises(SetupError, match="belongs to the centre at"):
        adopt(alone, centre)
    assert centre.count("sync_counter") == 0


def test_a_revoked_machine_is_not_let_in_again(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    (alone.folder / "central.json").unlink()
    with centre.engine.begin() as connection:
        connection.execute(
            text("UPDATE kiosk_device SET revoked_at = now() WHERE id = :id"),
            {"id": alone.site.kiosk_id},
        )
    with pytest.raises(SetupError, match="was revoked"):
        adopt(alone, centre)


def test_a_moved_centre_gives_the_machine_another_link(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    moved = replace(centre.address, host="localhost")
    adopted = adopt_clinic(
        alone.store, alone.folder, centre.address, moved, alone.clock, alone.entropy
    )
    link = read_link(alone.folder)
    assert (adopted.copied, adopted.linked) == (0, True)
    assert link is not None
    assert link.address.host == "localhost"


def test_the_servers_certificates_come_along(alone: Clinic, centre: Centre, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    owner = replace(centre.address, ca_file=str(ca))
    with pytest.raises(SetupError, match="cannot be read"):
        adopt_clinic(alone.store, alone.folder, owner, owner, alone.clock, alone.entropy)


def test_its_own_row_is_the_one_that_was_founded(alone: Clinic, centre: Centre) -> None:
    adopt(alone, centre)
    ids = {row[0] for row in rows_at(centre, KioskDevice)}
    assert ids == {alone.site.kiosk_id}
    assert all(isinstance(id_, UUID) for id_ in ids)
