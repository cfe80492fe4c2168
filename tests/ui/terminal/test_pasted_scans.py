"""A pasted text that is a code."""

import pytest

from kiosk.domain.passes import HEAD, CodeKind, decode, encode
from kiosk.ui.terminal.scanner import scan_in

CODE = encode(CodeKind.PASS, bytes(range(16)))
AZERTY = "à&é\"'(-è_ç"


@pytest.mark.parametrize("around", ["{}", "{}\r\n", "  {}\t", "\x02{}\x03", "]Q1{}"])
def test_a_pasted_code_is_a_scan(around: str) -> None:
    for row in (HEAD, AZERTY):
        found = scan_in(around.format(CODE.translate(dict(zip(map(ord, HEAD), row, strict=True)))))
        assert found is not None
        assert decode(found) == decode(CODE)


@pytest.mark.parametrize(
    "text", ["", "Mei", "012345678", '=HYPERLINK("x")', "+65 8123 4567", "0\r0"]
)
def test_other_pastes_are_no_scan(text: str) -> None:
    assert scan_in(text) is None
