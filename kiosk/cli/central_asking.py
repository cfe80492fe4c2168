"""What the commands of the centre ask for and show: its URL, a site, a code, a fingerprint."""

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.signin import ask_unseen, from_variable
from kiosk.cli.usage import wrong
from kiosk.domain.enrolment import parse_code
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.records.central.address import Address
    from kiosk.records.central.sites import SiteAtCentre

URL_VARIABLE = "KIOSK_CENTRAL_URL"
CODE_VARIABLE = "KIOSK_CODE"
UrlOption = Annotated[
    str,
    typer.Option("--url", metavar="URL", help="The owner's URL; better by KIOSK_CENTRAL_URL."),
]
SiteOption = Annotated[
    str, typer.Option("--site", metavar="TEXT", help="Which clinic, where there are several.")
]
ViaOption = Annotated[
    str,
    typer.Option(
        "--via", metavar="HOST", help="The server's name (and :port) as machines reach it."
    ),
]
_TRIES = 3
_WRONG_CODE = (
    "That is not the code: it has 21 letters and digits, and one of them is wrong or missing."
)
_BLACK_ON_WHITE, _PLAIN = "\x1b[30;107m", "\x1b[0m"
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_PORTS = range(1, 65536)


def owner_address(url: str) -> "Address":
    """Return the owner's way to the centre: --url, KIOSK_CENTRAL_URL, or asked for unseen."""
    from kiosk.records.central.address import read_address

    given = url or from_variable(URL_VARIABLE)
    return read_address(given if given else ask_unseen("The centre's URL", URL_VARIABLE))


def reached_by(owner: "Address", via: str) -> "Address":
    """Return the address with host and port as machines reach the centre."""
    if not via:
        return owner
    host, colon, port = via.rpartition(":") if _has_port(via) else (via, "", "")
    host = host.strip("[]")
    if not host or (colon and int(port) not in _PORTS):
        raise wrong("--via", "write it like db.example.org or db.example.org:6432")
    return replace(owner, host=host, port=int(port) if port else owner.port)


def site_named(owner: "Address", named: str) -> "SiteAtCentre":
    """Return the site that --site names, else the data folder's own, else the only one."""
    from kiosk import bootstrap
    from kiosk.records.central.link import read_link
    from kiosk.usecases.centre import choose_site

    if named:
        return choose_site(owner, named)
    link = read_link(bootstrap.data_dir())
    return choose_site(owner, None if link is None else link.site_id.hex)


def counted(number: int, one: str, several: str) -> str:
    """Return a number with the words that go with it."""
    return f"{number} {one if number == 1 else several}"


def asked_code() -> str:
    """Return the 20 symbols of the one-time code: KIOSK_CODE, or as typed, up to three times."""
    given = from_variable(CODE_VARIABLE)
    if given is not None:
        code = parse_code(given)
        if code is None:
            raise SetupError(_WRONG_CODE)
        return code
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError(f"There is no terminal to ask on; set {CODE_VARIABLE} instead.")
    for _ in range(_TRIES):
        code = parse_code(typer.prompt("The one-time code", err=True))
        if code is not None:
            return code
        sys.stderr.write(f"{_WRONG_CODE}\n")
    raise SetupError("Nothing was changed; run `kiosk central join` again.")


def show_fingerprint(fingerprint: str) -> None:
    """Draw a fingerprint as a QR code, on a terminal that can."""
    if not sys.stdout.isatty() or not _knows_blocks() or "NO_COLOR" in os.environ:
        return
    from kiosk.content.qrcodes import matrix

    for line in qr_lines(matrix(fingerprint.replace(" ", ""))):
        sys.stdout.write(f"{_BLACK_ON_WHITE}{line}{_PLAIN}\n")


def qr_lines(modules: tuple[tuple[bool, ...], ...]) -> list[str]:
    """Return a QR code in half blocks, two rows of it a line, to be drawn black on white."""
    blank = (False,) * len(modules[0])
    rows = [*modules, blank] if len(modules) % 2 else list(modules)
    return [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def _knows_blocks() -> bool:
    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _has_port(via: str) -> bool:
    """Say whether a host is followed by a port; an IPv6 address alone has colons of its own."""
    tail = via.rpartition(":")[2]
    return tail.isdecimal() and (via.count(":") == 1 or "]:" in via)
