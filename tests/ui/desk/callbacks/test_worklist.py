"""The caller's list: views, narrowing, search, news without losing the place, and exports."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from kiosk.domain.callbacks.actions import Attempt, Claim, Close, Escalate
from kiosk.domain.callbacks.request import CallLanguage, Window
from kiosk.domain.callbacks.state import AttemptResult, Outcome
from kiosk.domain.callbacks.worklist import ExportRow, WorklistFilter, WorklistPart, WorkRow
from kiosk.domain.staff import Role
from kiosk.errors import SetupError
from kiosk.ui.desk.session import DeskSide, Progress
from kiosk.ui.door import Trouble
from kiosk.ui.widgets.list import Listing
from tests.support.calls import ask, caller, do, trail_of
from tests.support.desks import Clinic
from tests.support.deskscreens import Colleague, Written, at_desk, desk_side
from tests.support.rows import with_fields
from tests.support.screens import SIZES
from tests.ui.desk.callbacks.test_request import next_look

HOSTILE = ("=HYPERLINK(1)", "[@click=app.quit]x[/]", "陳美玲小姐", "குமார்", "W" * 40)


def asked(
    clinic: Clinic,
    name: str,
    language: CallLanguage = CallLanguage.TAMIL,
    window: Window = Window.WEEKDAY_MORNING,
) -> UUID:
    draft = replace(clinic.draft(name), call_language=language, windows=frozenset({window}))
    clinic.visitor.request_callback(draft)
    return draft.id


def current(colleague: Colleague) -> str:
    """Whose row is under the cursor."""
    row = colleague.screen.query_one(Listing).current
    return row.request.preferred_name if isinstance(row, WorkRow) else ""


async def test_a_caller_begins_at_the_list(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        colleague.expect("Callbacks", "Nothing is open.")
        colleague.expect_not("Export", "Open it")
        await colleague.keys("c")
        colleague.expect("Nobody wants to be called at this minute.")
        await colleague.keys("escape")
        colleague.expect("What would you like to do?")


async def test_the_next_call_stands_at_the_top_and_the_minute_moves_the_list_on(
    clinic: Clinic,
) -> None:
    asked(clinic, "Later")
    asked(clinic, "Now", window=Window.WEEKDAY_AFTERNOON)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        colleague.expect("Callbacks: 2 of 2", "2 open · 1 to call now")
        assert current(colleague) == "Now"
        await colleague.keys("c")
        colleague.expect("Callbacks: 1 of 2", "1 to call now")
        colleague.expect_not("Later")
        clinic.clock.at += timedelta(hours=4)
        await next_look(colleague)
        colleague.expect_not("to call now")


async def test_each_view_shows_its_part(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    desk = clinic.callbacks
    asked(clinic, "Fresh")
    do(desk, asked(clinic, "Booked"), Claim(), Close(Outcome.SESSION_BOOKED))
    do(desk, asked(clinic, "Urgent"), Escalate())
    wrong = Attempt(AttemptResult.WRONG_PERSON)
    do(desk, asked(clinic, "Gone"), Claim(), wrong, Close(Outcome.WRONG_NUMBER))
    noted = ask(clinic, "Noted")
    row = desk.row(noted)
    assert isinstance(row, WorkRow)
    clinic.visitor.note_withdrawal(row.request.reference)
    names = {"Fresh", "Booked", "Urgent", "Gone", "Noted"}
    views = {"o": {"Fresh", "Noted"}, "d": {"Booked"}, "e": {"Urgent"}, "u": {"Gone"},
             "t": {"Noted"}, "m": set[str](), "a": names}  # fmt: skip
    async with at_desk(clinic, "anna", size=(120, 40)) as colleague:
        for letter, expected in views.items():
            await colleague.keys(letter)
            colleague.expect(*expected)
            colleague.expect_not(*names - expected)
        await colleague.tap("Done")
        colleague.expect("Booked")
        colleague.expect_not("Fresh")


async def test_languages_windows_and_words_narrow_the_list_and_it_is_exported(
    clinic: Clinic,
) -> None:
    asked(clinic, "Kumar")
    asked(clinic, "Mei", CallLanguage.MANDARIN, Window.SATURDAY_MORNING)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("l")
        colleague.expect("Callbacks: 1 of 2 · Mandarin")
        colleague.expect_not("Kumar")
        await the_narrowed_list_is_exported(clinic, colleague)
        await colleague.keys("w")
        colleague.expect("No request of this view matches.", "weekdays 9 to 12")
        await colleague.keys("r")
        colleague.expect("Callbacks: 2 of 2", "Kumar", "Mei")
        colleague.expect_not("Reset")
        await search_narrows_while_one_types(colleague)


async def the_narrowed_list_is_exported(clinic: Clinic, colleague: Colleague) -> None:
    await colleague.keys("x")
    colleague.expect("Write 1 request to a file", "Excel", "CSV", "JSON", "FHIR")
    await colleague.keys("c")
    colleague.expect("Written", "Open, Mandarin, as CSV", "/data/exports/callbacks-anna.csv")
    colleague.expect("1 of 1", "please delete it after use")
    ((rows, chosen, form),) = colleague.written.exports
    assert [row.request.preferred_name for row in rows] == ["Mei"]
    assert (chosen, form) == (WorklistFilter(WorklistPart.OPEN, "zh"), "csv")
    await colleague.keys("escape")
    colleague.expect("Callbacks: 1 of 2")
    with clinic.store.read() as transaction:
        query = "SELECT count(*) FROM audit_event WHERE action='exported_callbacks'"
        assert transaction.connection().exec_driver_sql(query).scalar_one() == 1


async def search_narrows_while_one_types(colleague: Colleague) -> None:
    await colleague.keys("/")
    await colleague.type("kum")
    colleague.expect("1 of 2 · “kum”", "Kumar")
    colleague.expect_not("Mei")
    await colleague.keys("enter")
    assert current(colleague) == "Kumar"
    await colleague.keys("/", "escape")
    colleague.expect("Callbacks: 2 of 2", "Mei")
    assert not colleague.screen.query_one("#search").display


async def test_news_come_and_the_place_is_kept(clinic: Clinic) -> None:
    for name in ("Ah Kow", "Mei", "Siti"):
        one = asked(clinic, name)
        clinic.clock.move(minutes=1)
    clinic.add_staff("anna", Role.CALLER)
    ben = caller(clinic, "ben")
    async with at_desk(clinic, "anna") as colleague:
        await colleague.keys("down")
        assert current(colleague) == "Mei"
        asked(clinic, "Zoe", window=Window.WEEKDAY_AFTERNOON)
        await next_look(colleague)
        colleague.expect("Zoe", "4 of 4")
        colleague.expect_not("with ben")
        assert current(colleague) == "Mei"
        do(ben, one, Claim())
        await next_look(colleague)
        colleague.expect("with ben")


def full(
    rows: Collection[ExportRow], chosen: WorklistFilter, form: str, login: str, progress: Progress
) -> str:
    """Stand in for an export to a full disk."""
    raise SetupError("The disk is full.")


def side_with_full_disk(clinic: Clinic) -> DeskSide:
    side = desk_side(clinic, Written())
    side.tools = replace(side.tools, export_callbacks=full)
    return side


async def test_an_export_that_fails_says_so(clinic: Clinic) -> None:
    asked(clinic, "Mei")
    clinic.add_staff("anna", Role.CALLER)
    boot = partial(side_with_full_disk, clinic)
    async with at_desk(clinic, "anna", boot=boot) as colleague:
        await colleague.keys("x", "x")
        colleague.expect("The file was not written", "The disk is full.")
        await colleague.keys("escape")
        colleague.expect("Callbacks: 1 of 1")


async def test_hostile_names_are_names(clinic: Clinic) -> None:
    for name in HOSTILE:
        asked(clinic, name)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        for size in SIZES:
            await colleague.resize(*size)
            colleague.expect("[@click=", "=HYPER", "陳美玲小姐", "குமார்", "WWWW")
            await colleague.keys("enter")
            assert colleague.app.who is not None
            colleague.expect("only, until you know it is them")
            await colleague.keys("escape")


async def test_a_record_that_cannot_be_opened_stays_on_the_list(clinic: Clinic) -> None:
    asked(clinic, "Mei")
    with clinic.store.write() as transaction:
        transaction.connection().exec_driver_sql("UPDATE callback_request SET sealed=x'00'")
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        colleague.expect("not readable")
        await colleague.keys("enter", "c", "r")
        colleague.expect("This record cannot be opened.", "number cannot be opened")


async def test_trouble_is_told_and_the_next_look_is_right(clinic: Clinic) -> None:
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        clinic.clock.move(hours=9)
        asked(clinic, "Mei")
        await next_look(colleague)
        colleague.expect("You have been signed in for a long time; please sign in again.")
        colleague.expect_not("Mei")


async def test_ten_thousand_rows_are_drawn_a_screenful_at_a_time(clinic: Clinic) -> None:
    one = asked(clinic, "Mei")
    row = clinic.callbacks.row(one)
    assert isinstance(row, WorkRow)
    clinic.add_staff("anna", Role.CALLER)
    async with at_desk(clinic, "anna") as colleague:
        listing = colleague.screen.query_one(Listing)
        many = [with_fields(row, id=UUID(int=n), preferred_name=f"N{n}") for n in range(10_000)]
        drawn = 0
        draw = listing._line_of

        def count(item: WorkRow) -> object:
            nonlocal drawn
            drawn += 1
            return draw(item)

        listing._line_of = count  # type: ignore[assignment]
        listing.set_rows(many)
        await colleague.keys("end")
        colleague.expect("N9999")
        assert drawn < 200
        assert trail_of(clinic, one).count("worklist_opened") <= 1


async def test_a_facilitator_finds_no_callbacks(clinic: Clinic) -> None:
    asked(clinic, "Mei")
    clinic.add_staff("fay", Role.FACILITATOR)
    async with at_desk(clinic, "fay") as colleague:
        colleague.expect_not("Callbacks")
        await colleague.keys("c")
        colleague.expect("What would you like to do?")
        answer = await colleague.app.door.ask(lambda side: side.callbacks.worklist())
        assert isinstance(answer, Trouble)
