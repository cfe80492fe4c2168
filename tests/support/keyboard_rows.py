"""Rewrites kiosk/ui/terminal/keyboards.py from the xkb layouts of this machine.

Run `python -m tests.support.keyboard_rows` where libxkbcommon and xkb-data are installed.
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from pathlib import Path

RULES = Path("/usr/share/X11/xkb/rules/evdev.lst")
TARGET = Path(__file__).parents[2] / "kiosk/ui/terminal/keyboards.py"
DIGIT_KEYS = (19, *range(10, 19))
"""xkb key codes of <AE10>, <AE01> to <AE09>: the keys a scanner presses for 0 to 9."""

_TOP = '''"""The number row of every keyboard layout: what a scanner's 0 to 9 may arrive as.

Data, written by tests/support/keyboard_rows.py from xkb-data 2.35.1 (578 layouts and variants,
keys <AE10>, <AE01> to <AE09>, plain, with Shift, with Caps Lock and with both) as
libxkbcommon 1.5.0 reads them. Rows with a dead or empty key are left out: such a host types
fewer than ten characters. Each row is the ten characters for 0 to 9 in that order.
"""

NUMBER_ROWS: frozenset[str] = frozenset(
    {
'''


class _Names(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")
    ]


def _layouts() -> Iterator[tuple[str, str]]:
    text = RULES.read_text(encoding="utf-8")
    for section in ("layout", "variant"):
        found = re.search(rf"! {section}\n(.*?)\n\n", text, re.DOTALL)
        assert found
        for line in found[1].split("\n"):
            first, second, *_ = line.split()
            yield (first, "") if section == "layout" else (second.rstrip(":"), first)


def _library() -> ctypes.CDLL:
    xkb = ctypes.CDLL("libxkbcommon.so.0")
    pointer, mask = ctypes.c_void_p, ctypes.c_uint32
    xkb.xkb_context_new.restype = pointer
    xkb.xkb_context_set_log_level.argtypes = [pointer, ctypes.c_int]
    xkb.xkb_keymap_new_from_names.restype = pointer
    xkb.xkb_keymap_new_from_names.argtypes = [pointer, ctypes.POINTER(_Names), ctypes.c_int]
    xkb.xkb_keymap_mod_get_index.argtypes = [pointer, ctypes.c_char_p]
    xkb.xkb_state_new.restype = pointer
    xkb.xkb_state_new.argtypes = [pointer]
    xkb.xkb_state_update_mask.argtypes = [pointer, *[mask] * 6]
    xkb.xkb_state_key_get_utf32.argtypes = [pointer, mask]
    return xkb


def number_rows() -> set[str]:
    xkb = _library()
    context = xkb.xkb_context_new(0)
    xkb.xkb_context_set_log_level(context, 10)
    rows = set()
    for layout, variant in _layouts():
        names = _Names(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        keymap = xkb.xkb_keymap_new_from_names(context, ctypes.byref(names), 0)
        if not keymap:
            continue
        state = xkb.xkb_state_new(keymap)
        shift, lock = (
            1 << xkb.xkb_keymap_mod_get_index(keymap, name) for name in (b"Shift", b"Lock")
        )
        for pressed, locked in product((0, shift), (0, lock)):
            xkb.xkb_state_update_mask(state, pressed, 0, locked, 0, 0, 0)
            points = [xkb.xkb_state_key_get_utf32(state, key) for key in DIGIT_KEYS]
            rows.add("".join(map(chr, points)))
    return {row for row in rows if row.isprintable()}


def _literal(row: str) -> str:
    plain = all(
        not unicodedata.category(character).startswith("M")
        and unicodedata.bidirectional(character) not in {"R", "AL", "AN"}
        for character in row
    )
    text = repr(row) if plain else ascii(row)
    if text.startswith("'") and '"' not in text:
        text = f'"{text[1:-1]}"'
    return text


def main() -> None:
    lines = "".join(f"        {_literal(row)},\n" for row in sorted(number_rows()))
    TARGET.write_text(f"{_TOP}{lines}    }}\n)\n", encoding="utf-8")


if __name__ == "__main__":
    main()
