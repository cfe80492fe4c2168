"""The emulator's short ways lead where pyte's own reading leads, cell by cell."""

from random import Random

import pyte
import pytest

from tests.support.emulator import Emulator

COLUMNS, ROWS = 30, 8
DRAWN = (
    "\x1b[{};{}H", "\x1b[{}m", "\x1b[m", "\x1b[7;38;2;1;{};{}m", "\x1b[48;5;{}m", "abcdefgh" * 3,
    "▌  ✓", "王", "e\u0301", "\u0301", "\r\n", "\x08", "\t", "\x1b[4h", "\x1b[4l",
    "\x1b[?7l", "\x1b[?7h", "\x1b[2J", "\x1b[K", "\x1b[L", "\x1b[5;7r", "\x1b[r", "\x1bM",
    "\x1b]0;title\x07",
)  # fmt: skip


def written(seed: int) -> bytes:
    chance = Random(seed)
    picks = (chance.choice(DRAWN) for _ in range(200))
    return "".join(
        pick.format(chance.randint(0, 31), chance.randint(0, 31)) for pick in picks
    ).encode()


@pytest.mark.parametrize("seed", range(10))
def test_it_draws_what_pyte_draws(seed: int) -> None:
    chance, data = Random(seed), written(seed)
    emulator, screen = Emulator(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    stream.feed(data)
    while data:
        size = chance.randint(1, 60)
        emulator.feed(data[:size])
        assert len(emulator.lines) == ROWS
        data = data[size:]
    for y in range(ROWS):
        drawn, own = screen.buffer[y], emulator.screen.buffer[y]
        assert [own[x] for x in range(COLUMNS)] == [drawn[x] for x in range(COLUMNS)]
        assert emulator.lines[y] == "".join(drawn[x].data for x in range(COLUMNS))


def test_it_finds_the_column_behind_letters_of_other_widths() -> None:
    emulator = Emulator(COLUMNS, ROWS)
    emulator.feed("\x1b[3;2H王 ab\x1b[5;1He\u0301x\u0301 ab".encode())
    assert emulator.find("ab") == (4, 2)
    assert emulator.find("ab", 1) == (3, 4)
    assert emulator.find("ab", 2) is None
