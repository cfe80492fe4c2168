"""The maintenance screen behind its PIN."""

import pytest
from sqlalchemy import update

from kiosk.domain.clock_sync import SyncProblem
from kiosk.records.schema.system_tables import SyncState
from kiosk.ui.terminal.startup import EXIT_ASKED
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from tests.support.desks import PIN, Clinic
from tests.support.pictures import cells
from tests.support.screens import COUNTER, HOME, SIZES, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import RULES


def look_of_the_field(visitor: Visitor) -> list[object]:
    """What of the field can be told apart by eye: signs that differ from their ground."""
    region = visitor.regions()[visitor.screen.query_one(Field)]
    rows = cells(visitor.strips())[region.y : region.bottom]
    seen = [cell for row in rows for cell in row[region.x : region.right]]
    return [
        (cell.sign, cell.text, cell.ground)
        if cell.sign.strip() and cell.text != cell.ground
        else cell.ground
        for cell in seen
    ]


@pytest.mark.parametrize("look", ["calm", "night"])
async def test_neither_the_digits_nor_their_number_are_seen(clinic: Clinic, look: str) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.put_on(look)
        await visitor.keys("m")
        visitor.expect("Staff", "Type the kiosk's PIN. What you type stays covered.")
        empty, lines = look_of_the_field(visitor), visitor.lines
        for length in (1, 4, 12):
            visitor.screen.query_one(Field).value = ""
            await visitor.type("7" * length)
            visitor.expect_not("7")
            assert look_of_the_field(visitor) == empty
        await visitor.keys("left", "left", "home")
        assert look_of_the_field(visitor) == empty
        assert [a.replace("•", " ") for a in visitor.lines] == lines


