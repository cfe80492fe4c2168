"""Bytes in, harmless tokens out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.terminal.sanitiser import Sanitiser, Token, TokenKind

KEY, MOUSE, PASTE, ANSWER = TokenKind.KEY, TokenKind.MOUSE, TokenKind.PASTE, TokenKind.ANSWER
LATER = 1000.0

pieces = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"\x1b", b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b\\", b"\x07", b"\x1b[M", b"\x9b",
            b"\x1b[200~", b"\x1b[201~", b"\x1b[<0;3;4M", b"\x1b[97;5u", b";:", b"[", b"u", b"99999",
            b"\x1b[48;", b"t",
            b"\x1b[?62;4c", b"\x1b[6;20;10t", b"\x1b_Gi=7;OK\x1b\\",
            "é王".encode(), b"\xc3", b"\x1b[?2026;2$y", b"\x18",
        ]
    ),
)  # fmt: skip
streams = st.lists(pieces, max_size=40).map(b"".join)


def read(data: bytes) -> list[Token]:
    """Return all tokens of `data` and of the silence after it."""
    sanitiser = Sanitiser()
    return sanitiser.feed(data, 0.0) + sanitiser.tick(LATER)


def keys(data: bytes) -> list[str]:
    return [token.text for token in read(data) if token.kind is KEY]


def test_text_comes_as_characters() -> None:
    assert keys("aé王\r\t\x7f".encode()) == ["a", "é", "王", "\r", "\t", "\x7f"]


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[A",
        b"\x1b[3~",
        b"\x1b[Z",
        b"\x1b[1;2A",
        b"\x1b[97u",
        b"\x1b[97;;97u",
        b"\x1bOP",
        b"\x1b[27u",
    ],
)
def test_known_keys_pass_whole(sequence: bytes) -> None:
    assert read(sequence + b"x") == [Token(KEY, sequence.decode()), Token(KEY, "x")]


@pytest.mark.parametrize(
    "attack",
    [
        b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\x1b[M\xff\xff\xff", b"\x1b[M !!", b"\x1b[1114112u",
        b"\x1b[97:::u", b"\x1b[99:67;2;67u", b"\x1b[48;0;0;0;0t", b"\x1b[48;5000;5000;9;9t",
        b"\x1b[48;99999;99999;99999;99999t", b"\x1b[?2048;2$y", b"\x1b[55296u",
        b"\x1b[97;;1114112u", b"\x1b[5;5R", b"\x1b[I", b"\x1b[O", b"\x1b[<0;0;1M",
        b"\x1b[<0;1;5000M",
        b"\x1b[<999;1;1M", b"\x1b]52;c;QUJD\x07", b"\x1b]0;t\x1b\\", b"\x1bPq\x1b\\",
        b"\x1b_G\x1b\\",
        b"\x1b[201~", b"\x1b[u", b"\x1b[[A", b"\x1bNa", b"\x1ba", b"\xc2\x9b", b"\x1b[1;2\x18",
        b"\x1b[" + b"9" * 5000 + b"t", b"\x1b[?1;2c", b"\x1b[>0;276;0c",
    ],
)  # fmt: skip
def test_attacks_are_swallowed_whole(attack: bytes) -> None:
    left = keys(attack + b"ok")
    assert [key for key in left if key != "("] == ["o", "k"]


@pytest.mark.parametrize(
    "opening", [b"\x1b]0;", b"\x1bPq", b"\x1b_X", b"\x1b^x", b"\x1bXx", b"\x1b[12;"]
)
def test_what_never_ends_is_over_after_silence(opening: bytes) -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed(opening + b"swallowed"[: 9 if opening[1:2] != b"[" else 0], 0.0) == []
    assert sanitiser.tick(0.049) == []
    assert sanitiser.tick(0.05) == []
    assert sanitiser.feed(b"a", 0.06) == [Token(KEY, "a")]


ANSWERS = [
    b"\x1b[?62;4;22c", b"\x1b[?62;c", b"\x1b[?6c", b"\x1b[6;19;10t", b"\x1b[4;684;1270t",
    b"\x1b[?8452;2$y",
    b"\x1b_Gi=4261;OK",
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_the_terminal_is_one_token_among_keys(answer: bytes) -> None:
    end = b"\x1b\\" if answer[1:2] == b"_" else b""
    whole = [Token(KEY, "a"), Token(ANSWER, answer.decode()), Token(KEY, "b")]
    assert read(b"a" + answer + end + b"b") == whole


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_comes_in_pieces_types_nothing(answer: bytes) -> None:
    answer += b"\x1b\\" if answer[1:2] == b"_" else b""
    sanitiser, tokens = Sanitiser(), list[Token]()
    for place, piece in enumerate((answer[:4], answer[4:-1], answer[-1:])):
        tokens += sanitiser.tick(0.2 * place)
        tokens += sanitiser.feed(piece, 0.2 * place)
    assert [token.kind for token in tokens] == [ANSWER]


@pytest.mark.parametrize("opening", [b"\x1b_Gi=4261;", b"\x1b[?62;", b"\x1b[6;"])
def test_an_answer_that_never_ends_swallows_half_a_second_at_most(opening: bytes) -> None:
    sanitiser = Sanitiser()
    sanitiser.feed(opening, 0.0)
    typed = [token for step in range(1, 11) for token in sanitiser.feed(b"5", step * 0.1)]
    assert len(typed) >= 4
    assert set(typed) == {Token(KEY, "5")}


@pytest.mark.parametrize(
    "forged",
    [
        b"\x1b[?62;4;999999c", b"\x1b[6;19;1000000t", b"\x1b_Gi=1;EINVAL\x1b\\",
        b"\x1b_Gi=1;OK\x18", b"\x1b]Gi=1;OK\x1b\\", b"\x1b_G" + b"i" * 9999 + b";OK\x1b\\",
        b"\x1b[?" + b"1;" * 9999 + b"c",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_swallowed(forged: bytes) -> None:
    assert read(forged + b"x") == [Token(KEY, "x")]


def test_a_string_without_end_stops_at_the_next_sequence() -> None:
    assert keys(b"\x1b]0;title\x1b[Aa") == ["\x1b[A", "a"]


def test_escape_alone_is_the_escape_key() -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed(b"\x1b", 1.0) == []
    assert sanitiser.deadline() == pytest.approx(1.05)
    assert sanitiser.tick(1.05) == [Token(KEY, "\x1b")]
    assert sanitiser.deadline() is None


def test_mouse_reports_pass() -> None:
    assert read(b"\x1b[<0;5;6M") == [Token(MOUSE, "\x1b[<0;5;6M")]


@pytest.mark.parametrize(
    ("report", "meant"),
    [
        (b"\x1b[M %&", "\x1b[<0;5;6M"),
        (b"\x1b[M#%&", "\x1b[<0;5;6m"),
        (b"\x1b[M3%&", "\x1b[<16;5;6m"),
        (b'\x1b[M"%&', "\x1b[<2;5;6M"),
        (b"\x1b[M`%&", "\x1b[<64;5;6M"),
        (b"\x1b[MC%&", "\x1b[<35;5;6M"),
        (b"\x1b[M \xc8\x7f", "\x1b[<0;168;95M"),
        (b"\x1b[32;5;6M", "\x1b[<0;5;6M"),
        (b"\x1b[35;5;6M", "\x1b[<0;5;6m"),
        (b"\x1b[97;300;60M", "\x1b[<65;300;60M"),
    ],
)
def test_older_mouse_reports_mean_the_same(report: bytes, meant: str) -> None:
    """Press, release, with a modifier, right button, wheel, a move, far right; urxvt's alike."""
    assert read(report + b"x") == [Token(MOUSE, meant), Token(KEY, "x")]


