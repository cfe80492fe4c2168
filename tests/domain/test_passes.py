"""Codes survive every keyboard layout, and a misread code is never taken for another one."""

from hashlib import blake2b, sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kiosk.domain.attendance.check_in import ScanProblem
from kiosk.domain.passes import (
    HEAD,
    LENGTH,
    Code,
    CodeKind,
    decode,
    derive_lookup,
    derive_name_key,
    derive_news_key,
    derive_news_ticket,
    encode,
    hash_ticket,
    is_test_card,
)

SECRET = bytes.fromhex("00112233445566778899aabbccddeeff")
PASS = encode(CodeKind.PASS, SECRET)

AZERTY = "à&é\"'(-è_ç"
VIETNAMESE = "đăâêô\u0300\u0309\u0303\u0301\u0323"
THAI = "จๅ/-ภถุึคต"

secrets = st.binary(min_size=16, max_size=16)
kinds = st.sampled_from(CodeKind)
codes = st.builds(encode, kinds, secrets)
typed_characters = st.characters(exclude_categories=("Cc", "Zs", "Zl", "Zp", "Cs")).filter(
    lambda c: c != "\ufeff"
)
layouts = st.lists(typed_characters, min_size=10, max_size=10, unique=True).map("".join)


def typed(digits: str, layout: str) -> str:
    """Return digits as a host with `layout` (its characters for 0 to 9) receives them."""
    return digits.translate(str.maketrans(HEAD, layout))


def with_check(body: str) -> str:
    """Complete a hand-made body (after the head) by its two check digits."""
    return f"{HEAD}{body}{98 - int(body + '00') % 97:02d}"


def test_a_code_is_written_as_designed() -> None:
    digits = encode(CodeKind.SLIP, (1).to_bytes(16, "big"))
    assert len(digits) == LENGTH == 53
    assert digits[:12] == "012345678921"
    assert digits[12:51] == "1".rjust(39, "0")
    assert int(digits[10:]) % 97 == 1


@given(kinds, secrets)
@example(CodeKind.PASS, bytes(16))
@example(CodeKind.TEST_CARD, b"\xff" * 16)
def test_what_is_encoded_is_decoded(kind: CodeKind, secret: bytes) -> None:
    assert decode(encode(kind, secret)) == Code(kind, secret)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_encode_refuses_secrets_of_another_length(size: int) -> None:
    with pytest.raises(ValueError, match="16"):
        encode(CodeKind.PASS, bytes(size))


