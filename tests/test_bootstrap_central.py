"""A desk machine opens the centre instead of a file; a kiosk with a centre has no staff."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.bootstrap.data_folder import make_folder
from kiosk.bootstrap.desk import desk_side, show_desk
from kiosk.bootstrap.kiosk import ask_for_slip, open_kiosk
from kiosk.bootstrap.notices import open_sender
from kiosk.bootstrap.visitor import show_visitor_kiosk
from kiosk.cli import demo, init
from kiosk.cli.sign_in import open_for_staff
from kiosk.devices.clock import SystemClock
from kiosk.domain.callbacks.notice import Delivery, NoticeWay
from kiosk.domain.passes import CodeKind, encode
from kiosk.errors import SetupError, StoreAway, StoreDiffers
from kiosk.records.central.connection import Address
from kiosk.records.central.link import CentralLink, write_link
from kiosk.records.central.setup import role_name
from kiosk.usecases.access import SignInRefused
from kiosk.usecases.admin.metrics import MetricsReader
from kiosk.usecases.callbacks.notices import NoticeTry
from kiosk.usecases.central.contact import enter_central
from kiosk.usecases.staff_desk import SignedIn
from tests.support.calls import ask
from tests.support.central_clinics import kiosk_beside, open_clinic_at_centre
from tests.support.centres import PASSWORD, Centre
from tests.support.desks import PASSPHRASE, Clinic
from tests.support.postgres import free_port


@dataclass(frozen=True, slots=True)
class Office:
    """A desk machine's folder, and the clinic that it belongs to."""

    folder: Path
    clinic: Clinic
    link: CentralLink


