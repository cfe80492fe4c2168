"""How the desks' queries find their rows in a machine's own file, with statistics and without.

SQLite knows nothing of how many rows there are: without statistics its plan is the same for three
rows as for a million, so few rows are enough here. It gathers statistics only where it is told to.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from kiosk.domain.attendance.check_in import Session
from kiosk.domain.callbacks.request import Window
from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.presentation.statistics import REPORTS
from kiosk.records import audit, cleaning, outbox
from kiosk.records.database.store import sqlite_module
from kiosk.usecases.admin.retention import clean_kiosk
from tests.support import facts
from tests.support.desks import Clinic
from tests.usecases.attendance.test_far_off_clock import statements
from tests.usecases.test_every_action import DEEDS, LOOKS, Busy, Call, each

_PEOPLE: Final = frozenset({"participant", "passcard", "membership"})
_NEWS: Final = frozenset(
    f"{name}, its index alone"
    for name in (
        "callback_request",
        "callback_event",
        "callback_withdrawal",
        "callback_retiming",
    )
)
"""What is new is found by counting."""
_OF_FILES: Final = frozenset({"group_session"})
"""A file says what becomes of all that files have planned."""
_OLD: Final = _PEOPLE | {
    "callback_request", "callback_event", "callback_withdrawal", "callback_retiming", "check_in",
    "head_count",
}  # fmt: skip
"""What counts as old depends on whether a fact's clock was right."""
_OF_PERSON: Final = (
    "PersonDesk.find", "PersonDesk.show", "PersonDesk.export", "PersonDesk.erase",
)  # fmt: skip
WHOLE: Final = {
    "CallbackDesk.worklist": _NEWS,
    "CallbackDesk.duplicates": _NEWS,
    "CallbackDesk.next_call": _NEWS,  # asks for the worklist first, as the next one does
    "CallbackDesk.look_up": _NEWS,
    "CallbackDesk.export_rows": _NEWS,
    "PassDesk.members": _PEOPLE,
    "PassDesk.replace_pass": _PEOPLE,  # asks for the members first
    "GroupsDesk.groups": frozenset({"membership"}),
    "GroupsDesk.export_plans": _OF_FILES,
    "GroupsDesk.preview_import": _OF_FILES,
    "GroupsDesk.import_plans": _OF_FILES,
    # An index would go on telling what a row no longer says.
    "OversightDesk.verify_audit": frozenset({"audit_event"}),
    # A clock that stood wrong may have put a fact of these weeks into any other.
    "OversightDesk.report": frozenset({"callback_request", "check_in"}),
    # The trail from its end on, as far as the last run.
    "OversightDesk.retention_preview": _OLD | {"audit_event"},
    "OversightDesk.run_retention": _OLD,
    # By its number, which stands nowhere but in what is sealed.
    "PersonDesk.same_number": _NEWS,
    # Some hundreds a year; a pass is looked up in each, for no index begins with it.
    **dict.fromkeys(_OF_PERSON, frozenset({"group_session"})),
    # There are few of them.
    "AnomaliesDesk.anomalies": frozenset({"callback_withdrawal"}),
    # Of all requests those that have not left the list; whether there is any session.
    "MenuDesk.news": frozenset({"callback_withdrawal", "callback_request", "group_session"}),
}
"""What a method reads from end to end, for it is about all of it; never for a list of ids."""
WHOLE_WHILE_WRITING: Final = {
    "GroupsDesk.import_plans": _OF_FILES,
    **dict.fromkeys(_OF_PERSON, frozenset({"group_session"})),
}
"""All or nothing, as the file was when it was compared; one person's data, as they are shown."""
_SMALL: Final = {
    "site", "support_group", "kiosk_device", "kiosk_heartbeat", "kiosk_incarnation", "parked",
    "staff_account", "public_key", "sync_state", "audit_chain", "sign_in_attempt", "helpline_list",
    "confirmation", "closed", "CONSTANT", "waiting_time", "notice",
}  # fmt: skip
_SPREAD_BY: Final = {"site_id", "kiosk_id", "kind", "source"}
"""Columns of which a clinic has few different values."""
_ROWS: Final = 100_000


@dataclass
class Asked:
    """A statement, what asked it, and whether others had to wait meanwhile."""

    parameters: Any
    by: set[str] = field(default_factory=set)
    writing: set[str] = field(default_factory=set)