@pytest.mark.parametrize("layout", [AZERTY, VIETNAMESE, THAI, "+ěščřžýáíé", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"])
def test_known_layouts_are_read(layout: str) -> None:
    assert decode(typed(PASS, layout)) == Code(CodeKind.PASS, SECRET)


@given(kinds, secrets, layouts)
def test_any_one_to_one_layout_is_read(kind: CodeKind, secret: bytes, layout: str) -> None:
    assert decode(typed(encode(kind, secret), layout)) == Code(kind, secret)


@given(secrets, st.permutations(HEAD))
def test_even_digits_that_changed_places_are_read(secret: bytes, order: list[str]) -> None:
    moved = [place for place, digit in enumerate(HEAD) if order[place] != digit]
    assume(not (len(moved) == 2 and moved[1] - moved[0] == 1))
    code = typed(encode(CodeKind.PASS, secret), "".join(order))
    assert decode(code) == Code(CodeKind.PASS, secret)


@pytest.mark.parametrize(
    "text",
    [
        f"{PASS}\r",
        f"{PASS}\r\n",
        f"\t {PASS} \t\n",
        f"\x02{PASS}\x03",
        f"\ufeff{PASS}",
        f"]Q1{PASS}",
        f"\x02]Q3{PASS}\r",
        f"\\000026{PASS}",
        f"]Q2\\000026{PASS}",
        typed(f"]Q1{PASS}", AZERTY),
        "$Aé" + typed(PASS, AZERTY),
    ],
)
def test_what_scanners_add_is_ignored(text: str) -> None:
    assert decode(text) == Code(CodeKind.PASS, SECRET)


@given(codes, st.integers(0, LENGTH - 1), st.characters())
def test_a_single_wrong_character_is_never_another_code(code: str, place: int, wrong: str) -> None:
    assume(wrong != code[place])
    answer = decode(code[:place] + wrong + code[place + 1 :])
    # A head with a stranger in it still teaches, where the rest does not use that digit.
    assert not isinstance(answer, Code) or answer == decode(code)


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(HEAD))
def test_a_single_wrong_digit_is_a_misread(code: str, place: int, wrong: str) -> None:
    assume(wrong != code[place])
    assert decode(code[:place] + wrong + code[place + 1 :]) is ScanProblem.MISREAD


@given(codes, st.integers(0, LENGTH - 2))
def test_two_neighbours_swapped_are_a_misread(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert decode(swapped) is ScanProblem.MISREAD


def test_two_neighbours_swapped_in_the_head_are_a_misread_though_the_check_may_fit() -> None:
    for number in range(100):
        body = encode(CodeKind.PASS, number.to_bytes(16, "big"))[len(HEAD) :]
        for place in range(len(HEAD) - 1):
            head = HEAD[:place] + HEAD[place + 1] + HEAD[place] + HEAD[place + 2 :]
            assert decode(head + body) is ScanProblem.MISREAD


@given(codes, st.integers(len(HEAD), LENGTH - 2))
def test_two_neighbours_swapped_on_azerty_are_a_misread(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert decode(typed(swapped, AZERTY)) is ScanProblem.MISREAD


@given(codes, st.integers(0, LENGTH - 1))
def test_a_lost_character_is_a_misread(code: str, place: int) -> None:
    assert decode(code[:place] + code[place + 1 :]) is ScanProblem.MISREAD


@pytest.mark.parametrize("text", [PASS[:20], PASS[:40], PASS + PASS, PASS + "0", HEAD])
def test_pieces_and_repeats_of_a_code_are_misreads(text: str) -> None:
    assert decode(text) is ScanProblem.MISREAD
    assert decode(PASS) == Code(CodeKind.PASS, SECRET)


def test_a_piece_on_azerty_is_a_misread() -> None:
    assert decode(typed(PASS[:30], AZERTY)) is ScanProblem.MISREAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n",
        "\x02",
        "https://example.org/leaflet",
        "S1234567D",
        "blacksmith",
        "the quick brown fox jumps over the lazy dog, and once more",
        "0" * 300,
        "0123456789" * 100,
        "]Q1",
    ],
)
def test_other_texts_are_not_ours(text: str) -> None:
    assert decode(text) is ScanProblem.NOT_OURS


@pytest.mark.parametrize("body_start", ["41", "91", "01", "12", "20"])
def test_other_kinds_and_versions_are_told_apart(body_start: str) -> None:
    assert decode(with_check(body_start + "0" * 39)) is ScanProblem.UNKNOWN_VERSION


def test_a_secret_of_more_than_128_bits_is_a_misread() -> None:
    assert decode(with_check(f"11{2**128 - 1:039d}")) == Code(CodeKind.PASS, b"\xff" * 16)
    assert decode(with_check(f"11{2**128:039d}")) is ScanProblem.MISREAD
    assert decode(with_check("11" + "9" * 39)) is ScanProblem.MISREAD


@given(st.text(max_size=400) | st.text(alphabet=HEAD + "à&é]Q\x02 ", max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(decode(text), Code | ScanProblem)


@given(st.lists(st.characters(), min_size=53, max_size=53, unique=True).map("".join))
def test_lone_surrogates_and_odd_characters_are_answered(text: str) -> None:
    assert isinstance(decode(text + "\ud800"), ScanProblem)


def test_what_is_derived_of_a_secret() -> None:
    assert derive_lookup(SECRET) == blake2b(SECRET, digest_size=16, person=b"kiosk.lookup").digest()
    assert derive_name_key(SECRET) == blake2b(SECRET, digest_size=32, person=b"kiosk.name").digest()
    assert derive_lookup(SECRET) != derive_name_key(SECRET)[:16]


def test_a_secret_never_shows_in_a_log() -> None:
    answer = decode(PASS)
    assert isinstance(answer, Code)
    assert "secret" not in repr(answer)
    assert repr(SECRET) not in repr(answer)


@pytest.mark.parametrize("digits", ["12345678", "9556001234567", PASS[1:], PASS[:3] + PASS[4:]])
def test_nothing_but_digits_is_asked_for_again(digits: str) -> None:
    assert decode(digits) is ScanProblem.MISREAD


@pytest.mark.parametrize("width", [2, 3, 4])
@pytest.mark.parametrize("end", ["", "\r"])
def test_a_code_that_came_as_alt_codes_is_read(width: int, end: str) -> None:
    codes = "".join(f"{ord(one):0{width}d}" for one in PASS + end)
    assert decode(codes) == decode(PASS)


def test_a_code_with_every_digit_twice_is_read() -> None:
    assert decode("".join(one + one for one in PASS)) == decode(PASS)
    assert decode("".join(one + one for one in typed(PASS, AZERTY))) == decode(PASS)


@pytest.mark.parametrize(
    "text",
    ["shlink:/eyJ1cmwiOiJodHRwcyJ9", "https://viewer.example/#SHLINK:/eyJ1", "shc:/5676290" * 40],
)
def test_health_records_are_told_from_other_texts(text: str) -> None:
    assert decode(text) is ScanProblem.RECORD


def test_a_test_card_is_known_by_its_kind() -> None:
    card = encode(CodeKind.TEST_CARD, bytes(16))
    assert is_test_card(card)
    assert is_test_card(typed(card, AZERTY))
    assert not is_test_card(PASS)
    assert not is_test_card(HEAD)


def test_what_a_slip_gives_leads_to_nothing_else() -> None:
    secret = bytes(range(16))
    key = derive_news_key(secret)
    ticket = derive_news_ticket(secret)
    kept = {derive_lookup(secret), derive_name_key(secret), key, ticket, hash_ticket(ticket)}
    assert len(kept) == 5
    assert hash_ticket(ticket) == sha256(ticket).digest()
    assert derive_news_key(bytes(16)) != key
