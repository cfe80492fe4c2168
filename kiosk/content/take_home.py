"""What a visitor can take home: titles and addresses that the clinic fills in."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.content.assets import read_text
from kiosk.errors import SetupError

LONGEST_ADDRESS = 62
"""What a QR code of version 4, level M, holds in bytes (ISO/IEC 18004); screens draw no larger."""


@dataclass(frozen=True, slots=True)
class TakeHome:
    """One booklet or page, for the visitor's own phone."""

    title: str
    size: str
    """As published, for example "PDF, 458 KB"; empty where it is not known."""
    url: str


def take_home(entries: Iterable[Mapping[str, object]]) -> tuple[TakeHome, ...]:
    """Return the items that have an address, in the order of `entries`.

    Each entry holds `title`, `size` and `url`. Raises SetupError where a title is missing, or an
    address is not https, is too long or holds more than plain characters.
    """
    items = (_item(entry) for entry in entries)
    return tuple(item for item in items if item.url)


def read_take_home(path: Path) -> tuple[TakeHome, ...]:
    """Return the items of a file such as config/take-home.toml (tables `[[item]]`).

    Raises SetupError where the file is missing or wrong.
    """
    try:
        entries = tomllib.loads(read_text(path)).get("item", [])
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"The file {path} is wrong: {error}; mend it.") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SetupError(f"The file {path} must hold its items as [[item]]; mend it.")
    return take_home(entries)


def _item(entry: Mapping[str, object]) -> TakeHome:
    title, size, url = (str(entry.get(key, "")).strip() for key in ("title", "size", "url"))
    if not title:
        raise SetupError("An item to take home has no title; give it one in take-home.toml.")
    if url:
        _check(title, url)
    return TakeHome(title, size, url)


def _check(title: str, url: str) -> None:
    if len(url) > LONGEST_ADDRESS:
        raise SetupError(
            f"The address of '{title}' has {len(url)} characters, at most {LONGEST_ADDRESS} fit;"
            " use a shorter one."
        )
    if not _is_https(url):
        raise SetupError(f"The address of '{title}' must be a plain https:// address.")


def _is_https(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
