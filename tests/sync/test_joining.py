"""A new machine joins: once, by file and code together, and a cut at any point is made good."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.devices.clock import entropy
from kiosk.domain.attendance.check_in import CheckedIn
from kiosk.domain.central.fleet import parse_code
from kiosk.errors import SetupError, StoreAway, StoreDiffers, VaultError
from kiosk.records import site as site_rows
from kiosk.records.central.connection import Address, read_address
from kiosk.records.central.link import CentralLink, read_link, write_link
from kiosk.records.central.owner import CentralSite, owner_transaction
from kiosk.records.central.setup import CONTRACT, OLDEST_CONTRACT
from kiosk.records.database.store import Store
from kiosk.sync.joining import (
    UNFINISHED,
    JoinedCentral,
    JoinFolder,
    check_place,
    join,
    machine_transaction,
)
from kiosk.usecases.central.adoption import adopt_clinic
from kiosk.usecases.central.owner import (
    NewMachine,
    choose_site,
    enrol_machine,
    prepare_central,
    revoke_machine,
)
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.audit_chain import START_TAG
from kiosk.vault.enrolment_bundle import SignedBundle
from kiosk.vault.passphrases import hash_pin, verify_pin
from tests.support.desks import CHEAP, Clinic, SetClock, open_clinic
from tests.support.new_files import files_made_at_once
from tests.support.strict_server import owned_database, strict_server

PIN = "1357"


@dataclass
class World:
    """A clinic at a centre that asks for passwords, and a folder for a new machine."""

    clinic: Clinic
    owner: Address
    site: CentralSite
    folder: Path
    digits: str
    """Of a pass."""
    clock: SetClock = field(default_factory=SetClock)
    pins_asked: int = 0

    @property
    def place(self) -> JoinFolder:
        return JoinFolder(self.folder, self.folder / DATABASE, self.clock, entropy)

    def enrol(self, kind: str = "kiosk") -> tuple[SignedBundle, str]:
        kept: list[SignedBundle] = []
        machine = NewMachine("New one", kind, self.owner)
        made = enrol_machine(
            self.owner, self.site, machine, self.clock, self.clinic.entropy, kept.append
        )
        code = parse_code(made.code)
        assert code is not None
        return kept[0], code

    def new_pin_hash(self) -> str:
        self.pins_asked += 1
        return hash_pin(PIN, cost=CHEAP)

    def join(self, signed: SignedBundle, code: str) -> JoinedCentral:
        signed.check(code)
        check_place(self.place, signed.bundle)
        return join(self.place, signed.bundle, code, self.new_pin_hash)

    def at_centre(self, query: str, **values: object) -> Any:
        with owner_transaction(self.owner) as transaction:
            return transaction.connection().execute(text(query), values).scalar()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One centre for all tests here: each enrols machines of its own."""
    folder = tmp_path_factory.mktemp("clinic")
    with (
        strict_server() as server,
        owned_database(server, "joining") as url,
        open_clinic(folder) as clinic,
    ):
        owner = read_address(url)
        clinic.add_session(starts=-5)
        digits = clinic.passes.issue_pass("Mei", "en").digits
        prepare_central(owner, clinic.clock)
        adopt_clinic(clinic.store, clinic.folder, owner, owner, clinic.clock, clinic.entropy)
        yield World(clinic, owner, choose_site(owner, None), folder, digits)


@pytest.fixture
def world(shared: World, tmp_path: Path) -> Iterator[World]:
    """The same with an empty folder for a new machine, and a clock of the test's own."""
    with files_made_at_once():
        yield replace(shared, folder=tmp_path, clock=SetClock())


def visitors(store: Store, world: World) -> VisitorDesk:
    site = load_site(store)
    sealing = load_sealing_keys(store, site)
    return VisitorDesk(store, world.clock, world.clinic.entropy, site, world.clinic.rules, sealing)


def assert_whole_kiosk(world: World) -> None:
    """It takes check-ins, knows its PIN, and the centre knows its sealed key."""
    store = Store.open(world.folder / DATABASE)
    try:
        site = load_site(store)
        with store.read() as transaction:
            pin = site_rows.pin_hash(transaction, site.kiosk_id)
            sealed = transaction.connection().execute(
                text("SELECT sealed_audit_key FROM kiosk_device WHERE id = :id"),
                {"id": site.kiosk_id.bytes},
            )
            here = sealed.scalar_one()
            chain = transaction.connection().execute(
                text("SELECT length, last_tag FROM audit_chain")
            )
            assert tuple(chain.one()) == (0, START_TAG)
        assert verify_pin(pin, PIN)
        assert isinstance(visitors(store, world).check_in(world.digits), CheckedIn)
    finally:
        store.close()
    asked = "SELECT {} FROM kiosk_device WHERE id = :id"
    assert world.at_centre(asked.format("sealed_audit_key"), id=site.kiosk_id) == here
    assert world.at_centre(asked.format("pin_hash"), id=site.kiosk_id) == pin


