"""Looking after a centre's machines, by an owner who is no superuser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from kiosk.devices.clock import entropy
from kiosk.domain.central.fleet import parse_code
from kiosk.errors import KioskError, SetupError, StoreAway, StoreDiffers, StoreRefused
from kiosk.records.central import connection
from kiosk.records.central.connection import Address, read_address
from kiosk.records.central.machines import CentralMachine
from kiosk.records.central.owner import CentralSite, owner_transaction
from kiosk.records.central.setup import change_password, role_name
from kiosk.sync.joining import machine_transaction
from kiosk.usecases.central.adoption import adopt_clinic
from kiosk.usecases.central.owner import (
    NewMachine,
    central_status,
    choose_site,
    declare_restored,
    enrol_machine,
    prepare_central,
    revoke_machine,
)
from kiosk.vault.enrolment_bundle import SignedBundle, first_password
from tests.support.desks import Clinic, SetClock, open_clinic
from tests.support.postgres import Server
from tests.support.strict_server import OWNER_PASSWORD, owned_database, strict_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with strict_server() as server:
        yield server


@pytest.fixture
def owner(server: Server) -> Iterator[Address]:
    with owned_database(server, "owned") as url:
        yield read_address(url)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    (tmp_path / "clinic").mkdir()
    with open_clinic(tmp_path / "clinic") as clinic:
        yield clinic


@pytest.fixture
def site(owner: Address, clinic: Clinic) -> CentralSite:
    """The clinic, adopted."""
    prepare_central(owner, clinic.clock)
    adopt_clinic(clinic.store, clinic.folder, owner, owner, clinic.clock, entropy)
    return choose_site(owner, None)


def enrol(
    owner: Address, site: CentralSite, clock: SetClock, kind: str = "kiosk"
) -> tuple[Address, SignedBundle]:
    """Give the way in that a machine has before it joins."""
    kept: list[SignedBundle] = []
    made = enrol_machine(owner, site, NewMachine("New", kind, owner), clock, entropy, kept.append)
    code, bundle = parse_code(made.code), kept[0].bundle
    assert code is not None
    password = first_password(code, bundle.kiosk_id)
    return replace(owner, role=bundle.role, password=password), kept[0]


def change(owner: Address, statement: str, **values: object) -> None:
    with owner_transaction(owner) as transaction:
        transaction.connection().execute(text(statement), values)


def role_state(owner: Address, role: str) -> bool | None:
    """Whether a role may sign in; None where there is none."""
    with owner_transaction(owner) as transaction:
        asked = text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role")
        found: bool | None = transaction.connection().execute(asked, {"role": role}).scalar()
        return found


def connect(address: Address) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.role,
        password=address.password,
    )


def machines(owner: Address, clock: SetClock) -> dict[str, CentralMachine]:
    return {one.symbols: one for one in central_status(owner, clock).machines}


def test_a_centre_may_be_made_again(owner: Address, clinic: Clinic) -> None:
    first = prepare_central(owner, clinic.clock)
    assert prepare_central(owner, clinic.clock) == first
    assert first.sites == ()
    with pytest.raises(SetupError, match="There is no clinic at this centre yet"):
        choose_site(owner, None)


def test_an_owner_waits_longer_for_the_line_than_a_machine(
    owner: Address, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1e-6)
    assert prepare_central(owner, clinic.clock).sites == ()


def test_an_older_program_leaves_a_newer_centre_alone(owner: Address, clinic: Clinic) -> None:
    prepare_central(owner, clinic.clock)
    change(owner, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreDiffers, match="newer kiosk"):
        prepare_central(owner, clinic.clock)


def test_what_is_no_centre_says_so(owner: Address, clinic: Clinic) -> None:
    with pytest.raises(StoreDiffers, match="kiosk central init"):
        central_status(owner, clinic.clock)


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        (lambda to: replace(to, password="wrong"), SetupError, "does not let this owner in"),
        (lambda to: replace(to, role="nobody_here"), SetupError, "does not let this owner in"),
        (lambda to: replace(to, database="missing"), SetupError, "no database missing"),
        (lambda to: replace(to, port=1), StoreAway, "does not answer"),
        (lambda to: replace(to, host="localhost.invalid"), StoreAway, "does not answer"),
    ],
)
def test_a_wrong_url_says_what_is_wrong(
    owner: Address,
    clinic: Clinic,
    changed: Callable[[Address], Address],
    error: type[KioskError],
    sentence: str,
) -> None:
    with pytest.raises(error, match=sentence) as raised:
        prepare_central(changed(owner), clinic.clock)
    assert OWNER_PASSWORD not in str(raised.value)


def test_a_machine_is_no_owner(owner: Address, site: CentralSite, clinic: Clinic) -> None:
    way_in, _ = enrol(owner, site, clinic.clock)
    with pytest.raises(SetupError, match="the role that owns the database"):
        declare_restored(way_in, clinic.clock, entropy)


def test_a_site_is_found_by_name_or_by_the_end_of_its_id(
    owner: Address, site: CentralSite, clinic: Clinic, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with open_clinic(tmp_path / "other", seed=2) as other:
        adopt_clinic(other.store, other.folder, owner, owner, other.clock, entropy)
    with pytest.raises(SetupError, match="--site"):
        choose_site(owner, None)
    with pytest.raises(SetupError, match="--site"):
        choose_site(owner, "Sample clinic")
    assert choose_site(owner, site.site_id.hex[-8:]) == site
    assert choose_site(owner, str(site.site_id)) == site


def test_an_enrolled_machine_can_sign_in_and_has_symbols_of_its_own(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    way_in, signed = enrol(owner, site, clinic.clock)
    with connect(way_in) as machine:
        assert machine.execute("SELECT current_user").fetchone() == (signed.bundle.role,)
    found = machines(owner, clinic.clock)
    assert set(found) == {"7K", signed.bundle.symbols}
    assert not found[signed.bundle.symbols].has_joined
    assert found["7K"].has_joined


def test_nothing_is_enrolled_where_the_bundle_cannot_be_kept(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    def full(_signed: SignedBundle) -> None:
        raise SetupError("full")

    with pytest.raises(SetupError, match="full"):
        enrol_machine(owner, site, NewMachine("New", "kiosk", owner), clinic.clock, entropy, full)
    assert set(machines(owner, clinic.clock)) == {"7K"}


@pytest.mark.parametrize("name", ["", " ", "\x1b", "x" * 61])
def test_a_machine_needs_a_name(
    owner: Address, site: CentralSite, clinic: Clinic, name: str
) -> None:
    machine = NewMachine(name, "kiosk", owner)
    with pytest.raises(SetupError, match="name"):
        enrol_machine(owner, site, machine, clinic.clock, entropy, lambda _signed: None)


def test_looking_removes_what_nobody_joined_by_in_a_week(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    _, signed = enrol(owner, site, clinic.clock)
    clinic.clock.move(days=7)
    assert not central_status(owner, clinic.clock).removed
    clinic.clock.move(seconds=1)
    status = central_status(owner, clinic.clock)
    assert [one.symbols for one in status.removed] == [signed.bundle.symbols]
    assert {one.symbols for one in status.machines} == {"7K"}
    assert role_state(owner, signed.bundle.role) is None


def test_looking_shuts_out_who_has_wiped_itself(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    role = role_name("kiosk", clinic.site.kiosk_id, site.site_id)
    revoke_machine(owner, site, "7k", clinic.clock, at_once=False)
    assert not central_status(owner, clinic.clock).closed
    assert role_state(owner, role) is True
    change(
        owner,
        "INSERT INTO kiosk_heartbeat (kiosk_id, site_id, at, received_at, pending, parked,"
        " sent_upto, version, wiped_at)"
        " VALUES (:kiosk, :site, :at, :at, 0, 0, 0, '1', :at)",
        kiosk=clinic.site.kiosk_id,
        site=site.site_id,
        at=clinic.clock.now(),
    )
    assert [one.symbols for one in central_status(owner, clinic.clock).closed] == ["7K"]
    assert role_state(owner, role) is False
    assert not central_status(owner, clinic.clock).closed


def test_a_revocation_is_noted_once(owner: Address, site: CentralSite, clinic: Clinic) -> None:
    first = clinic.clock.now()
    for _ in range(2):
        revoke_machine(owner, site, "7K", clinic.clock, at_once=False)
        clinic.clock.move(hours=1)
    assert machines(owner, clinic.clock)["7K"].revoked_at == first
    with owner_transaction(owner) as transaction:
        noted = text(
            "SELECT count(*) FROM change_log WHERE row_id = :id AND v > (SELECT min(v) FROM"
            " change_log WHERE row_id = :id)"
        )
        asked = {"id": clinic.site.kiosk_id}
        assert transaction.connection().execute(noted, asked).scalar_one() == 1


@pytest.mark.parametrize("kind", ["kiosk", "desk"])
def test_a_stolen_machine_is_shut_out_in_the_middle_of_its_work(
    owner: Address, site: CentralSite, clinic: Clinic, kind: str
) -> None:
    way_in, signed = enrol(owner, site, clinic.clock, kind)
    change(
        owner,
        "UPDATE kiosk_device SET sealed_audit_key = 'x' WHERE id = :id",
        id=signed.bundle.kiosk_id,
    )
    machine = connect(way_in)
    try:
        revoke_machine(owner, site, signed.bundle.symbols, clinic.clock, at_once=kind == "kiosk")
        with pytest.raises(psycopg.OperationalError):
            machine.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            connect(way_in)
    finally:
        machine.close()


def test_an_unknown_machine_is_named(owner: Address, site: CentralSite, clinic: Clinic) -> None:
    with pytest.raises(SetupError, match="no machine 99"):
        revoke_machine(owner, site, "99", clinic.clock, at_once=True)


def test_a_restored_centre_gets_another_epoch(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    assert declare_restored(owner, clinic.clock, entropy) == (1, 0)
    assert choose_site(owner, None).epoch != site.epoch
    change(owner, f"DROP ROLE {role_name('kiosk', clinic.site.kiosk_id, site.site_id)}")
    assert declare_restored(owner, clinic.clock, entropy) == (1, 1)


def test_a_machine_without_its_role_gets_it_again_by_its_own_init(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    role = role_name("kiosk", clinic.site.kiosk_id, site.site_id)
    change(owner, f"DROP ROLE {role}")
    adopted = adopt_clinic(clinic.store, clinic.folder, owner, owner, clinic.clock, entropy)
    assert (adopted.copied, adopted.linked) == (0, True)
    assert role_state(owner, role) is True


def test_times_of_a_bundle_are_the_clocks(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    _, signed = enrol(owner, site, clinic.clock)
    assert signed.bundle.expires - clinic.clock.now() == timedelta(days=7)


def test_settings_that_a_thief_gave_a_machine_are_found_and_put_back(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    """PostgreSQL lets a role do so; with these its machine reads nothing and writes nothing."""
    way_in, _ = enrol(owner, site, clinic.clock, "desk")
    assert central_status(owner, clinic.clock).bent == ()
    change(way_in, f"ALTER ROLE {way_in.role} SET default_transaction_read_only = on")
    with pytest.raises(KioskError):
        change(way_in, "SELECT kiosk_forget_desk_changes()")
    with psycopg.connect(way_in.url().set(drivername="postgresql").render_as_string(False)) as own:
        own.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        own.execute("SET TRANSACTION READ WRITE")
        own.execute(
            f"ALTER ROLE {way_in.role} IN DATABASE {way_in.database} SET role = 'kiosk_desk'"
        )
        own.execute(f"ALTER ROLE {way_in.role} RESET statement_timeout")
    assert [one.role for one in central_status(owner, clinic.clock).bent] == [way_in.role]
    assert central_status(owner, clinic.clock).bent == ()
    change(way_in, "SELECT kiosk_forget_desk_changes()")


def test_a_machine_whose_password_was_changed_says_so_and_is_shut_out_by_revoking(
    owner: Address, site: CentralSite, clinic: Clinic
) -> None:
    """PostgreSQL lets a role do so; the true machine is told apart from one that was revoked."""
    way_in, bundle = enrol(owner, site, clinic.clock, "desk")
    thief = replace(way_in, password="another")
    with machine_transaction(way_in) as transaction:
        change_password(transaction.connection(), way_in.role, thief.password)
    with pytest.raises(StoreRefused, match="was stolen and changed"), machine_transaction(way_in):
        pass
    with owner_transaction(owner) as transaction:
        sealed = text("UPDATE kiosk_device SET sealed_audit_key = 'k' WHERE id = :id")
        transaction.connection().execute(sealed, {"id": bundle.bundle.kiosk_id})
    revoke_machine(owner, site, bundle.bundle.symbols, clinic.clock, at_once=False)
    with pytest.raises(StoreRefused, match="it was revoked"), machine_transaction(thief):
        pass
