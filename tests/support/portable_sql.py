"""SQL that a database beyond one PostgreSQL would not take, and why.

What CockroachDB, YugabyteDB and Citus take is told after their own documentation.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, event


@dataclass(frozen=True)
class Rule:
    """One thing that no statement of the program holds."""

    words: str
    pattern: "re.Pattern[str]"
    why: str


def _rule(words: str, pattern: str, why: str) -> Rule:
    return Rule(words, re.compile(pattern, re.IGNORECASE), why)


RULES: Final = (
    _rule("sequence", r"\b(nextval|currval|setval|create\s+sequence|(big|small)?serial|"
          r"generated\s+(always|by\s+default)\s+as\s+identity)\b",
          "one number for all is a hot spot (CockroachDB) and lives on one node (Citus)"),
    _rule("advisory lock", r"\bpg_(try_)?advisory", "no-ops in CockroachDB, of one node in Citus"),
    _rule("listen", r"^\s*(un)?listen\b|^\s*notify\b|\bpg_notify\b",
          "not in CockroachDB and YugabyteDB; a pooler in transaction mode loses it"),
    _rule("deferred check", r"\bdeferrable\b|\binitially\s+deferred\b|set\s+constraints",
          "not in YugabyteDB; a deferred trigger is PostgreSQL's alone"),
    _rule("trigger", r"\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b",
          "young in CockroachDB; rows of Citus live elsewhere"),
    _rule("row's place", r"\b(xmin|xmax|ctid|cmin|tableoid)\b|pg_snapshot|txid_",
          "PostgreSQL's own storage; a restored backup has other numbers"),
    _rule("temporary table", r"\b(create|into)\s+(local\s+|global\s+)?temp(orary)?\b",
          "experimental in CockroachDB; a pooler in transaction mode mixes them up"),
    _rule("COPY", r"^\s*copy\b", "refused where rows are pinned, and of one node in Citus"),
    _rule("FOR UPDATE without a site", r"\A(?!.*\bsite_id\b).*\bfor\s+(no\s+key\s+)?update\b",
          "Citus locks rows within one site's part only"),
    _rule("skipping locks", r"\bskip\s+locked\b|\bfor\s+(key\s+)?share\b",
          "different in CockroachDB; not across parts in Citus"),
    _rule("table lock", r"^\s*lock\s+table\b", "not in CockroachDB and YugabyteDB"),
    _rule("large object", r"\blo_(creat|import|from|put|get|open|unlink)|\bloread\b|\blowrite\b",
          "not in CockroachDB and YugabyteDB"),
    _rule("unlogged", r"\bunlogged\b", "lost by a crash; ignored elsewhere"),
    _rule("extension", r"\bcreate\s+extension\b", "not in CockroachDB"),
    _rule("session's state", r"^\s*set\s+(?!local\b|transaction\b)|^\s*(prepare|declare)\b",
          "a pooler in transaction mode gives the next transaction another session"),
    _rule("foreign key", r"\breferences\s+\w+\s*\(|\bforeign\s+key\b", "not across parts in Citus"),
)  # fmt: skip


def offences(statement: str) -> tuple[str, ...]:
    """Name the rules that a statement breaks."""
    flat = " ".join(statement.split())
    return tuple(rule.words for rule in RULES if rule.pattern.search(flat))


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect every statement that is sent to a PostgreSQL through SQLAlchemy meanwhile."""
    said: list[str] = []

    def hear(
        connection: Connection,
        _cursor: Any,
        statement: str,
        _values: Any,
        _context: Any,
        _many: bool,
    ) -> None:
        if connection.dialect.name == "postgresql":
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def broken(said: Sequence[str], allowed: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Give the statements that break a rule, but for those that begin with `allowed` words."""
    return {
        one: found
        for one in said
        if (found := offences(one)) and not one.startswith(tuple(allowed))
    }