def assert_settled(world: World, kind: str) -> CentralLink:
    link = read_link(world.folder)
    assert link is not None
    assert link.kind == kind
    assert not (world.folder / UNFINISHED).exists()
    assert (world.folder / "central.json").stat().st_mode & 0o777 == 0o600
    with machine_transaction(link.address) as transaction:
        asked = transaction.connection().execute(text("SELECT current_user"))
        assert asked.scalar_one() == link.address.role
    return link


def test_a_kiosk_joins_and_pulls(world: World) -> None:
    signed, code = world.enrol()
    assert world.join(signed, code).pulled
    assert_settled(world, "kiosk")
    assert world.pins_asked == 1
    store = Store.open(world.folder / DATABASE)
    try:
        assert load_site(store).symbols == signed.bundle.symbols != world.clinic.site.symbols
        with store.read() as transaction:
            for name, number in (("group_session", 1), ("support_group", 1), ("public_key", 4)):
                found = transaction.connection().execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608  names from above
                assert found.scalar_one() == number
            for name in ("staff_account", "participant", "membership"):
                found = transaction.connection().execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608  names from above
                assert found.scalar_one() == 0
    finally:
        store.close()
    assert_whole_kiosk(world)


def test_a_desk_joins_without_a_file(world: World) -> None:
    signed, code = world.enrol("desk")
    world.join(signed, code)
    link = assert_settled(world, "desk")
    assert not world.place.database.exists()
    assert world.pins_asked == 0
    for name in ("sync_state", "audit_chain"):
        query = f"SELECT count(*) FROM {name} WHERE kiosk_id = :id"  # noqa: S608  from above
        assert world.at_centre(query, id=link.kiosk_id) == 1


@pytest.mark.parametrize("kind", ["kiosk", "desk"])
def test_a_code_works_once(world: World, tmp_path: Path, kind: str) -> None:
    signed, code = world.enrol(kind)
    world.join(signed, code)
    world = replace(world, folder=tmp_path / "thief")
    world.folder.mkdir()
    with pytest.raises(SetupError, match="does not take this code any more"):
        world.join(signed, code)
    assert not world.place.database.exists()
    assert read_link(world.folder) is None


def test_joining_again_by_the_same_bundle_is_harmless(world: World) -> None:
    signed, code = world.enrol()
    world.join(signed, code)
    link = (world.folder / "central.json").read_bytes()
    assert check_place(world.place, signed.bundle)
    world.join(signed, code)
    assert (world.folder / "central.json").read_bytes() == link
    assert world.pins_asked == 1


JOINING = "kiosk.sync.joining"
CUTS = (
    ("kiosk", f"{JOINING}.write_link", 0),
    ("kiosk", f"{JOINING}.write_link", 1),
    ("kiosk", f"{JOINING}._change_password", 0),
    ("kiosk", f"{JOINING}.join_kiosk", 0),
    ("kiosk", f"{JOINING}.copy_table", 1),
    ("kiosk", f"{JOINING}._make_file", 0),
    ("kiosk", "kiosk.records.central.machines.complete_own_row", 0),
    ("kiosk", f"{JOINING}._pull", 0),
    ("desk", f"{JOINING}._change_password", 0),
    ("desk", f"{JOINING}.join_desk", 0),
    ("desk", "kiosk.records.central.machines.complete_own_row", 0),
    ("desk", f"{JOINING}.write_link", 1),
)
"""Kind of machine, what is cut, and at which call of it."""


def _cut(
    monkeypatch: pytest.MonkeyPatch, target: str, *, after: bool, skip: int
) -> Callable[[], bool]:
    """Cut a run at one call of `target`, before or after it; return whether it came to that."""
    module, _, name = target.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)
    calls = count()
    hits: list[bool] = []

    def cut(*words: object, **named: object) -> object:
        if next(calls) != skip:
            return real(*words, **named)
        hits.append(True)
        if after:
            real(*words, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(target, cut)
    return lambda: bool(hits)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "target", "skip"), CUTS)
