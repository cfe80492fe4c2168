"""Reads sixel graphics, so that a test sees the picture that a terminal would show."""

import re

_PART = re.compile(rb"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")

Pixel = tuple[int, int, int] | None
"""Red, green and blue in percent; None where nothing was drawn."""


def read_sixel(data: bytes) -> list[list[Pixel]]:
    """Return the rows of pixels of one whole sequence; AssertionError where it is none."""
    head = re.match(rb'\x1bP\d*;1;\d*q"1;1;(\d+);(\d+)', data)
    assert head is not None
    assert data.endswith(b"\x1b\\")
    width, height = map(int, head.groups())
    rows: list[list[Pixel]] = [[None] * width for _ in range(height)]
    colours: dict[int, Pixel] = {}
    at, top, chosen, end = 0, 0, None, head.end()
    for part in _PART.finditer(data, head.end(), len(data) - 2):
        assert part.start() == end, "something else stands between"
        end = part.end()
        defined, red, green, blue, selected, count, repeated, one, control = part.groups()
        if defined:
            colours[int(defined)] = int(red), int(green), int(blue)
        elif selected:
            chosen = colours[int(selected)]
        elif control:
            at, top = 0, top + (6 if control == b"-" else 0)
        else:
            bits = (repeated or one)[0] - 0x3F
            for column in range(at, at + int(count or 1)):
                for row in range(6):
                    if bits >> row & 1:
                        rows[top + row][column] = chosen
            at += int(count or 1)
    assert end == len(data) - 2
    return rows
