"""Reads one table of a TOML file strictly: right kinds, nothing unknown, one sentence if not."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TypeVar

from kiosk.errors import SetupError

Value = TypeVar("Value", str, int, bool, date, datetime, time)

_KINDS: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    date: "a day such as 2026-11-23",
    datetime: "a time such as 2026-11-23T15:00:00",
    time: "a time of day such as 15:00:00",
}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,79}", re.ASCII)


class TomlTable:
    """A table whose values are taken one by one."""

    def __init__(self, values: Mapping[str, object], name: str, taken: set[str] | None = None):
        """Take what the table is called in sentences."""
        self.name = name
        self._values = values
        self._taken = set() if taken is None else taken

    def named(self, name: str) -> "TomlTable":
        """Give the same table under a better name."""
        return TomlTable(self._values, name, self._taken)

    def take(self, key: str, kind: type[Value]) -> Value | None:
        """Give a value, or None where it is not said; SetupError for one of another kind."""
        self._taken.add(key)
        value = self._values.get(key)
        if value is None:
            return None
        # Not isinstance: True is an int and a datetime is a date to Python.
        if type(value) is kind:
            return value
        raise SetupError(f"In {self.name} {key} is not {_KINDS[kind]}; mend it.")

    def need(self, key: str, kind: type[Value]) -> Value:
        """Give a value; SetupError where it is missing too."""
        value = self.take(key, kind)
        if value is None:
            raise SetupError(f"In {self.name} {key} is missing; it is {_KINDS[kind]}.")
        return value

    def key(self, key: str, otherwise: str | None = None) -> str:
        """Give an id: letters, digits and `_.:+-`, at most 80."""
        value = self.take(key, str) or otherwise or self.need(key, str)
        if not _KEY.fullmatch(value):
            raise SetupError(f"In {self.name} {key} may hold letters, digits and _.:+- only.")
        return value

    def tables(self, key: str) -> Sequence["TomlTable"]:
        """Give the tables of an array of tables; none where it is not said."""
        self._taken.add(key)
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise SetupError(f"In {self.name} {key} is written as [[{key}]]; mend it.")
        return [TomlTable(one, f"{key} {n} of the plan") for n, one in enumerate(found, start=1)]

    def choices(self, key: str, among: Sequence[str]) -> list[int]:
        """Give the places in `among` of the words of a list that may not be empty."""
        self._taken.add(key)
        found = self._values.get(key)
        if not isinstance(found, list) or not found or not all(one in among for one in found):
            raise SetupError(f"In {self.name} {key} is a list out of {', '.join(among)}.")
        return [among.index(one) for one in found]

    def days(self, key: str) -> list[date]:
        """Give a list of days; empty where it is not said."""
        self._taken.add(key)
        found = self._values.get(key, [])
        if not isinstance(found, list) or not all(type(one) is date for one in found):
            raise SetupError(f"In {self.name} {key} is a list of days such as 2026-11-23.")
        return list(found)

    def done(self) -> None:
        """Say that all was taken; SetupError where the table says anything else."""
        unknown = sorted(set(self._values) - self._taken)
        if unknown:
            raise SetupError(f"In {self.name} {unknown[0]!r} is unknown; mend its name.")