def test_a_cut_anywhere_is_made_good_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch, target: str, kind: str, after: bool, skip: int
) -> None:
    signed, code = world.enrol(kind)
    with monkeypatch.context() as patch:
        was_cut = _cut(patch, target, after=after, skip=skip)
        with pytest.raises(KeyboardInterrupt):
            world.join(signed, code)
        assert was_cut()
    world.join(signed, code)
    link = assert_settled(world, kind)
    if kind == "kiosk":
        assert_whole_kiosk(world)
        assert world.pins_asked <= 2
    else:
        query = "SELECT count(*) FROM audit_chain WHERE kiosk_id = :id"
        assert world.at_centre(query, id=link.kiosk_id) == 1


def test_an_altered_bundle_changes_nothing(world: World) -> None:
    signed, _ = world.enrol()
    _, other = world.enrol()
    with pytest.raises(VaultError):
        world.join(signed, other)
    assert list(world.folder.iterdir()) == []


def test_an_expired_bundle_is_refused_unless_joining_had_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, late_code = world.enrol()
    begun, begun_code = world.enrol()
    enrolled_at = world.clock.now()
    with monkeypatch.context() as patch:
        _cut(patch, "kiosk.sync.joining.join_kiosk", after=False, skip=0)
        with pytest.raises(KeyboardInterrupt):
            world.join(begun, begun_code)
    world.clock.move(days=7)
    world.join(begun, begun_code)
    world = replace(world, folder=world.folder / "late")
    world.folder.mkdir()
    with pytest.raises(SetupError, match="expired"):
        world.join(late, late_code)
    assert late.bundle.expires - enrolled_at == timedelta(days=7)


def test_a_revoked_enrolment_is_refused(world: World) -> None:
    signed, code = world.enrol()
    gone = revoke_machine(
        world.owner, world.site, signed.bundle.symbols, world.clock, at_once=False
    )
    assert not gone.has_joined
    with pytest.raises(SetupError, match="does not take this code"):
        world.join(signed, code)


def test_a_folder_with_a_clinic_is_refused(world: World) -> None:
    signed, _code = world.enrol()
    place = JoinFolder(
        world.clinic.folder, world.clinic.folder / DATABASE, world.clock, world.clinic.entropy
    )
    (world.clinic.folder / "central.json").rename(world.folder / "kept.json")
    with pytest.raises(SetupError, match="There is a clinic in"):
        check_place(place, signed.bundle)
    (world.folder / "kept.json").rename(world.clinic.folder / "central.json")
    with pytest.raises(SetupError, match="belongs to another machine"):
        check_place(place, signed.bundle)


@pytest.mark.parametrize(
    ("terms", "sentence"), [("contract = 0", "is older"), ("oldest_contract = 99", "too old")]
)
def test_another_version_is_refused_and_the_code_stays_good(
    world: World, terms: str, sentence: str
) -> None:
    signed, code = world.enrol()
    with owner_transaction(world.owner) as transaction:
        transaction.connection().execute(text(f"UPDATE central SET {terms}"))  # noqa: S608  from above
    with pytest.raises(StoreDiffers, match=f"{sentence}.*the code stays good"):
        world.join(signed, code)
    with owner_transaction(world.owner) as transaction:
        transaction.connection().execute(
            text("UPDATE central SET contract = :contract, oldest_contract = :oldest"),
            {"contract": CONTRACT, "oldest": OLDEST_CONTRACT},
        )
    assert world.join(signed, code).pulled


def test_a_centre_that_is_away_leaves_the_code_good(world: World) -> None:
    signed, code = world.enrol()
    real = read_link(world.clinic.folder)
    assert real is not None
    with pytest.MonkeyPatch.context() as patch:
        _cut(patch, "kiosk.sync.joining._change_password", after=False, skip=0)
        with pytest.raises(KeyboardInterrupt):
            world.join(signed, code)
    begun = read_link(world.folder / UNFINISHED)
    assert begun is not None
    nowhere = Address("127.0.0.1", 1, "none", begun.address.role, begun.address.password)
    away = CentralLink(begun.kind, begun.site_id, begun.kiosk_id, nowhere)
    write_link(world.folder / UNFINISHED, away)
    with pytest.raises(StoreAway):
        world.join(signed, code)
    write_link(world.folder / UNFINISHED, begun)
    assert world.join(signed, code).pulled
