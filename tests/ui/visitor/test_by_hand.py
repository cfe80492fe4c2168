"""Each of a visitor's tasks, start to end, in each language, by keys alone and by taps alone."""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, NamedTuple

import pytest
from rich.cells import cell_len
from typing_extensions import override

from kiosk.content.articles import articles
from kiosk.content.helplines import helplines
from kiosk.content.shaping import needs_shaping
from kiosk.content.translations import Texts, languages
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.inputs import Choice, Field
from kiosk.ui.widgets.touch_keyboard import LETTERS, TouchKeys
from kiosk.ui.widgets.visitor_bar import Bar, Part
from tests.support.desks import Clinic
from tests.support.screens import HOME, USUAL, Visitor, at_kiosk

_MOST_KEYS: Final = 40
"""Presses of Tab after which somebody gives up."""
_MOST_PAGES: Final = 12
PARTS: Final[dict[str, Part]] = {"help": "help", "language": "language", "finish": "finish"}


class Tongue(NamedTuple):
    """A language, and how a terminal shows its letters where it would break them."""

    code: str
    has_pictures: bool = False

    def __str__(self) -> str:
        return f"{self.code} {'pictures' if self.has_pictures else ''}".strip()


TONGUES = tuple(
    Tongue(one.code, has_pictures)
    for one in languages()
    for has_pictures in ((False, True) if one.is_shaped else (False,))
)


class Hand(ABC):
    """Somebody who does a task in one language and in one way; things are named by id or name."""

    def __init__(self, visitor: Visitor, tongue: Tongue) -> None:
        self.visitor = visitor
        self.tongue = tongue
        self.texts = Texts(tongue.code, has_pictures=tongue.has_pictures)

    async def press(self, target: str) -> None:
        """Press something of the screen by its id or name, once "More" has brought it there.

        Or a part of the foot, by its name.
        """
        if target in PARTS:
            await self._press_foot(PARTS[target])
            return
        for _ in range(_MOST_PAGES):
            (wanted,) = self._named(target)
            if self._reaches(wanted):
                await self._press(wanted)
                return
            (more,) = self._named("more")
            assert self._reaches(more), f"no way to {target}\n{self.visitor.picture()}"
            await self._press(more)
        raise AssertionError(f"never at {target}\n{self.visitor.picture()}")

    async def find(self, words: str) -> None:
        """Read on by "More" until `words` stand there."""
        for _ in range(_MOST_PAGES):
            if self.visitor.sees(words):
                return
            await self.press("more")
        raise AssertionError(f"never read {words!r}\n{self.visitor.picture()}")

    def _named(self, target: str) -> list[Pressable]:
        found = self.visitor.screen.query(Pressable)
        return [one for one in found if target in (one.id, one.name)]

    @property
    def _foot(self) -> Bar:
        return self.visitor.screen.query_one(Bar)

    def _read_foot(self, part: Part) -> tuple[str, tuple[int, int]]:
        """Return what stands on a part of the foot, and a cell of it."""
        region, rows = self.visitor.regions()[self._foot], self.visitor.reads(self._foot)
        for label in self._foot.labels[part]:
            for y, row in enumerate(rows):
                before, found, _ = row.partition(label)
                if found:
                    return label, (region.x + cell_len(before) + 1, region.y + y)
        raise AssertionError(f"no {part} at the foot\n{self.visitor.picture()}")

    def reads(self, message: str, context: str = "", **values: str) -> None:
        """Fail unless a sentence stands on the screen in this language."""
        texts = self.texts
        said = texts.pgettext(context, message) if context else texts.gettext(message)
        self.visitor.expect(said.format(**values) if values else said)

    @abstractmethod
    async def begin(self) -> None:
        """Choose the language on home."""

    @abstractmethod
    async def type(self, text: str) -> None:
        """Type `text` into the screen's field; capitals may come out small."""

    @abstractmethod
    async def _press_foot(self, part: Part) -> None: ...

    @abstractmethod
    def _reaches(self, wanted: Pressable) -> bool: ...

    @abstractmethod
    async def _press(self, wanted: Pressable) -> None: ...


