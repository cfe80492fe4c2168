"""Checking in with a first name, and the pass that comes of it."""

from kiosk.domain.attendance.check_in import AlreadyHere, CheckedIn, Joined, NothingOpen
from kiosk.domain.passes import CodeKind, encode
from tests.support.desks import Clinic

HOSTILE = "\x1b[2J\u202e[@click=app.quit]Mei[/]\x9b"


def test_a_first_name_gives_a_pass_and_one_arrival_however_often_it_is_sent(
    clinic: Clinic,
) -> None:
    session = clinic.add_session()
    draft = clinic.visitor.new_join()
    first = clinic.visitor.join(draft, session.id, "அனிதா", "ta")
    digits = encode(CodeKind.PASS, draft.secret)
    assert first == Joined(session, "அனிதா", clinic.clock.now(), digits)
    clinic.clock.move(hours=3)
    assert clinic.visitor.join(draft, session.id, "Somebody else", "en") == first
    assert clinic.count("check_in") == clinic.count("participant") == clinic.count("passcard") == 1
    assert [arrival.name for arrival in clinic.arrivals()] == ["அனிதா"]


def test_the_new_pass_works_at_once(clinic: Clinic) -> None:
    session = clinic.add_session()
    joined = clinic.visitor.join(clinic.visitor.new_join(), session.id, "Mei", "zh")
    assert isinstance(joined, Joined)
    again = clinic.visitor.check_in(joined.digits)
    assert again == AlreadyHere(session, "Mei", joined.at, "zh")
    clinic.clock.move(days=1)
    clinic.add_session("Room 9")
    tomorrow = clinic.visitor.check_in(joined.digits)
    assert isinstance(tomorrow, CheckedIn)
    assert tomorrow.name == "Mei"


def test_nothing_open_writes_nothing(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.clock.move(hours=2)
    answer = clinic.visitor.join(clinic.visitor.new_join(), session.id, "Mei", "en")
    assert answer == NothingOpen(None, None)
    assert clinic.count("participant") == clinic.count("passcard") == clinic.count("check_in") == 0


def test_a_hostile_name_is_harmless_everywhere(clinic: Clinic) -> None:
    session = clinic.add_session()
    joined = clinic.visitor.join(clinic.visitor.new_join(), session.id, HOSTILE, "en")
    assert isinstance(joined, Joined)
    assert joined.name == "[2J[@click=app.quit]Mei[/]"
    assert clinic.arrivals()[0].name == joined.name


def test_a_pass_is_sent_to_the_centre_before_its_check_in(clinic: Clinic) -> None:
    session = clinic.add_session()
    clinic.visitor.join(clinic.visitor.new_join(), session.id, "Mei", "en")
    with clinic.store.read() as transaction:
        names = transaction.connection().exec_driver_sql("SELECT table_name FROM outbox")
        assert names.scalars().all()[-3:] == ["participant", "passcard", "check_in"]
