"""What a slip printer can write, and where one is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.printing import (
    SLIP_CODE_PAGE,
    SlipAddress,
    SlipConnection,
    read_slip_address,
    simplify_for_slip,
)


@pytest.mark.parametrize(
    ("text", "connection", "place", "number"),
    [
        ("usb:/dev/usb/lp0", SlipConnection.USB, "/dev/usb/lp0", 0),
        ("serial:/dev/ttyUSB0", SlipConnection.SERIAL, "/dev/ttyUSB0", 9600),
        ("serial:/dev/ttyS1:19200", SlipConnection.SERIAL, "/dev/ttyS1", 19200),
        ("net:192.0.2.7", SlipConnection.NETWORK, "192.0.2.7", 9100),
        ("net:slips.example.org:9101", SlipConnection.NETWORK, "slips.example.org", 9101),
        ("net:[2001:db8::7]:9101", SlipConnection.NETWORK, "2001:db8::7", 9101),
        ("net:[2001:db8::7]", SlipConnection.NETWORK, "2001:db8::7", 9100),
    ],
)
def test_an_address_is_read(text: str, connection: SlipConnection, place: str, number: int) -> None:
    assert read_slip_address(text) == SlipAddress(connection, place, number)


@pytest.mark.parametrize(
    "text",
    [
        "", "usb", "usb:", "usb:lp0", "usb:/etc/passwd", "lp:/dev/usb/lp0", "serial:/etc/passwd",
        "serial:/dev/ttyS0:300", "serial:/dev/ttyS0:fast", "net:", "net:a b", "net:host:0",
        "net:host:70000", "net:host:", "net:2001:db8::7", "net:host/path",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_slip_address(text)


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("Tel. 6000 0000", "Tel. 6000 0000"),
        ("Café für Größe", "Café für Größe"),
        ("Łódź", None),
        ("Dvořák", "Dvorak"),
        ("Ā “b” – c…", 'A "b" - c...'),
        ("中文", None),
        ("அ", None),
        ("a\x1bd\x00b", "adb"),
    ],
)
def test_text_is_made_simple_or_given_up(text: str, simple: str | None) -> None:
    assert simplify_for_slip(text) == simple


@given(st.text(max_size=60))
def test_no_text_brings_a_command_to_a_printer(text: str) -> None:
    simple = simplify_for_slip(text)
    if simple is not None:
        assert all(byte >= 0x20 and byte != 0x7F for byte in simple.encode(SLIP_CODE_PAGE))