class Keys(Hand):
    """Somebody who presses keys alone: the letter that stands there, else Tab and Enter."""

    @override
    async def begin(self) -> None:
        if self.tongue.code != "en":
            await self.press("language")
            await self.press(f"show-{self.tongue.code}")

    @override
    async def type(self, text: str) -> None:
        assert isinstance(self.visitor.screen.focused, Field)
        await self.visitor.type(text)

    @override
    async def _press_foot(self, part: Part) -> None:
        label, _ = self._read_foot(part)
        key = label.rpartition(" · ")[2].split()[0]
        await self.visitor.keys("escape" if key == "Esc" else key.lower())

    @override
    def _reaches(self, wanted: Pressable) -> bool:
        return wanted in self.visitor.screen.focus_chain

    @override
    async def _press(self, wanted: Pressable) -> None:
        visitor = self.visitor
        typing = isinstance(visitor.screen.focused, Field)
        label = " ".join(visitor.reads(wanted))
        if wanted.letter and f"{wanted.letter}  " in label and not typing:
            await visitor.keys(wanted.letter.lower())
            return
        for _ in range(_MOST_KEYS):
            if visitor.screen.focused is wanted:
                break
            await visitor.keys("tab")
        assert visitor.screen.focused is wanted, f"{wanted} has no focus\n{visitor.picture()}"
        assert any(row.strip() for row in visitor.reads(wanted)), f"{wanted} is out of view"
        await visitor.keys("space" if isinstance(wanted, Choice) else "enter")


class Mouse(Hand):
    """Somebody who taps what can be seen, where it stands; letters on the screen's keyboard."""

    @override
    async def begin(self) -> None:
        code = self.tongue.code
        names = dict(self.visitor.screen._other_languages())
        if code in names and any(names[code] in row for row in self.visitor.reads(self._foot)):
            await self.visitor.tap(names[code])
        elif code != "en":
            await self.press("language")
            await self.press(f"show-{code}")

    @override
    async def type(self, text: str) -> None:
        keys = self._read_keys()
        for sign in text:
            if sign not in keys:
                # Small letters follow a capital, and a name may be written in other letters.
                keys = self._read_keys()
                if sign not in keys and LETTERS.name in keys:
                    await self.visitor.tap_at(*keys[LETTERS.name])
                    keys = self._read_keys()
            await self.visitor.tap_at(*keys[sign if sign in keys else sign.lower()])

    def _read_keys(self) -> dict[str, tuple[int, int]]:
        """Return a cell of each key on the screen, by what stands on it."""
        keys = self.visitor.screen.query_one(TouchKeys)
        region, found = self.visitor.regions()[keys], dict[str, tuple[int, int]]()
        for y, row in enumerate(self.visitor.reads(keys), region.y):
            for label in re.finditer(rf"{LETTERS.name}|\S+", row):
                found[label.group()] = (region.x + cell_len(row[: label.start()]), y)
        return found

    @override
    async def _press_foot(self, part: Part) -> None:
        _, place = self._read_foot(part)
        await self.visitor.tap_at(*place)

    @override
    def _reaches(self, wanted: Pressable) -> bool:
        return any(row.strip() for row in self.visitor.reads(wanted))

    @override
    async def _press(self, wanted: Pressable) -> None:
        x, y = self.visitor.regions()[wanted].center
        await self.visitor.tap_at(int(x), int(y))


async def read(hand: Hand, _clinic: Clinic) -> None:
    await hand.begin()
    article = articles(hand.texts.written)[0]
    await hand.press("read")
    hand.reads("Read about peer support")
    await hand.press(article.slug)
    hand.visitor.expect(article.title)
    await hand.find(article.markdown[:12])
    await hand.press("back")
    hand.reads("Read about peer support")


async def ask_for_a_call(hand: Hand, clinic: Clinic) -> None:
    await hand.begin()
    before = set(clinic.column("SELECT ref FROM callback_request"))
    await hand.press("call")
    hand.reads("What should we call you?")
    await hand.type("Mei")
    await hand.press("next")
    hand.reads("Which number should we call?")
    await hand.type("81234567")
    hand.reads("We will call {number}.", number="+65 8123 4567")
    await hand.press("next")
    hand.reads("When may we call?")
    await hand.press("choice-saturday_am")
    await hand.press("next")
    hand.reads("Which language should we speak?")
    await hand.press("choice-ta")
    await hand.press("next")
    hand.reads("If you do not pick up, may we leave a message?")
    await hand.press("choice-text_ok")
    await hand.press("next")
    hand.reads("Is this right?")
    await hand.press("send")
    hand.reads("Thank you. We have your request.")
    rows = clinic.callbacks.worklist().rows
    (row,) = (one for one in rows if one.request.reference not in before)
    hand.visitor.expect(row.request.reference)
    assert clinic.numbers()[-1] == "+6581234567"
    assert (row.request.preferred_name, row.request.windows) == ("Mei", ("saturday_am",))
    assert (row.request.call_language, row.request.message_policy) == ("ta", "text_ok")
    written = "SELECT ui_language FROM callback_request WHERE ref = :ref"
    assert clinic.column(written, ref=row.request.reference) == [hand.tongue.code]


