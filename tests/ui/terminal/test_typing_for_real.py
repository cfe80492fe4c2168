"""Typing and scanning through a real pseudo-terminal."""

import signal
import time

import pytest

from kiosk.domain.passes import HEAD, CodeKind, encode
from tests.support.terminal import Terminal

pytestmark = pytest.mark.terminal

CODE = encode(CodeKind.PASS, bytes(range(16)))
OTHER = encode(CodeKind.PASS, bytes(range(1, 17)))
LAYOUTS = {
    "AZERTY": "à&é\"'(-è_ç",
    "AZERTY with Caps Lock": "À&É\"'(-È_Ç",
    "QWERTZ with Shift": '=!"§$%&/()',
    "Czech": "é+ěščřžýáí",
    "US with Shift": ")!@#$%^&*(",
    "Tamil": "௦௧௨௩௪௫௬௭௮௯",
}


def full(value: object) -> object:
    """Leave this case to `--full`; its neighbours are tried every day."""
    return pytest.param(value, marks=pytest.mark.full)


def mangled(code: str, row: str) -> str:
    return code.translate(dict(zip(map(ord, HEAD), row, strict=True)))


def shown(text: str) -> str:
    """What the sample's last line shows of a scanned text."""
    return f"scan={text}."


@pytest.mark.parametrize("pace", [0.0, full(0.0005), 0.002, full(0.005)])
def test_fields_get_what_was_typed_for_them(sample: Terminal, pace: float) -> None:
    sample.send("abc\rdef\r", pace=pace)
    sample.wait_for("sent=abc+def ")


@pytest.mark.parametrize("pace", [0.0, 0.001])
def test_tab_moves_before_the_next_letter(sample: Terminal, pace: float) -> None:
    sample.send("abc\tdef", pace=pace)
    sample.wait_for("one=abc two=def.")


@pytest.mark.parametrize("pace", [0.0, 0.001])
def test_backspaces_take_the_letters_before_them(sample: Terminal, pace: float) -> None:
    sample.send("abcd\x7f\x7f\x7fQ7\x1b[D\x1b[Dx\x1b[C\x7fy\tz", pace=pace)
    sample.wait_for("one=axy7 two=z.")


def test_a_long_burst_keeps_its_order(sample: Terminal) -> None:
    sample.send("".join(f"{number}\x7f{number}\t\x1b[Z" for number in range(10)))
    sample.send("!")
    sample.wait_for("one=0123456789! two=.")


def test_a_phone_number_typed_by_hand_is_whole(sample: Terminal) -> None:
    for number, key in enumerate("0123456789", start=1):
        sample.send(key)
        sample.wait_for(f"one={'0123456789'[:number]} ")
    sample.send("\t")
    sample.send("81234567", pace=0.06)
    sample.wait_for("one=0123456789 two=81234567.")
    assert sample.find("scans=0.")


@pytest.mark.parametrize(
    "typed",
    [
        '=HYPERLINK("x")',
        "Önder Çalışkan",
        "012345",
        "0",
        "[@click=app.quit]Mei[/]",
        "王小明",
        "\U00031350",
    ],
)
def test_text_that_begins_like_a_code_is_typed(sample: Terminal, typed: str) -> None:
    sample.send(f"{typed}\t!")
    sample.wait_for("two=!.")
    assert sample.find("scans=0.")
    if typed.isprintable() and typed.isascii():
        assert sample.find(f"one={typed} ")


@pytest.mark.parametrize("pace", [0.0, full(0.001), 0.008, full(0.016)])
@pytest.mark.parametrize("focus", ["field", "button"])
def test_a_scan_reaches_no_field_and_presses_no_button(
    sample: Terminal, pace: float, focus: str
) -> None:
    if focus == "button":
        sample.send("\t\t")
    sample.send(f"{CODE}\r", pace=pace)
    sample.wait_for(shown(CODE))
    sample.send("x")
    sample.wait_for("x=1 " if focus == "button" else "one=x ")
    assert sample.find("one= " if focus == "button" else "one=x ")
    assert sample.find("pressed=0 ")
    assert sample.find("scans=1.")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"], ids=repr)
def test_whatever_ends_a_scan_is_swallowed(sample: Terminal, end: str) -> None:
    sample.send("\t\t")
    sample.send(f"{CODE}{end}")
    sample.wait_for(shown(CODE))
    sample.send("x")
    sample.wait_for("x=1 ")
    assert sample.find("pressed=0 ")


