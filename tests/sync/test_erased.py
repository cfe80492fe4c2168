"""What was erased at the centre is gone from kiosks, and no kiosk brings it back."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.passes import CodeKind, derive_lookup, encode
from kiosk.domain.person.data import PersonErased
from kiosk.domain.person.erasure import EraseReason, lookup_mark
from kiosk.records import outbox, pulled_rows
from kiosk.records.anomalies import gaps
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import table
from kiosk.records.schema.tables import CheckIn, Passcard
from kiosk.sync.pull import pull_changes
from kiosk.sync.remote import Heartbeat
from tests.support import facts
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside, kiosk_beside, open_clinic_at_centre
from tests.support.centres import Centre
from tests.support.desks import Clinic

SECRET = b"pass-of-canary-2"
LOOKUP = derive_lookup(SECRET)


@pytest.fixture
def clinic(untimed_centre: Centre, tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic_at_centre(untimed_centre, tmp_path) as clinic:
        yield clinic


@pytest.fixture
def kiosk(clinic: Clinic, untimed_centre: Centre) -> Iterator[KioskBeside]:
    with kiosk_beside(clinic, untimed_centre, "8C") as kiosk:
        yield kiosk


def erase(clinic: Clinic, id_: UUID) -> None:
    desk = clinic.access.person_desk(clinic.fresh(clinic.manager))
    desk.find(encode(CodeKind.PASS, SECRET))
    assert isinstance(desk.erase(id_, EraseReason.WISH), PersonErased)


def waiting(kiosk: KioskBeside) -> list[Waiting]:
    with kiosk.clinic.store.read() as transaction:
        return outbox.waiting(transaction, 10_000)


def hear(kiosk: KioskBeside) -> None:
    """Let the kiosk pull what has changed."""
    remote, here = kiosk.remote, kiosk.clinic
    contact = remote.contact(Heartbeat(here.clock.at, 0, 0, 0, "1"))
    pull_changes(here.store, remote, here.site.site_id, here.site.kiosk_id, contact)


def know_all(kiosk: KioskBeside) -> None:
    with kiosk.clinic.store.write() as transaction:
        pulled_rows.set_cursor(transaction, kiosk.clinic.site.kiosk_id, 1)
    hear(kiosk)


def held(kiosk: KioskBeside) -> bytes:
    kiosk.clinic.store.checkpoint()
    files = kiosk.clinic.folder.iterdir()
    return b"".join(file.read_bytes() for file in files if file.is_file())


def test_a_kiosk_drops_what_it_still_has_sent_or_not(clinic: Clinic, kiosk: KioskBeside) -> None:
    here = kiosk.clinic
    session, other = clinic.add_session(), clinic.add_session("Room 3")
    person = facts.person(here, LOOKUP, b"sealed-name-of-canary")
    request, keeping = ask(here), ask(here, "Ah")
    facts.check_in(here, session.id, LOOKUP)
    kiosk.send()
    late = facts.check_in(here, other.id, LOOKUP)
    unsent = here.folder / "unsent-0009-1.jsonl"
    lines = ['{"kiosk_unsent": 1, "count": 2}', f'{{"row_id": "{request}"}}', '{"row_id": "x"}']
    unsent.write_text("\n".join(lines) + "\n", encoding="utf-8")
    know_all(kiosk)
    (ref,) = here.column("SELECT ref FROM callback_request WHERE id=:id", id=request)
    assert LOOKUP in held(kiosk)
    for id_ in (person, request):
        erase(clinic, id_)
    hear(kiosk)
    assert here.count("passcard") == here.count("participant") == 0
    assert [UUID(bytes=one) for one in here.column("SELECT id FROM callback_request")] == [keeping]
    assert set(here.column("SELECT kind FROM check_in")) == {CheckInKind.GUEST}
    (row,) = [one for one in waiting(kiosk) if one.row_id == late]
    assert LOOKUP.hex() not in row.payload
    assert '"kind":"guest"' in row.payload
    everything = held(kiosk)
    for canary in (LOOKUP, LOOKUP.hex().encode(), b"sealed-name-of-canary", str(ref).encode()):
        assert canary not in everything
    assert (
        unsent.read_text(encoding="utf-8") == '{"kiosk_unsent": 1, "count": 1}\n{"row_id": "x"}\n'
    )


def test_a_restored_folder_brings_nothing_back(clinic: Clinic, kiosk: KioskBeside) -> None:
    here = kiosk.clinic
    session = clinic.add_session()
    person = facts.person(here, LOOKUP)
    request = ask(here)
    arrival = facts.check_in(here, session.id, LOOKUP)
    again = facts.check_in(here, session.id, LOOKUP, nth=1)
    rows = waiting(kiosk)
    kiosk.send()
    erase(clinic, person)
    erase(clinic, request)
    kiosk.remote.push(rows)
    for name in ("callback_request", "participant", "passcard"):
        assert clinic.count(name) == 0
    # One guest is left of two scans, and a late one that nobody knew of is one more.
    assert clinic.column("SELECT kind FROM check_in") == [CheckInKind.GUEST]
    new = next(one for one in rows if one.row_id in (arrival, again))
    other = clinic.id()
    kiosk.remote.push(
        [new._replace(raw_id=other, payload=new.payload.replace(str(new.row_id), str(other)))]
    )
    assert clinic.column("SELECT kind FROM check_in") == [CheckInKind.GUEST] * 2
    assert clinic.column("SELECT lookup FROM check_in") == [None, None]
    with kiosk.clinic.store.write() as transaction:
        pulled_rows.forget_central(transaction, here.site.kiosk_id)
    hear(kiosk)
    assert here.count("callback_request") == here.count("participant") == 0


def test_what_an_older_kiosk_brought_back_goes_with_the_next_run(
    clinic: Clinic, kiosk: KioskBeside
) -> None:
    here = kiosk.clinic
    session = clinic.add_session()
    person = facts.person(here, LOOKUP)
    facts.check_in(here, session.id, LOOKUP)
    with here.store.read() as transaction:
        passes = transaction.connection().execute(select(table(Passcard))).mappings().all()
        scans = transaction.connection().execute(select(table(CheckIn))).mappings().all()
    kiosk.send()
    erase(clinic, person)
    assert clinic.owner is not None
    with clinic.owner.begin() as connection:
        connection.execute(table(Passcard).insert(), [dict(row) for row in passes])
        again = [{**row, "id": clinic.id(), "nth": 3} for row in scans]
        connection.execute(table(CheckIn).insert(), again)
    assert clinic.count("passcard") == 1
    clinic.access.oversight_desk(clinic.fresh(clinic.manager)).run_retention()
    assert clinic.count("passcard") == 0
    assert clinic.column("SELECT lookup FROM check_in") == [None, None]


def test_a_new_kiosk_gets_the_marks_first(clinic: Clinic, untimed_centre: Centre) -> None:
    request = ask(clinic)
    erase(clinic, request)
    with kiosk_beside(clinic, untimed_centre, "9D") as kiosk:
        marks = [UUID(bytes=one) for one in kiosk.clinic.column("SELECT id FROM erased")]
        assert request in marks


def test_an_erased_number_is_not_told_as_missing(clinic: Clinic, kiosk: KioskBeside) -> None:
    here = kiosk.clinic
    first, second, third = ask(here), ask(here), ask(here)
    kiosk.send()
    since = clinic.clock.at
    clinic.bend("UPDATE callback_request SET received_at=:at", at=since)
    erase(clinic, second)
    with clinic.store.read() as transaction:
        assert list(gaps(transaction, clinic.site.site_id, since)) == []
    assert clinic.count("callback_request") == 2
    assert first != third


def test_the_centre_reckons_a_mark_as_the_program_does(clinic: Clinic) -> None:
    (mark,) = clinic.column("SELECT md5(CAST(:lookup AS bytea))::uuid", lookup=LOOKUP)
    assert mark == lookup_mark(LOOKUP)