@pytest.mark.parametrize(
    "report", [b"\x1b[M   ", b"\x1b[M\x1f%&", b"\x1b[31;5;6M", b"\x1b[32;0;6M", b"\x1b[32;5;9999M"]
)
def test_mouse_reports_beside_the_screen_are_swallowed(report: bytes) -> None:
    assert read(report + b"x") == [Token(KEY, "x")]


def test_an_old_mouse_report_that_is_cut_swallows_no_key() -> None:
    sanitiser = Sanitiser()
    assert sanitiser.feed(b"\x1b[M %", 0.0) == []
    assert sanitiser.feed(b"a", 0.2) == [Token(KEY, "a")]
    assert sanitiser.feed(b"\x1b[M \x1b[A", 0.3) == [Token(KEY, "\x1b[A")]


def test_a_paste_is_one_token() -> None:
    assert read("\x1b[200~añ\x1b[Ab\r\x1b[201~c".encode()) == [
        Token(PASTE, "añ\x1b[Ab\r"),
        Token(KEY, "c"),
    ]


def test_a_paste_is_cut_at_its_cap_and_its_end_still_seen() -> None:
    tokens = read(b"\x1b[200~" + b"p" * 100_000 + b"\x1b[201~c")
    assert tokens == [Token(PASTE, "p" * 4096), Token(KEY, "c")]