def whole_tables(plan: Sequence[str]) -> set[str]:
    """Return what a query plan reads from end to end."""
    found = set()
    for line in plan:
        match = re.match(r"(SCAN|SEARCH) (\w+)(.*)", line)
        if match is None or match[2] in _SMALL:
            continue
        how = match[3]
        by_all_of_a_site = "(" not in how or "(site_id=?)" in how
        if match[1] == "SCAN" or by_all_of_a_site:
            found.add(match[2] + (", its index alone" if "COVERING" in how else ""))
    return found


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("SCAN check_in", {"check_in"}),
        ("SEARCH check_in", {"check_in"}),
        ("SCAN x USING COVERING INDEX y", {"x, its index alone"}),
        ("SEARCH x USING INDEX y (site_id=?)", {"x"}),
        ("SEARCH x USING INDEX y (site_id=? AND at>?)", set()),
        ("SEARCH x USING INDEX y (id=?)", set()),
        ("SCAN site", set()),
        ("USE TEMP B-TREE FOR ORDER BY", set()),
    ],
)
def test_a_plan_is_understood(line: str, read: set[str]) -> None:
    assert whole_tables([line]) == read


@contextmanager
def overheard(asked: dict[str, Asked], by: str) -> Iterator[None]:
    """Collect what is asked of a database in a block."""

    def hear(connection: Connection, _: object, statement: str, values: Any, *more: object) -> None:
        one = asked.setdefault(statement, Asked(values[0] if more[-1] else values))
        one.by.add(by)
        driver: Any = connection.connection.driver_connection
        if not driver.execute("PRAGMA query_only").fetchone()[0]:
            one.writing.add(by)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def count_statements(call: Call, busy: Busy) -> int:
    """Count what is asked."""
    with statements() as asked:
        call(busy)
    return len(asked)


def ask_all(clinic: Clinic) -> dict[str, Asked]:
    """Let every desk do everything, some of it months later."""
    busy, asked = Busy(clinic), dict[str, Asked]()
    facts.event(clinic, busy.request, 1, EventKind.ATTEMPT, AttemptResult.NO_ANSWER.value)
    (reference,) = clinic.column("SELECT ref FROM callback_request")
    card = clinic.passes.issue_pass("Mei", "en").digits
    slips: list[str] = []
    at_the_door: dict[str, Call] = {
        "request_callback": lambda _: slips.append(
            clinic.visitor.request_callback(clinic.draft()).slip_digits
        ),
        "sessions_today": lambda _: clinic.visitor.sessions_today(),
        "check_in": lambda _: clinic.visitor.check_in(card),
        "promise_days": lambda _: clinic.visitor.promise_days(),
        "slip_state": lambda _: clinic.visitor.slip_state(slips[0]),
        "lately_waited": lambda _: clinic.visitor.lately_waited(),
        "retime_by_slip": lambda _: clinic.visitor.retime_by_slip(slips[0], {Window.ANY}, None),
        "withdraw_by_slip": lambda _: clinic.visitor.withdraw_by_slip(slips[0]),
        "note_withdrawal": lambda _: clinic.visitor.note_withdrawal("7K4QFMRF"),
        "clean": lambda _: clean_kiosk(
            clinic.store, clinic.clock, clinic.entropy, clinic.site, clinic.rules
        ),
    }
    desks = {**each(LOOKS), **each(DEEDS)}
    desks["CallbackDesk.named"] = lambda h: h.calls.named(reference)
    for name, call in {**desks, **at_the_door}.items():
        with overheard(asked, name):
            call(busy)
    clinic.clock.move(weeks=11)
    busy.signed_in = clinic.fresh(busy.signed_in)
    for name in ("report", "retention_preview"):
        with overheard(asked, f"OversightDesk.{name}"):
            LOOKS_OF_OLD[name](busy)
    return asked


LOOKS_OF_OLD: Final[dict[str, Call]] = {
    "report": lambda h: [h.oversight.report(one.kind) for one in REPORTS],
    "retention_preview": lambda h: h.oversight.retention_preview(),
}


def statistics(file: Any) -> None:
    """Write statistics as a clinic has them after years."""
    names = file.execute("SELECT tbl_name, name FROM sqlite_schema WHERE type='index'").fetchall()
    for table, index in names:
        columns = [row[2] for row in file.execute(f"PRAGMA index_info({index})")]
        spread = [
            _ROWS if set(columns[: count + 1]) <= _SPREAD_BY else 1 for count in range(len(columns))
        ]
        row = (table, index, " ".join(map(str, (_ROWS, *spread))))
        file.execute("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", row)


