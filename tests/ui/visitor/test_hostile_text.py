"""Names of people and groups are shown harmlessly on every screen that shows one."""

from datetime import timedelta

import pytest

from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.passes import Code as DecodedCode
from kiosk.domain.passes import CodeKind, decode, derive_lookup, derive_name_key, encode
from kiosk.ui.visitor.screens.callback_form import CallNameScreen, CallReviewScreen
from kiosk.ui.widgets.inputs import Field
from kiosk.usecases.groups.plan_import import add_group, add_sessions
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.sealing import lock_name
from tests.support.desks import Clinic
from tests.support.screens import HOME, Visitor, at_kiosk
from tests.ui.visitor.stops import STRANGER, check_in, form, start_over

HOSTILE = (
    "[/]",
    "[@click=app.quit]x[/]",
    "[bold red]x",
    "{name}",
    "%s%(name)s",
    "x\x1b[2J\x1b]52;c;eA==\x07y",
    "x\x9b2Jy\x07",
    "a\u202egnp.exe\u202c",
    "a\u2066b\u200bc\ufeff",
    "a\r\nb\tc",
    "$primary \\[x\\]",
)
FORBIDDEN = frozenset("\x1b\x07\x9b\r\n\t\u202e\u202c\u2066\u200b\ufeff")


def expect_harmless(visitor: Visitor, *words: str) -> None:
    """The screen holds nothing that a terminal obeys, and everything else stands as it was."""
    assert not FORBIDDEN & set("".join(visitor.lines)), visitor.picture()
    visitor.expect(*words, "Finish and clear")
    assert all(len(strip.text) >= 1 and strip.cell_length == 80 for strip in visitor.strips())


def visible(text: str) -> str:
    """What may be seen of a text: up to the first sign that is not drawn."""
    for sign in FORBIDDEN:
        text = text.split(sign)[0]
    return text


def add_group_called(clinic: Clinic, text: str, *, later: bool = False) -> None:
    """Keep a session whose every word is `text`, as a careless import might bring it."""
    group = GroupPlan(clinic.id(), text, text, text, about=text)
    add_group(clinic.store, clinic.site, group)
    start = clinic.clock.at + timedelta(minutes=90 if later else 0)
    plan = SessionPlan(clinic.id(), group.id, start, start + timedelta(hours=1), text)
    add_sessions(clinic.store, clinic.site, (plan,))


def pass_named(clinic: Clinic, text: str) -> str:
    """Give out a pass whose box holds `text`, whatever the checks on entry say."""
    digits = clinic.passes.issue_pass("Mei", "en").digits
    code = decode(digits)
    assert isinstance(code, DecodedCode)
    box, key = lock_name(text, derive_name_key(code.secret)), derive_lookup(code.secret)
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql(
            "UPDATE passcard SET name_box = ? WHERE lookup = ?", (box, key)
        )
    return digits


async def test_a_name_from_a_pass(clinic: Clinic) -> None:
    for room in ("Room 1", "Room 2"):
        clinic.add_session(room)
    async with at_kiosk(clinic) as visitor:
        for text in HOSTILE:
            await visitor.scan(pass_named(clinic, text))
            expect_harmless(visitor, "Which group is it?", f"Welcome, {visible(text)}")
            await visitor.keys("enter")
            expect_harmless(visitor, "You are checked in.", f"Welcome, {visible(text)}")
            await visitor.tap("Welcome")
            await visitor.keys("escape")
            visitor.expect(HOME)
    assert clinic.count("check_in") == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_the_words_of_a_group(clinic: Clinic, text: str) -> None:
    add_group_called(clinic, text)
    add_group_called(clinic, text, later=True)
    async with at_kiosk(clinic) as visitor:
        expect_harmless(visitor, HOME, f"Today {visible(text)}")
        await visitor.keys("g")
        expect_harmless(visitor, "Check in to a group", f"Later today: {visible(text)}")
        await visitor.keys("enter")
        expect_harmless(visitor, "How would you like to come in?", visible(text))
        await visitor.keys("j")
        expect_harmless(visitor, "You are counted in.", visible(text))


async def test_a_name_typed_on_the_screens(clinic: Clinic) -> None:
    """Accepted or refused kindly; the field itself may hold what no key can type."""
    taken = 0
    async with at_kiosk(clinic) as visitor:
        for text in HOSTILE:
            await visitor.keys("escape")
            await form(CallNameScreen)(visitor, clinic)
            visitor.screen.query_one(Field).value = text
            await visitor.keys("enter")
            if not visitor.sees("Which number should we call?"):
                expect_harmless(visitor, "Please type a name")
                continue
            taken += 1
            name = visitor.app.context.visit.call_form().draft.preferred_name
            assert not FORBIDDEN & set(name)
            await form(CallReviewScreen, name=text)(visitor, clinic)
            expect_harmless(visitor, "Is this right?", visible(text))
    assert taken > len(HOSTILE) / 2


async def _come_as(visitor: Visitor, clinic: Clinic, name: str) -> list[str]:
    """Check in by a typed name, and return what the screen says then."""
    await start_over(visitor, clinic)
    await check_in("enter", "g")(visitor, clinic)
    visitor.screen.query_one(Field).value = name
    await visitor.keys("enter")
    assert [arrival.name for arrival in clinic.arrivals()] == [name]
    return visitor.lines


@pytest.mark.parametrize("name", ["王小明", "O'Brien-Lim @ Ah Meng", "[/]x"])
async def test_names_of_people_are_greeted_whole(clinic: Clinic, name: str) -> None:
    async with at_kiosk(clinic) as visitor:
        await _come_as(visitor, clinic, name)
        visitor.expect(f"✓ Welcome, {name}")


@pytest.mark.parametrize("name", ["கவிதா", "அனிதா s/o குமார்"])
async def test_a_tamil_name_is_greeted_where_it_can_be_read(clinic: Clinic, name: str) -> None:
    """Left out where it would be broken, and nothing else with it."""
    async with at_kiosk(clinic) as visitor:
        greeted = await _come_as(visitor, clinic, "Mei")
        unnamed = await _come_as(visitor, clinic, name)
        assert unnamed == [row.replace(", Mei", "     ") for row in greeted]
        assert unnamed != greeted
        visitor.app.pictures_come()
        await _come_as(visitor, clinic, name)
        visitor.expect(f"✓ Welcome, {name}")


async def test_a_box_that_holds_no_name_greets_without_one(clinic: Clinic) -> None:
    """A damaged name box names nobody and stops nobody."""
    clinic.add_session()
    digits = clinic.passes.issue_pass("Mei", "en").digits
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql("UPDATE passcard SET name_box = x'00'")
    async with at_kiosk(clinic) as visitor:
        await visitor.scan(digits)
        visitor.expect("✓ Welcome", "You are checked in.")
        visitor.expect_not("Mei")


async def test_an_error_text_with_markup_stays_out_of_sight(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_anything: object) -> None:
        raise ValueError("[@click=app.quit]Xanthippe[/]")

    async with at_kiosk(clinic) as visitor:
        monkeypatch.setattr(VisitorDesk, "check_in", broken)
        await visitor.scan(STRANGER)
        visitor.expect("Please ask at the counter")
        visitor.expect_not("Xanthippe", "click")


def test_the_codes_of_the_tests_are_passes() -> None:
    decoded = decode(STRANGER)
    assert isinstance(decoded, DecodedCode)
    assert encode(CodeKind.PASS, decoded.secret) == STRANGER