async def check_in_with_a_pass(hand: Hand, clinic: Clinic) -> None:
    # The pass brings its language.
    rooms = [clinic.add_session(room) for room in ("Room 1", "Room 2")]
    await hand.visitor.scan(clinic.passes.issue_pass("Mei", hand.tongue.code).digits)
    hand.reads("Welcome, {name}. Which group is it?", name="Mei")
    await hand.press(rooms[1].id.hex)
    hand.reads("✓  Welcome, {name}", name="Mei")
    hand.reads("You are checked in.")
    assert [str(arrival.name) for arrival in clinic.arrivals()] == ["Mei"]


async def check_in_without_a_pass(hand: Hand, clinic: Clinic) -> None:
    room = clinic.add_session("Room 3")
    before = len(clinic.arrivals())
    await hand.begin()
    await hand.press("groups")
    hand.reads("Check in to a group")
    await hand.press(room.id.hex)
    hand.reads("You are welcome. How would you like to come in?")
    await hand.press("count")
    hand.reads("You are counted in.")
    assert len(clinic.arrivals()) == before + 1


async def withdraw_by_slip(hand: Hand, clinic: Clinic) -> None:
    # The slip brings its language.
    draft = replace(clinic.draft(), ui_language=hand.tongue.code)
    digits = clinic.visitor.request_callback(draft).slip_digits
    before = clinic.count("callback_withdrawal")
    await hand.visitor.scan(digits)
    hand.reads("Your request")
    await hand.press("withdraw")
    hand.reads("It is withdrawn. Nobody will call you about it.")
    assert clinic.count("callback_withdrawal") == before + 1


async def withdraw_by_the_typed_code(hand: Hand, clinic: Clinic) -> None:
    reference = clinic.visitor.request_callback(clinic.draft()).reference
    before = clinic.count("callback_withdrawal")
    await hand.begin()
    await hand.press("withdraw")
    hand.reads("Show your slip to the scanner. Or type its code, such as 7K4Q-FMRF.")
    await hand.type(reference.replace("-", ""))
    await hand.press("next")
    hand.reads("If the code fits a request, staff will withdraw it.")
    assert clinic.count("callback_withdrawal") == before + 1


async def help_now(hand: Hand, clinic: Clinic) -> None:
    await hand.begin()
    await hand.press("help")
    hand.reads("Help now", "crisis")
    today = clinic.clock.now().date()
    lines = [one for one in helplines(hand.texts.written, today).lines if one.tel]
    for line in lines:
        await hand.find(line.number)
    await hand.press(lines[-1].id)
    hand.visitor.expect(lines[-1].number, lines[-1].name)


Task = Callable[[Hand, Clinic], Awaitable[None]]
TASKS: tuple[Task, ...] = (
    read,
    ask_for_a_call,
    check_in_with_a_pass,
    check_in_without_a_pass,
    withdraw_by_slip,
    withdraw_by_the_typed_code,
    help_now,
)


async def do(task: Task, hand: Hand, clinic: Clinic) -> None:
    """Do a task from home to home."""
    visitor = hand.visitor
    await task(hand, clinic)
    assert visitor.app.context.visit.texts.language == hand.tongue.code
    shown = "".join(visitor.lines)
    assert needs_shaping(shown) == hand.tongue.has_pictures
    await hand.press("finish")
    visitor.expect(HOME)
    assert not visitor.app.navigation.is_busy


@pytest.mark.parametrize("tongue", TONGUES, ids=str)
async def test_each_task_by_either_hand(clinic: Clinic, tongue: Tongue) -> None:
    async with at_kiosk(clinic) as visitor:
        if tongue.has_pictures:
            visitor.app.pictures_come()
        for number, task in enumerate(TASKS, TONGUES.index(tongue)):
            await do(task, (Keys, Mouse)[number % 2](visitor, tongue), clinic)


@pytest.mark.full
@pytest.mark.parametrize("size", [(56, 16), USUAL, (120, 40)], ids=str)
@pytest.mark.parametrize("kind", [Keys, Mouse])
@pytest.mark.parametrize("tongue", TONGUES, ids=str)
async def test_each_task_by_each_hand(
    clinic: Clinic, tongue: Tongue, kind: type[Hand], size: tuple[int, int]
) -> None:
    async with at_kiosk(clinic, size=size) as visitor:
        if tongue.has_pictures:
            visitor.app.pictures_come()
        for task in TASKS:
            await do(task, kind(visitor, tongue), clinic)
