"""What only a demo kiosk has: its mark, and a simulated scan on F12."""

from kiosk.ui.visitor.visit import Demo
from tests.support.desks import Clinic
from tests.support.screens import HOME, SIZES, at_kiosk
from tests.ui.visitor.stops import form


async def test_a_demo_says_so_on_every_screen_and_at_every_size(clinic: Clinic) -> None:
    async with at_kiosk(clinic, demo=Demo(passes=tuple)) as visitor:
        for keys in ((), ("r",), ("escape", "c")):
            await visitor.keys(*keys)
            for size in SIZES:
                await visitor.resize(*size)
                visitor.expect("demo")


async def test_f9_scans_the_sample_passes_in_turn(clinic: Clinic) -> None:
    clinic.add_session()
    passes = tuple(clinic.passes.issue_pass(name, "en").digits for name in ("Mei", "Ali"))
    async with at_kiosk(clinic, demo=Demo(passes=lambda: passes)) as visitor:
        await visitor.keys("f12")
        visitor.expect("✓ Welcome, Mei", "You are checked in.")
        await visitor.keys("escape")
        await form()(visitor, clinic)
        await visitor.keys("f12")
        visitor.expect("✓ Welcome, Ali", "Back to my form")
        await visitor.wait(7)
        await visitor.keys("f12")
        visitor.expect("✓ Welcome, Mei", "You are with us since")


async def test_f9_without_a_sample_pass_does_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic, demo=Demo(passes=tuple)) as visitor:
        await visitor.keys("f12")
        visitor.expect(HOME)


async def test_a_real_kiosk_has_neither(clinic: Clinic) -> None:
    clinic.add_session()
    async with at_kiosk(clinic) as visitor:
        visitor.expect_not("demo")
        await visitor.keys("f12")
        visitor.expect(HOME)
        assert not visitor.app.navigation.is_busy
