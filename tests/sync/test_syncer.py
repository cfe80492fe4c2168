"""One round: what is said, sent, brought and kept, and what ends it."""

from datetime import datetime, timedelta

import pytest

from kiosk.domain.central.incarnations import OwnIncarnation, PushMark
from kiosk.domain.clock_sync import SyncProblem, describe_sync_problem
from kiosk.errors import StoreAway, StoreBusy, StoreDiffers, StoreError, StoreFull, StoreRefused
from kiosk.records import outbox, pulled_rows
from kiosk.records import site as site_rows
from kiosk.records.central.setup import CONTRACT
from kiosk.records.pulled_rows import ContactState
from kiosk.records.schema.tables import SupportGroup
from kiosk.sync.remote import FIRST, CentralAnswer, Heartbeat, Remote
from kiosk.sync.syncer import Round, Syncer
from tests.support.desks import NOON, Clinic, SetClock
from tests.support.facts import check_in, person
from tests.support.worlds import BadLine, TwinWorld, program


def state(clinic: Clinic) -> ContactState:
    with clinic.store.read() as transaction:
        return pulled_rows.read_state(transaction, clinic.site.kiosk_id)


def heard(world: TwinWorld, clinic: Clinic) -> Heartbeat:
    return world.centre.heard[clinic.site.kiosk_id]


def group(clinic: Clinic) -> SupportGroup:
    id_, site = clinic.id(), clinic.site.site_id
    return SupportGroup(
        id=id_, site_id=site, name="G", public_label="Room 2", language="en", room="2"
    )


def test_a_round_sends_pulls_and_reports(clinic: Clinic, world: TwinWorld, syncer: Syncer) -> None:
    check_in(clinic, clinic.id(), b"1" * 16)
    world.write(group(clinic))
    assert syncer.round() == Round(2, 0, 1, 0, None)
    report = heard(world, clinic)
    assert (report.pending, report.parked) == (0, 0)
    assert (report.version, report.helplines_review_by) == ("1.2.3", "2026-12-31")
    assert (state(clinic).contact_at, state(clinic).cursor) == (NOON, 1)
    assert state(clinic).epoch == world.centre.epoch
    assert syncer.round() == Round(0, 0, 0, 0, None)


def test_the_centre_hears_what_is_set_aside(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    with clinic.store.write() as transaction:
        row = outbox.waiting(transaction, 1)[0]
        outbox.park(transaction, row, "22P02", NOON)
    assert syncer.round() == Round(0, 1, 0, 0, None)
    assert heard(world, clinic).parked == 1


@pytest.mark.parametrize(
    "wrong", [timedelta(0), timedelta(days=-365), timedelta(days=1), timedelta(milliseconds=-1500)]
)
def test_the_offset_of_the_clock_is_measured_and_kept_with_later_facts(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, wrong: timedelta
) -> None:
    world.centre.now = NOON + wrong
    syncer.round()
    expected = wrong // timedelta(milliseconds=1)
    assert state(clinic).clock_offset_ms == expected
    fact = check_in(clinic, clinic.id(), b"1" * 16)
    syncer.round()
    assert world.centre.facts["check_in"][fact]["clock_offset_ms"] == expected
    assert heard(world, clinic).clock_offset_ms == expected


def test_a_slow_answer_does_not_spoil_a_good_measurement(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, line: BadLine
) -> None:
    world.centre.now = NOON + timedelta(seconds=5)
    syncer.round()
    slow = _SlowLine(line, clinic.clock, timedelta(seconds=8))
    Syncer(clinic.store, slow, clinic.clock, clinic.site, program).round()
    assert state(clinic).clock_offset_ms == 5000


class _SlowLine(BadLine):
    """Takes so long for an answer, by the machine's clock."""

    def __init__(self, remote: Remote, clock: SetClock, takes: timedelta) -> None:
        super().__init__(remote)
        self._clock = clock
        self._takes = takes

    def contact(self, report: Heartbeat, own: OwnIncarnation = FIRST) -> CentralAnswer:
        contact = super().contact(report, own)
        self._clock.at += self._takes
        return contact


@pytest.mark.parametrize(
    ("contract", "oldest", "problem"),
    [
        (CONTRACT - 1, 1, SyncProblem.OLDER_CENTRAL),
        (99, 99, SyncProblem.NEWER_CENTRAL),
        (99, 1, None),
    ],
)
def test_versions_go_together_or_nothing_is_touched(
    clinic: Clinic,
    world: TwinWorld,
    syncer: Syncer,
    contract: int,
    oldest: int,
    problem: SyncProblem | None,
) -> None:
    world.centre.contract, world.centre.oldest_contract = contract, oldest
    done = syncer.round()
    assert (done.problem, done.pending) == (problem, 1 if problem else 0)
    assert state(clinic).problem == (problem.value if problem else None)


def test_at_an_older_centre_all_is_kept_until_that_is_upgraded(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    clinic.visitor.request_callback(clinic.draft())
    world.centre.contract = CONTRACT - 1
    done = syncer.round()
    assert (done.sent, done.parked, done.pending) == (0, 0, 2)
    assert done.problem is not None
    said = describe_sync_problem(done.problem, done.pending)
    assert "upgrade" in said
    assert "Nothing is lost: 2 records wait here." in said
    world.centre.contract = CONTRACT
    assert syncer.round() == Round(2, 0, 0, 0, None)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (StoreAway("a"), SyncProblem.AWAY),
        (StoreBusy("b"), SyncProblem.BUSY),
        (StoreFull("f"), SyncProblem.FULL),
        (StoreDiffers("d"), SyncProblem.DIFFERENT),
        (StoreRefused("r", "28P01"), SyncProblem.REFUSED),
        (StoreRefused("r", "tls"), SyncProblem.UNTRUSTED),
        (StoreRefused("r", "site"), SyncProblem.UNKNOWN_SITE),
    ],
)
def test_what_the_centre_cannot_do_is_said_and_kept_until_it_can(
    clinic: Clinic, line: BadLine, syncer: Syncer, fault: StoreError, problem: SyncProblem
) -> None:
    def fail() -> None:
        raise fault

    line.before_push = fail
    done = syncer.round()
    assert (done.problem, done.sent, done.pending) == (problem, 0, 1)
    assert state(clinic).problem == problem.value
    assert syncer.round() == Round(1, 0, 0, 0, None)
    assert state(clinic).problem is None


