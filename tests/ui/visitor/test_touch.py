"""The keyboard on the screen: there after a touch, gone after a key, and it types what it says."""

import unicodedata
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len

from kiosk.content.shaping import needs_shaping
from kiosk.ui.visitor.screens.callback_form import CallPhoneScreen, CallReviewScreen
from kiosk.ui.widgets.inputs import Field
from kiosk.ui.widgets.touch_keyboard import TouchKeys, name_layouts
from tests.support.desks import Clinic
from tests.support.screens import SIZES, Visitor, at_kiosk
from tests.ui.visitor.layout_rules import offences
from tests.ui.visitor.stops import form


def keyboard(visitor: Visitor) -> TouchKeys:
    """The keyboard of the screen."""
    return visitor.screen.query_one(TouchKeys)


async def tap_keys(visitor: Visitor, *labels: str) -> None:
    """Tap the keys with these labels."""
    for label in labels:
        region = visitor.regions()[keyboard(visitor)]
        for y, line in enumerate(visitor.reads(keyboard(visitor))):
            x = f" {line} ".find(f" {label} ")
            if x >= 0:
                x = cell_len(line[:x])
                await visitor.tap_at(region.x + x + len(label) // 2, region.y + y)
                break
        else:
            raise AssertionError(f"no key {label!r} in\n{visitor.picture()}")


def typed(visitor: Visitor) -> str:
    """What is in the field."""
    return visitor.screen.query_one(Field).value


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_taps_type_in_order(clinic: Clinic, size: tuple[int, int]) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.tap("Ask for a call")
        await tap_keys(visitor, "A", "h", "Space", "M", "e", "n", "g", "'", "-", ".", "/", "@", "7")
        assert typed(visitor) == "Ah Meng'-./@7"
        await tap_keys(visitor, "Del", "Del", "Caps", "X", "y")
        assert typed(visitor) == "Ah Meng'-./Xy"
        assert visitor.screen.query_one(Field).has_focus


async def test_every_key_of_the_keyboards_types_itself(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        await tap_keys(visitor, "Caps", *"1234567890qwertyuiop@asdfghjkl'/zxcvbnm-.")
        assert typed(visitor) == "1234567890qwertyuiop@asdfghjkl'/zxcvbnm-."
        await form(CallPhoneScreen)(visitor, clinic)
        visitor.screen.query_one(Field).value = ""
        await tap_keys(visitor, *"+1234567890", "Del")
        assert typed(visitor) == "+123456789"


async def test_fast_taps_keep_their_order(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallPhoneScreen)(visitor, clinic)
        visitor.screen.query_one(Field).value = ""
        await visitor.touch()
        region = visitor.regions()[keyboard(visitor)]
        rows = visitor.reads(keyboard(visitor))
        for digit in "9182736450":
            y = next(index for index, row in enumerate(rows) if digit in row)
            await visitor.touch_down(region.x + rows[y].index(digit), region.y + y)
        await visitor.settle()
        assert typed(visitor) == "9182736450"


async def test_it_goes_into_the_field_wherever_the_focus_is(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c", "tab")
        assert not visitor.screen.query_one(Field).has_focus
        await visitor.touch()
        await tap_keys(visitor, "M", "e")
        assert typed(visitor) == "Me"
        assert visitor.screen.query_one(Field).has_focus


async def test_in_the_middle_of_a_text(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        await visitor.type("Mng", "left", "left")
        await visitor.touch()
        await tap_keys(visitor, "Caps", "e", "x", "Del")
        assert typed(visitor) == "Meng"


async def test_it_is_there_after_a_touch_and_gone_after_a_key(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.keys("c")
        visitor.expect_not("Caps", "Space")
        await visitor.tap("What should we call you?")
        visitor.expect("Caps", "Space", "Del")
        await visitor.keys("M")
        visitor.expect_not("Caps", "Space")
        assert typed(visitor) == "M"
        await visitor.tap("Next")
        visitor.expect("Which number should we call?", "Del")
        await visitor.keys("8", "f1", "b")
        visitor.expect("Which number should we call?")
        visitor.expect_not("Del")


async def test_it_is_never_on_a_screen_without_a_field(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Read about peer support")
        visitor.expect_not("Caps", "Del")


async def test_taps_between_keys_and_beside_them_are_harmless(clinic: Clinic) -> None:
    async with at_kiosk(clinic, size=(120, 40)) as visitor:
        await visitor.tap("Ask for a call")
        region = visitor.regions()[keyboard(visitor)]
        inside = (region.x, region.y)
        gaps = (
            (region.right - 1, region.y),
            (region.x, region.bottom - 1),
            (region.x + 9, region.y),
        )
        for x, y in (*gaps, inside):
            await visitor.tap_at(x, y)
        assert typed(visitor) == "1"
        await visitor.tap_at(0, 0)
        visitor.expect("What should we call you?")


KEY_SIZES = {
    (56, 16): (4, 1),
    (80, 24): (6, 3),
    (106, 32): (8, 3),
    (120, 40): (9, 4),
    (160, 50): (9, 5),
}


@pytest.mark.conforms("WCAG 2.5.8")
@pytest.mark.parametrize(("size", "least"), KEY_SIZES.items(), ids=str)
async def test_keys_are_as_large_as_there_is_room(
    clinic: Clinic, size: tuple[int, int], least: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        await visitor.tap("Ask for a call")
        keys = keyboard(visitor)
        cells = [(x, y) for y in range(keys.size.height) for x in range(keys.size.width)]
        found = Counter(key for x, y in cells if (key := keys._key_at(x, y)) is not None)
        assert len(found) == sum(len(row) for row in keys.rows)
        columns, rows = least
        assert min(found.values()) >= columns * rows
        assert keys._drawn >= rows


async def place_on(visitor: Visitor, label: str) -> tuple[int, int]:
    """Return a cell of the key with `label`."""
    region = visitor.regions()[keyboard(visitor)]
    rows = visitor.reads(keyboard(visitor))
    y = next(index for index, row in enumerate(rows) if f" {label} " in f" {row} ")
    return region.x + f" {rows[y]} ".index(f" {label} "), region.y + y


@pytest.mark.conforms("WCAG 2.5.2")
async def test_a_finger_that_slides_off_presses_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        g, h = await place_on(visitor, "G"), await place_on(visitor, "H")
        for there in (h, visitor.place_of("Next"), visitor.place_of("Help now"), (0, 0)):
            visitor.read()
            await visitor.press(*g)
            await visitor.release(*there)
            await visitor.settle()
        assert typed(visitor) == ""
        visitor.expect("What should we call you?")
        await visitor.press(*g)
        await visitor.release(g[0] + 1, g[1] + 1)
        await visitor.settle()
        assert typed(visitor) == "G"


@pytest.mark.conforms("WCAG 2.5.2")
@pytest.mark.parametrize("part", ["Finish and clear", "中文", "F2"])
async def test_sliding_along_the_foot_goes_nowhere(clinic: Clinic, part: str) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        visitor.read()
        await visitor.press(*visitor.place_of("Help now"))
        await visitor.release(*visitor.place_of(part))
        await visitor.settle()
        visitor.expect("What should we call you?")


async def test_a_long_press_types_once_and_a_release_alone_nothing(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        place = await place_on(visitor, "G")
        await visitor.press(*place)
        await visitor.settle()
        assert typed(visitor) == ""
        await visitor.wait(5)
        for _ in range(3):
            await visitor.release(*place)
        await visitor.settle()
        assert typed(visitor) == "G"
        for _ in range(2):  # the release is lost
            await visitor.press(*place)
        await visitor.release(*place)
        await visitor.settle()
        assert typed(visitor) == "Gg"


async def test_a_release_alone_presses_no_button_again(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await form(CallReviewScreen)(visitor, clinic)
        place = visitor.place_of("Show my number")
        await visitor.tap_at(*place)
        visitor.expect("[✓] Show my number")
        visitor.read()
        await visitor.release(*place)
        await visitor.settle()
        visitor.expect("[✓] Show my number")


async def test_a_palm_types_nothing_or_one_letter(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        await visitor.tap("Ask for a call")
        places = [await place_on(visitor, label) for label in "GHJK"]
        for place in places:
            await visitor.press(*place)
        for place in places:
            await visitor.release(*place)
        await visitor.settle()
        assert len(typed(visitor)) <= 1
        visitor.expect("What should we call you?")


@asynccontextmanager
async def naming_in_chinese(clinic: Clinic, size: tuple[int, int]) -> AsyncIterator[Visitor]:
    """The screen of the name in a Chinese visit, after a touch."""
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.app.context.visit.texts.language = "zh"
        await visitor.tap("Ask for a call")
        yield visitor


@pytest.mark.parametrize("size", [(56, 16), (80, 24), (120, 40)], ids=str)
async def test_a_chinese_name_by_pinyin(clinic: Clinic, size: tuple[int, int]) -> None:
    async with naming_in_chinese(clinic, size) as visitor:
        await tap_keys(visitor, *"chen")
        assert typed(visitor) == "chen"
        await tap_keys(visitor, "陈")
        await tap_keys(visitor, *"meiling", "美")
        assert typed(visitor) == "陈美ling"
        await tap_keys(visitor, "»")
        visitor.expect_not("玲")
        await tap_keys(visitor, "Del", "g", "Space")
        assert typed(visitor) == "陈美玲"
        await tap_keys(visitor, "Del", "Space")
        assert typed(visitor) == "陈美 "
        assert offences(visitor) == [], visitor.picture()


async def test_what_is_typed_stays_when_the_letters_change(clinic: Clinic) -> None:
    async with naming_in_chinese(clinic, (80, 24)) as visitor:
        await tap_keys(visitor, *"li")
        await tap_keys(visitor, "abc")
        visitor.expect_not("李")
        await tap_keys(visitor, "Caps", "X", "y", "7")
        assert typed(visitor) == "liXy7"
        await tap_keys(visitor, "Del", "中", "李")
        assert typed(visitor) == "李Xy"
        await tap_keys(visitor, "Del", "Del")
        await visitor.keys("M", "e")
        assert typed(visitor) == "李Me"


async def test_a_blank_key_types_nothing(clinic: Clinic) -> None:
    async with naming_in_chinese(clinic, (80, 24)) as visitor:
        region = visitor.regions()[keyboard(visitor)]
        for x in range(0, 70, 7):
            await visitor.tap_at(region.x + x, region.y + 1)
        assert typed(visitor) == ""


async def test_malay_and_english_have_no_key_to_change_letters(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        for code in ("ms", "en"):
            visitor.app.context.visit.texts.language = code
            await visitor.tap("Ask for a call")
            keys = " ".join(visitor.reads(keyboard(visitor)))
            assert "Space" in keys
            assert not {"abc", "中"} & set(keys.split())
            await visitor.keys("escape")


async def test_tamil_letters_are_offered_only_where_they_can_be_shown(clinic: Clinic) -> None:
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.visit.texts.language = "ta"
        await visitor.tap("Ask for a call")
        visitor.expect("Caps", "Q")
        visitor.expect_not("abc")
        assert not needs_shaping(visitor.picture())


@pytest.mark.parametrize("size", [(56, 16), (80, 24), (120, 40)], ids=str)
async def test_a_tamil_name_where_it_is_shown_as_pictures(
    clinic: Clinic, size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        visitor.app.context.has_pictures = True
        visitor.app.context.visit.texts.language = "ta"
        await visitor.tap("Ask for a call")
        for key in (*"மணி", "space", *"வேல்"):
            await tap_key(visitor, key)
        assert typed(visitor) == "மணி வேல்"
        await tap_key(visitor, "delete")
        await tap_key(visitor, "switch")
        await tap_keys(visitor, "Caps", "K")
        assert typed(visitor) == "மணி வேலK"
        assert offences(visitor) == [], visitor.picture()


async def tap_key(visitor: Visitor, key: str) -> None:
    """Tap a key by what it is, for a test reads no letters that are pictures."""
    keys = keyboard(visitor)
    row = next(row for row, found in enumerate(keys.rows) if key in found)
    left, right = keys._spans(row)[keys.rows[row].index(key)]
    region = visitor.regions()[keys]
    await visitor.tap_at(region.x + (left + right) // 2, region.y + row * keys._high)


def test_the_tamil_keys_write_every_letter() -> None:
    layout, _letters = name_layouts("ta", draws_tamil=True)
    keys = {key for row in layout.rows for key in row if len(key) == 1}
    letters = {chr(point) for point in range(0x0B82, 0x0BD0) if unicodedata.name(chr(point), "")}
    rare = {"\u0b82", "\u0bb6"}  # anusvara and sha, which no name of today is written with
    assert keys == letters - rare
