"""Reads the JSON text of a key or bundle file, which may have been altered, strictly."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from kiosk.errors import VaultError

Content = TypeVar("Content")


def read_json(text: str, read: Callable[[Any], Content], most: int, damaged: str) -> Content:
    """Return what `read` makes of the value of a JSON text of at most `most` characters.

    VaultError with the sentence `damaged` where it is longer, no JSON, or `read` finds a field
    missing or of another type.
    """
    if len(text) > most:
        raise VaultError(damaged)
    try:
        return read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VaultError(damaged) from None