def test_a_late_enter_of_the_scanner_presses_no_button(sample: Terminal) -> None:
    sample.send("\t\t")
    sample.send(CODE)
    sample.wait_for(shown(CODE))
    sample.send("\r\r", pace=0.4)
    sample.wait_for("pressed=1 ")


@pytest.mark.parametrize(
    "row",
    [
        row if name in ("AZERTY", "QWERTZ with Shift", "Tamil") else full(row)
        for name, row in LAYOUTS.items()
    ],
    ids=LAYOUTS,
)
def test_other_keyboard_layouts(sample: Terminal, row: str) -> None:
    sample.send(f"{mangled(CODE, row)}\r", pace=0.001)
    sample.wait_for("scans=1.")
    sample.send("q")
    sample.wait_for("one=q two=.")


def test_a_kitty_keyboard_with_modifiers(sample: Terminal) -> None:
    keys = "".join(f"\x1b[57441u\x1b[{ord(one)};;{ord(one)}u" for one in mangled(CODE, HEAD))
    sample.send(f"{keys}\x1b[13u")
    sample.wait_for(shown(CODE))
    assert sample.find("one= ")


@pytest.mark.parametrize("text", [f"\x02{CODE}\r", f"\x02{CODE}\x03", f"\x02{CODE}"])
@pytest.mark.parametrize("pace", [0.0, full(0.04)])
def test_a_preamble(sample: Terminal, text: str, pace: float) -> None:
    sample.send(text, pace=pace)
    sample.wait_for(shown(CODE))
    assert sample.find("one= ")


def test_a_paste_of_a_code_is_a_scan(sample: Terminal) -> None:
    sample.paste(CODE)
    sample.wait_for(shown(CODE))
    sample.paste("Mei Ling")
    sample.wait_for("one=Mei Ling ")


def test_keys_scans_and_pastes_keep_their_order(sample: Terminal) -> None:
    sample.send(f"ab\t{CODE}\rcd\x1b[200~ef\x1b[201~gh")
    sample.wait_for("one=ab two=cdefgh.")
    assert sample.find("scans=1.")


def test_the_same_code_is_ignored_within_five_seconds(sample: Terminal) -> None:
    sample.send(f"{CODE}\r{CODE}\r{CODE}\r")
    sample.send(f"{OTHER}\r")
    sample.wait_for(shown(OTHER))
    assert sample.find("scans=2.")


def test_a_scan_is_heard_after_a_pause_of_the_scanner(sample: Terminal) -> None:
    sample.send(CODE[:25])
    sample.send(CODE[25:], pace=0.05)
    sample.send("\r")
    sample.wait_for(shown(CODE))
    assert sample.find("one= ")


def test_a_kiosk_that_was_starved_still_hears_the_scan(sample: Terminal) -> None:
    sample.send(CODE[:12])
    sample.pump(0.1)
    sample.signal(signal.SIGSTOP)
    # Longer than a scan may stall; what waits in the terminal had come in time all the same.
    starved = time.monotonic() + 1.2
    sample.send(f"{CODE[12:]}\r")
    sample.wait_until(lambda: time.monotonic() > starved, "the end of the pause")
    sample.signal(signal.SIGCONT)
    sample.wait_for(shown(CODE))
    assert sample.find("one= two=.")


def test_older_mouse_reports_press_once_each(sample: Terminal) -> None:
    """X10 and urxvt; a release alone, such as of the right button in these, presses nothing."""
    place = sample.find("Press me")
    assert place is not None
    column, row = place
    x10 = "".join(f"\x1b[M{button}{chr(column + 33)}{chr(row + 33)}" for button in " #")
    urxvt = "".join(f"\x1b[{button};{column + 1};{row + 1}M" for button in (32, 35))
    for number, presses in enumerate((x10, urxvt), start=1):
        sample.send(presses + presses[len(presses) // 2 :] * 2)
        sample.wait_for(f"pressed={number} ")
        sample.settle(0.4)  # the button takes no second press at once
    assert sample.find("pressed=2 ")


def test_taps_move_the_focus_and_press(sample: Terminal) -> None:
    sample.tap("Press me")
    sample.wait_for("pressed=1 ")
    sample.wait_for("kind=touch ")
    sample.send("\x1b[Z!")
    sample.wait_for("two=!.")
    sample.wait_for("kind=keys ")