async def test_wrong_then_waiting_then_right(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m", "enter")
        visitor.expect_not("That is not the PIN.")
        for _ in range(2):
            await visitor.type("000000", "enter")
            visitor.expect("That is not the PIN.")
            assert visitor.screen.query_one(Field).value == ""
        await visitor.type("000000", "enter")
        visitor.expect("That did not open. Please wait 5 seconds.")
        await visitor.type(PIN, "enter")
        visitor.expect("That did not open. Please wait 5 seconds.")
        clinic.clock.move(seconds=6)
        await visitor.type(PIN, "enter")
        visitor.expect("Maintenance", "Records to send")


async def test_leaving_and_coming_back_does_not_shorten_the_wait(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for _ in range(3):
            await visitor.keys("m")
            await visitor.type("000000", "enter", "escape")
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("That did not open. Please wait 5 seconds.")


async def test_it_says_how_the_kiosk_is(clinic: Clinic) -> None:
    clinic.visitor.request_callback(clinic.draft())
    waiting = clinic.maintenance.status().pending
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("Sample clinic", "(7K)", "0.0.0", "2 Mar, 12:00 pm, right")
        visitor.expect("none; it works by itself")
        rows = [line.replace("▌", " ").split() for line in visitor.lines]
        assert ["Records", "to", "send", str(waiting + 1)] in rows
        assert ["Records", "set", "aside", "0"] in rows
        visitor.expect_not("Mei", "8123")
        clinic.clock.move(days=-2)
        await visitor.keys("h", "b")
        visitor.expect("before the last record")


DOUBT = "here, before the last record. Set the clock, or say it is right."


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by", ["key", "tap"])
async def test_a_clock_that_was_ahead_is_trusted_again(
    clinic: Clinic, by: str, size: tuple[int, int]
) -> None:
    clinic.clock.move(days=365)
    clinic.visitor.request_callback(clinic.draft())
    clinic.clock.move(days=-365, hours=1)
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("It is 2 Mar, 1:00 pm", DOUBT)
        assert [wrong for rule in RULES for wrong in rule(visitor)] == []
        await (visitor.keys("c") if by == "key" else visitor.tap("C  The clock is right"))
        visitor.expect("1:00 pm, right")
        visitor.expect_not("before the last record", DOUBT, "The clock is right")
        assert clinic.maintenance.status().clock_ok
        before = clinic.count("audit_event")
        await visitor.keys("c")
        visitor.expect("Maintenance", "1:00 pm, right")
        assert clinic.count("audit_event") == before


async def test_the_switch_closes_and_opens_and_is_kept(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter", "o")
        visitor.expect(COUNTER)
        assert clinic.maintenance.out_of_order() is not None
    async with at_kiosk(clinic) as visitor:
        visitor.expect(COUNTER)
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("Open again")
        await visitor.keys("o")
        visitor.expect(HOME)
        assert clinic.maintenance.out_of_order() is None


async def test_trouble_is_told_to_staff(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_anything: object) -> None:
        raise OSError("no such device")

    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        with monkeypatch.context() as trouble:
            trouble.setattr(MaintenanceDesk, "unlock", broken)
            await visitor.type(PIN, "enter")
            visitor.expect("OSError at", "Type the kiosk's PIN.")
        with monkeypatch.context() as trouble:
            for method in ("status", "set_out_of_order"):
                trouble.setattr(MaintenanceDesk, method, broken)
            await visitor.type(PIN, "enter")
            visitor.expect("Maintenance", "OSError at")
            await visitor.keys("o")
            visitor.expect("Maintenance", "OSError at")
        await visitor.keys("o")
        visitor.expect(COUNTER)


async def test_trouble_with_trusting_the_clock_is_told(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_anything: object) -> None:
        raise OSError("no such device")

    clinic.clock.move(days=-1)
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        with monkeypatch.context() as trouble:
            trouble.setattr(MaintenanceDesk, "trust_clock", broken)
            await visitor.keys("c")
            visitor.expect("OSError at", "The clock is right")
        await visitor.keys("c")
        visitor.expect("12:00 pm, right")
        visitor.expect_not("OSError")


def at_a_centre(clinic: Clinic, trouble: pytest.MonkeyPatch, **state: object) -> None:
    """Let the machine belong to a centre, and remember its last contact so."""
    facts = (clinic.store, clinic.clock, clinic.entropy, clinic.site, "0.0.0")
    desk = MaintenanceDesk(*facts, has_central=True)
    trouble.setattr(Clinic, "maintenance", property(lambda _clinic: desk))
    with clinic.store.write() as transaction:
        transaction.connection().execute(update(SyncState).values(**state))


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_how_it_stands_with_the_centre(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    at_a_centre(clinic, monkeypatch, problem=None)
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("none yet; it goes on trying", "12:00 pm, right")
        visitor.expect_not("Centre")
    at_a_centre(
        clinic,
        monkeypatch,
        contact_at=clinic.clock.at,
        clock_offset_ms=-180_000,
        problem=SyncProblem.AWAY.value,
    )
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("Last contact", "The centre cannot be reached", "3 minutes ahead")
        visitor.expect("O  Out of order", "X  Exit")
    at_a_centre(clinic, monkeypatch, problem=None, twin_at=clinic.clock.at)
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("Data folder", "Another machine runs with a copy of this folder.")
        visitor.expect("O  Out of order", "X  Exit")


async def test_a_problem_of_another_version_stands_for_itself(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_centre(clinic, monkeypatch, problem="tides")
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        visitor.expect("tides")


async def test_a_revoked_kiosk_closes_within_a_minute_and_opens_again(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.expect(HOME)
        clinic.maintenance.set_out_of_order("revoked")
        await minute(visitor)
        visitor.expect(COUNTER)
        await minute(visitor)
        visitor.expect(COUNTER)
        clinic.maintenance.set_out_of_order(None)
        await minute(visitor)
        visitor.expect(HOME)


async def test_a_revoked_kiosk_lets_a_visitor_finish(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        clinic.maintenance.set_out_of_order("revoked")
        await minute(visitor)
        visitor.expect("What should we call you?")
        await visitor.keys("escape")
        await minute(visitor)
        visitor.expect(COUNTER)


async def minute(visitor: Visitor) -> None:
    """Let a minute of ticks pass in which nobody does anything."""
    for _ in range(60):
        await visitor.app.tick()
    await visitor.settle()


@pytest.mark.parametrize("by", ["key", "tap", "keys"])
async def test_exit_ends_the_program_as_asked(clinic: Clinic, by: str) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m")
        await visitor.type(PIN, "enter")
        if by == "tap":
            await visitor.tap("X  Exit")
        elif by == "key":
            await visitor.keys("x")
        else:
            await visitor.keys("right", "right", "enter")
        assert visitor.app._exit
    assert visitor.app.return_code == EXIT_ASKED


async def test_a_visitor_who_finds_the_door_sees_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("m", "o", "x", "tab", "enter", "down", "enter")
        visitor.expect_not("Records to send", "Maintenance")