def test_a_centre_that_takes_no_rows_still_gives_what_it_has(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    for number in range(30):
        check_in(clinic, clinic.id(), number.to_bytes(16, "big"))
    world.write(group(clinic))
    refusing = _Refusing(world.remote())
    done = Syncer(clinic.store, refusing, clinic.clock, clinic.site, program).round()
    assert done == Round(0, 20, 1, 11, SyncProblem.NOT_TAKEN)
    assert syncer.round() == Round(11, 20, 0, 0, None)


class _Refusing(BadLine):
    def push(self, rows: object, mark: object = None) -> PushMark:
        raise StoreRefused("No right.", "42501")


def test_a_damaged_file_is_raised(clinic: Clinic, line: BadLine, syncer: Syncer) -> None:
    def fail() -> None:
        raise StoreError("This machine's own file.")

    line.before_push = fail
    with pytest.raises(StoreError):
        syncer.round()


def some_facts(clinic: Clinic, count: int) -> None:
    session = clinic.id()
    for number in range(count):
        check_in(clinic, session, number.to_bytes(16, "big"))


def test_a_new_centre_gets_everything_again(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    some_facts(clinic, 450)
    person(clinic, b"made here")
    syncer.round()
    held, cards = sorted(world.facts()), world.rows("passcard")
    empty = TwinWorld(clinic.site).centre
    world.centre.restore(empty)
    world.write(group(clinic))
    done = syncer.round()
    assert (done.sent, done.problem) == (len(held) + 2, None)
    assert sorted(world.facts()) == held
    assert world.rows("passcard") == cards
    assert state(clinic).cursor == world.centre.count


def test_a_centre_that_lost_the_last_hour_gets_it_again(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    some_facts(clinic, 3)
    syncer.round()
    backup = world.snapshot()
    check_in(clinic, clinic.id(), b"later" * 3)
    syncer.round()
    held = sorted(world.facts())
    world.restore(backup, told=False)
    assert syncer.round().problem is None
    assert sorted(world.facts()) == held


def test_a_kiosk_of_an_older_version_sends_once_more_what_the_centre_may_have_lost(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    some_facts(clinic, 3)
    syncer.round()
    held, lost = sorted(world.facts()), world.centre.facts["check_in"]
    world.centre.incarnations.clear()
    clinic.bend("UPDATE sync_state SET mark = NULL, next_mark = NULL, pushes = 0")
    lost.pop(next(iter(lost)))
    assert syncer.round().sent == len(held)
    assert sorted(world.facts()) == held
    assert syncer.round() == Round(0, 0, 0, 0, None)


def test_a_centre_put_back_between_question_and_push_hides_nothing(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, line: BadLine
) -> None:
    backup = world.snapshot()
    some_facts(clinic, 3)
    syncer.round()
    held = set(world.facts())
    check_in(clinic, clinic.id(), b"later" * 3)
    line.before_push = lambda: world.restore(backup, told=False)
    assert syncer.round().problem is SyncProblem.AWAY
    assert syncer.round().problem is None
    assert held < set(world.facts())


def test_a_cut_while_facts_are_put_in_line_again_begins_anew(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_facts(clinic, 450)
    syncer.round()
    held = sorted(world.facts())
    world.centre.restore(TwinWorld(clinic.site).centre)
    from kiosk.records import outbox

    real, calls = outbox.enqueue, iter(range(9))

    def cut(*given: object) -> int:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return real(*given)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(outbox, "enqueue", cut)
    with pytest.raises(KeyboardInterrupt):
        syncer.round()
    assert state(clinic).epoch is None
    assert syncer.round().problem is None
    assert sorted(world.facts()) == held


def test_a_revoked_machine_sends_what_it_has_and_forgets_what_it_pulled(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    clinic.add_session()
    person(clinic, b"made here")
    world.write(group(clinic))
    syncer.round()
    check_in(clinic, clinic.id(), b"1" * 16)
    world.revoke(NOON)
    done = syncer.round()
    assert (done.sent, done.pending, done.problem) == (1, 0, SyncProblem.REVOKED)
    for name in ("passcard", "participant", "membership", "support_group", "group_session"):
        assert clinic.count(name) == 0
    assert clinic.count("staff_account") == 0
    assert clinic.count("public_key") > 0
    assert state(clinic).out_of_order == describe_sync_problem(SyncProblem.REVOKED)
    first = wiped(world, clinic)
    assert first == NOON
    clinic.clock.move(hours=1)
    assert syncer.round().problem is SyncProblem.REVOKED
    assert wiped(world, clinic) == first


def wiped(world: TwinWorld, clinic: Clinic) -> datetime:
    return world.centre.wiped_at[clinic.site.kiosk_id]


def test_what_a_revoked_machine_forgot_is_gone_from_its_disk(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    log = clinic.file.with_name("kiosk.db-wal")
    person(clinic, b"a pass to forget", b"a name to forget")
    assert b"to forget" in log.read_bytes()
    world.revoke(NOON)
    syncer.round()
    assert b"to forget" not in log.read_bytes() + clinic.file.read_bytes()


def test_a_revoked_machine_forgets_also_where_its_last_push_fails(
    clinic: Clinic, world: TwinWorld, syncer: Syncer, line: BadLine
) -> None:
    person(clinic, b"made here")
    world.revoke(NOON)
    line.planned = ["before"]
    assert syncer.round().problem is SyncProblem.REVOKED
    assert clinic.count("passcard") == 0
    assert syncer.round().pending == 0


def test_a_revocation_that_is_taken_back_opens_the_machine(
    clinic: Clinic, world: TwinWorld, syncer: Syncer
) -> None:
    world.write(group(clinic))
    world.revoke(NOON)
    syncer.round()
    world.revoke(None)
    assert syncer.round().problem is None
    assert clinic.count("support_group") == 1
    assert state(clinic).out_of_order is None


def test_a_machine_that_staff_have_closed_stays_closed(clinic: Clinic, syncer: Syncer) -> None:
    with clinic.store.write() as transaction:
        site_rows.set_out_of_order(transaction, clinic.site.kiosk_id, "The screen is broken.")
    syncer.round()
    assert state(clinic).out_of_order == "The screen is broken."


def test_new_rows_are_seen_without_a_round(clinic: Clinic, syncer: Syncer) -> None:
    syncer.round()
    assert syncer.newest() == 0
    check_in(clinic, clinic.id(), b"1" * 16)
    first = syncer.newest()
    syncer.round()
    check_in(clinic, clinic.id(), b"2" * 16)
    assert syncer.newest() > first > 0