def test_a_paste_without_end_is_over_after_silence() -> None:
    sanitiser = Sanitiser()
    sanitiser.feed(b"\x1b[200~abc", 0.0)
    assert sanitiser.tick(0.49) == []
    assert sanitiser.tick(0.5) == [Token(PASTE, "abc")]


def test_a_paste_without_end_does_not_swallow_a_slow_typist() -> None:
    sanitiser = Sanitiser()
    sanitiser.feed(b"\x1b[200~", 0.0)
    typed = [token for step in range(1, 31) for token in sanitiser.feed(b"a", step / 10)]
    assert typed[0] == Token(PASTE, "a" * 20)
    assert typed[1:] == [Token(KEY, "a")] * 10


@given(streams, st.lists(st.integers(0, 400), max_size=12))
def test_any_split_gives_the_same(data: bytes, cuts: list[int]) -> None:
    sanitiser, tokens = Sanitiser(), list[Token]()
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for start, end in pairwise(edges):
        tokens += sanitiser.feed(data[start:end], 0.0)
    assert tokens + sanitiser.tick(LATER) == read(data)


@given(st.lists(st.tuples(streams, st.floats(0, 3)), max_size=12))
def test_it_is_never_stuck(parts: list[tuple[bytes, float]]) -> None:
    sanitiser, now = Sanitiser(), 0.0
    for data, pause in parts:
        now += pause
        sanitiser.feed(data, now)
    sanitiser.tick(now + 3)
    assert sanitiser.deadline() is None
    assert sanitiser.feed(b"\rok", now + 3)[-2:] == [Token(KEY, "o"), Token(KEY, "k")]


@given(streams)
def test_only_clean_characters_and_whole_sequences_come_out(data: bytes) -> None:
    for kind, text in read(data):
        if kind is KEY and len(text) > 1:
            assert text.startswith("\x1b")
            assert text[1:].isprintable()
        elif kind is KEY:
            assert not "\x80" <= text <= "\x9f"
            text.encode()


@pytest.mark.parametrize("endless", [b"\x1b[9", b"\x1b]x", b"\x1b[200~", b"\x1bP", b"a"])
def test_endless_input_is_not_kept(endless: bytes) -> None:
    sanitiser = Sanitiser()
    for _ in range(50):
        sanitiser.feed(endless[:-1] + endless[-1:] * 4000, 0.0)
        endless = endless[-1:]
    kept = sum(len(one) for one in vars(sanitiser).values() if isinstance(one, bytearray | list))
    assert kept < 5000
