"""Reads a file of ours that anybody may have altered: whole and of a sane size, or not at all."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from kiosk.errors import VaultError

Content = TypeVar("Content")


def read_json(text: str, read: Callable[[Any], Content], most: int, damaged: str) -> Content:
    """Give what `read` makes of a JSON text of at most `most` characters.

    Raises VaultError with the sentence `damaged` where it is longer, no JSON, or `read` finds a
    field missing or of another kind.
    """
    if len(text) > most:
        raise VaultError(damaged)
    try:
        return read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VaultError(damaged) from None
