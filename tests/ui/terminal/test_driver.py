"""From bytes to messages."""

from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from kiosk.domain.passes import CodeKind, encode
from kiosk.ui.terminal.driver import SCANS_PER_SECOND, TYPED_PER_SECOND, Intake
from kiosk.ui.terminal.messages import Scanned

CODE = encode(CodeKind.PASS, bytes(16))
KITTY = "".join(f"\x1b[{ord(character)};;{ord(character)}u" for character in CODE)


def read(data: str | bytes, at: float = 0.0) -> list[Message]:
    intake = Intake()
    messages = intake.feed(data.encode() if isinstance(data, str) else data, at)
    return messages + intake.tick(at + 5)


def seen(messages: list[Message]) -> list[object]:
    return [
        (message.key, message.character)
        if isinstance(message, events.Key)
        else message.text
        if isinstance(message, Scanned | events.Paste)
        else type(message)
        for message in messages
    ]


def test_characters_get_the_names_that_textual_gives() -> None:
    assert seen(read("a@ \r\x7f\x1b[A")) == [
        ("a", "a"), ("at", "@"), ("space", " "), ("enter", "\r"), ("backspace", "\x7f"),
        ("up", None),
    ]  # fmt: skip


def test_escape_alone() -> None:
    assert seen(read("\x1b")) == [("escape", "\x1b")]


def test_a_letter_that_python_does_not_know_yet_comes_through() -> None:
    assert seen(read("\U00031350")) == [("\U00031350", "\U00031350")]


def test_scans_by_legacy_and_kitty_keys() -> None:
    assert seen(read(f"{CODE}\r")) == [CODE]
    assert seen(read(f"{KITTY}\x1b[13u")) == [CODE]
    assert seen(read(f"\x1b[98;5u{KITTY}\x1b[13u")) == [CODE]
    assert seen(read(f"\x02{CODE}\x03")) == [CODE]


def test_mouse_moves_are_dropped() -> None:
    assert seen(read("\x1b[<0;1;1M\x1b[<35;2;2M\x1b[<0;1;1m")) == [events.MouseDown, events.MouseUp]


def test_presses_are_the_same_however_the_terminal_reports_them() -> None:
    for press, release in (
        ("\x1b[<0;5;6M", "\x1b[<0;5;6m"),
        ("\x1b[M %&", "\x1b[M#%&"),
        ("\x1b[32;5;6M", "\x1b[35;5;6M"),
    ):
        down, up = read(press + release)
        assert isinstance(down, events.MouseDown)
        assert isinstance(up, events.MouseUp)
        assert [(one.button, one.x, one.y) for one in (down, up)] == [(1, 4, 5)] * 2


def test_keys_held_before_a_paste_come_first() -> None:
    assert seen(read("0\x1b[200~abc\x1b[201~")) == [("0", "0"), "abc"]


def test_typing_is_limited_and_scans_are_not_counted() -> None:
    messages = read("a" * 5000 + f"\r{CODE}\r")
    assert sum(isinstance(message, events.Key) for message in messages) == TYPED_PER_SECOND
    assert seen(messages)[-1] == CODE


def test_taps_and_pastes_count_as_typing() -> None:
    assert len(read("\x1b[<0;1;1M" * 5000)) == TYPED_PER_SECOND
    assert len(read("\x1b[200~x\x1b[201~" * 5000)) == TYPED_PER_SECOND


def test_scans_have_a_limit_of_their_own() -> None:
    assert len(read(f"{CODE}\r" * 500)) == SCANS_PER_SECOND


@given(st.lists(st.tuples(st.binary(max_size=60), st.floats(0, 1)), max_size=10))
def test_no_bytes_raise(parts: list[tuple[bytes, float]]) -> None:
    intake, now = Intake(), 0.0
    for data, pause in parts:
        now += pause
        intake.feed(data, now)
        intake.tick(now)
    intake.tick(now + 5)
    assert intake.deadline() is None


csi = st.from_regex(rb"\x1b\[[<>=?]?[0-9:;]{0,14}[ $]?[@-~]", fullmatch=True)


@given(st.lists(st.one_of(csi, st.binary(max_size=4)), max_size=20))
def test_no_sequences_raise(parts: list[bytes]) -> None:
    read(b"".join(parts))


@given(st.integers(0, 60), st.sampled_from([CODE, f"ab{CODE}\r\n0", f"\x02{CODE}\r", KITTY + "\r"]))
def test_any_split_gives_the_same(cut: int, text: str) -> None:
    intake, data = Intake(), text.encode()
    messages = intake.feed(data[:cut], 0.0) + intake.feed(data[cut:], 0.0) + intake.tick(5.0)
    assert seen(messages) == seen(read(text))