@pytest.fixture
def office(centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    folder = tmp_path / "desk"
    make_folder(folder)
    monkeypatch.setenv("KIOSK_DATA_DIR", str(folder))
    with open_clinic_at_centre(centre, tmp_path) as clinic:
        site = clinic.site
        role = role_name("desk", site.kiosk_id, site.site_id)
        address = replace(centre.address, role=role, password=PASSWORD)
        link = CentralLink("desk", site.site_id, site.kiosk_id, address)
        write_link(folder, link)
        yield Office(folder, clinic, link)


def test_a_desk_machine_works_at_the_centre_and_says_that_it_is_there(office: Office) -> None:
    kiosk = open_kiosk(office.folder)
    try:
        assert kiosk.site == office.clinic.site
        answer = kiosk.access().sign_in("manager", PASSPHRASE)
        assert isinstance(answer, SignedIn)
        (here,) = kiosk.access().oversight_desk(answer).kiosks()
        assert (here.here, here.pending, here.parked) == (True, 0, 0)
        assert here.version
        assert here.contact_at is not None
        assert here.clock_offset_ms is not None
        assert abs(here.clock_offset_ms) < timedelta(minutes=1) / timedelta(milliseconds=1)
        assert desk_side(kiosk).clinic.at_centre
    finally:
        kiosk.store.close()
    assert sorted(path.name for path in office.folder.iterdir()) == [
        "central.json", "kiosk.toml", "take-home.toml", "wishes.toml",
    ]  # fmt: skip


def test_a_kiosk_asks_its_centre_for_a_slip(office: Office, centre: Centre, tmp_path: Path) -> None:
    with kiosk_beside(office.clinic, centre, "8C") as beside:
        receipt = beside.clinic.visitor.request_callback(beside.clinic.draft())
        beside.send()
        digits, folder = receipt.slip_digits, tmp_path / "kiosk"
        folder.mkdir()
        assert ask_for_slip(folder, digits) is None, "no centre, nobody to ask"
        site = beside.clinic.site
        role = role_name("kiosk", site.kiosk_id, site.site_id)
        address = replace(centre.address, role=role, password=PASSWORD)
        write_link(folder, CentralLink("kiosk", site.site_id, site.kiosk_id, address))
        found = ask_for_slip(folder, digits)
        assert found is not None
        assert (found.withdrawn, found.box) == (False, None)
        assert ask_for_slip(folder, encode(CodeKind.SLIP, bytes(16))) is None
        assert ask_for_slip(folder, "no slip") is None
        away = replace(address, port=free_port())
        write_link(folder, CentralLink("kiosk", site.site_id, site.kiosk_id, away))
        with pytest.raises(StoreAway):
            ask_for_slip(folder, digits)


def test_a_desk_machine_tells_of_requests_without_a_passphrase(office: Office) -> None:
    told, place = office.folder / "told", office.folder / "kiosk.toml"
    text = re.sub(r'(?m)^(\w+day) = ".*"', r'\1 = ""', place.read_text(encoding="utf-8"))
    command = f'command = ["/bin/sh", "-c", "cat > {told}"]'
    text = text.replace("command = []", command, 1)
    place.write_text(text.replace("gather_minutes = 10", "gather_minutes = 0"), encoding="utf-8")
    ask(office.clinic)
    kiosk = open_kiosk(office.folder)
    try:
        sender = open_sender(kiosk)
        assert sender.look() == (NoticeTry(NoticeWay.COMMAND, Delivery()),)
        assert sender.look() == ()
        rules, calendar = kiosk.settings.rules, kiosk.calendar()
        given = (kiosk.store, kiosk.clock, kiosk.site, rules, calendar)
        gauges = MetricsReader(*given, is_for_desks=True).read()
    finally:
        kiosk.store.close()
    assert told.read_text().startswith("1 new request, ")
    samples = {gauge.name: gauge.samples for gauge in gauges}
    assert samples["kiosk_waiting_requests"] == (({}, 1),)
    ((here, age),) = samples["kiosk_last_contact_age_seconds"]
    assert here == {"machine": "7K", "kind": "desk"}
    assert 0 <= age < timedelta(minutes=1).total_seconds()


def test_the_clock_is_measured_again_each_time_and_kept_with_facts(office: Office) -> None:
    clinic = office.clinic
    for _ in range(2):
        enter_central(clinic.store, clinic.clock, "1.2.3")
    (beat,) = clinic.column("SELECT clock_offset_ms FROM kiosk_heartbeat")
    behind = SystemClock().now() - clinic.clock.at
    assert abs(timedelta(milliseconds=beat) - behind) < timedelta(minutes=1)
    assert isinstance(clinic.access.sign_in("manager", "wrong"), SignInRefused)
    (kept,) = clinic.column(
        "SELECT clock_offset_ms FROM audit_event ORDER BY position DESC LIMIT 1"
    )
    assert kept == beat


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE kiosk_device SET revoked_at=now()", "was revoked"),
        ("DELETE FROM sync_state", "does not know this desk machine"),
    ],
)
def test_a_machine_that_is_not_wanted_any_more_is_told(
    office: Office, change: str, sentence: str
) -> None:
    office.clinic.bend(change)
    with pytest.raises(SetupError, match=sentence):
        open_kiosk(office.folder)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ("contract=0, oldest_contract=0", "older than this kiosk"),
        ("contract=99, oldest_contract=98", "too old for its centre"),
    ],
)
@pytest.mark.parametrize("lacking", ["", "kiosk_take_turn", "kiosk_end_open_transactions"])
def test_versions_that_do_not_go_together_are_told(
    office: Office, terms: str, sentence: str, lacking: str
) -> None:
    office.clinic.bend(f"UPDATE central SET {terms}")  # noqa: S608
    if lacking:
        office.clinic.bend(f"DROP FUNCTION {lacking}")
    with pytest.raises(StoreDiffers, match=sentence):
        open_kiosk(office.folder)


def test_a_centre_that_is_away_is_told_in_one_sentence(tmp_path: Path) -> None:
    make_folder(tmp_path)
    address = Address("127.0.0.1", free_port(), "kiosk", "d_x", "")
    write_link(tmp_path, CentralLink("desk", UUID(int=1), UUID(int=2), address))
    with pytest.raises(StoreAway, match="cannot be reached just now"):
        open_kiosk(tmp_path)


def test_a_desk_machine_shows_no_visitor_anything_and_makes_no_clinic(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for command in (
        lambda: show_visitor_kiosk(office.folder),
        lambda: demo.begin(office.folder),
        lambda: init._refuse_second(office.folder),
    ):
        with pytest.raises(SetupError, match="This is a desk machine of a centre"):
            command()


def test_a_kiosk_with_a_centre_sends_its_staff_to_a_desk_machine(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    write_link(office.folder, replace(office.link, kind="kiosk"))
    for command in (lambda: show_desk(office.folder), open_for_staff):
        with pytest.raises(SetupError, match="staff work at a desk machine"):
            command()