@pytest.mark.parametrize("known", ["without statistics", "with statistics"])
def test_no_query_reads_a_growing_table_but_those_about_all_of_it(
    clinic: Clinic, known: str
) -> None:
    asked = ask_all(clinic)
    for_ids = [one for one in asked if re.search(r"id IN \(\?", one)]
    assert any("callback_request" in one and "Oversight" in str(asked[one].by) for one in for_ids)
    clinic.store.close()
    with closing(sqlite_module().connect(clinic.file, isolation_level=None)) as file:
        file.execute("ANALYZE")
        file.execute("DELETE FROM sqlite_stat1")
        if known == "with statistics":
            statistics(file)
    wrong: list[str] = []
    with closing(sqlite_module().connect(clinic.file)) as file:
        for statement, one in asked.items():
            if not statement.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                continue
            rows = file.execute(f"EXPLAIN QUERY PLAN {statement}", one.parameters)
            read = whole_tables([row[3] for row in rows])
            named = re.search(r"id IN \(\?", statement) is not None
            wrong += [
                f"{by}: {read}\n{statement}"
                for by in one.by
                if read and (named or read - WHOLE.get(by, frozenset()))
            ]
            wrong += [
                f"{by}, while it writes: {read}\n{statement}"
                for by in one.writing
                if read - WHOLE_WHILE_WRITING.get(by, frozenset())
            ]
    assert not wrong, "\n\n".join(wrong)


def a_day(clinic: Clinic, sessions: int) -> list[Session]:
    """Plan sessions of one day, each with somebody present and counted."""
    made = [clinic.add_session(f"Room {number}", starts=number) for number in range(sessions)]
    for session in made:
        facts.check_in(clinic, session.id, clinic.entropy(16))
        facts.check_in(clinic, session.id, void_of=facts.check_in(clinic, session.id))
        facts.head_count(clinic, session.id, 7)
    return made


@pytest.mark.parametrize(
    "call",
    [
        lambda h: h.roster.sessions(h.clinic.clock.at.astimezone(h.clinic.site.zone).date()),
        lambda h: h.roster.export_rows(
            h.clinic.clock.at.date(), h.clinic.clock.at.date() + timedelta(days=1)
        ),
        lambda h: h.odd.anomalies(),
        lambda h: h.groups.groups(),
        lambda h: h.groups.export_plans(),
    ],
    ids=["sessions", "export_rows", "anomalies", "groups", "export_plans"],
)
def test_a_full_day_takes_no_more_statements_than_an_empty_one(clinic: Clinic, call: Call) -> None:
    busy = Busy(clinic)
    few = count_statements(call, busy)
    a_day(clinic, 30)
    assert count_statements(call, busy) <= few


def can_write(clinic: Clinic) -> bool:
    """Return whether another program could write just now."""
    other = sqlite_module().connect(clinic.file, isolation_level=None, timeout=0)
    with closing(other):
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite_module().OperationalError:
            return False
        other.execute("ROLLBACK")
    return True


def test_nobody_waits_while_the_trail_is_read(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    could: list[bool] = []
    read = audit.latest_entries

    def watched(*asked: Any) -> Any:
        could.append(can_write(clinic))
        return read(*asked)

    monkeypatch.setattr(audit, "latest_entries", watched)
    desk = Busy(clinic).oversight
    assert desk.audit_trail()[0].action == "audit_opened"
    desk.audit_trail()
    assert could == [True, True]


def test_nobody_waits_while_what_may_go_is_looked_for(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    could: list[bool] = []
    look = cleaning.confirmed_ids

    def watched(*asked: Any) -> Any:
        if len(asked) == 4:  # what was found is looked at again before it goes
            could.append(can_write(clinic))
        return look(*asked)

    clinic.visitor.request_callback(clinic.draft())
    with clinic.store.write() as transaction:
        outbox.confirm(transaction, outbox.waiting(transaction, 100), clinic.clock.now())
    clinic.clock.move(days=31)
    monkeypatch.setattr(cleaning, "confirmed_ids", watched)
    gone = clean_kiosk(clinic.store, clinic.clock, clinic.entropy, clinic.site, clinic.rules)
    assert gone.requests == 1
    assert could == [True, True, True]
