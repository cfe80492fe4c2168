"""What runs at the centre runs on CockroachDB, YugabyteDB and Citus as well, and through poolers.

None of them can be installed here, so what the program says is read instead: every statement of
a machine's and a desk's life is overheard, and every text in the code that could be one.
"""

import ast
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import text

from kiosk.records.central.setup import set_up
from kiosk.records.central.store import CentralStore
from kiosk.records.database.writing import add_fact, add_reference, change_reference
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import payload
from kiosk.records.schema.system_tables import SyncState
from kiosk.records.schema.tables import CheckIn, Passcard, SupportGroup
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.remote import Heartbeat
from tests.support.centres import FOUNDED, Centre
from tests.support.extract import CHECKOUT
from tests.support.portable_sql import RULES, broken, offences, overheard
from tests.support.rights_rows import Clinic, credentials, fresh, sample, settle

POSTGRESQL_ONLY: Final = {
    "kiosk/records/central/setup.py": "takes locks and large objects away from machines: where"
    " there are none, there is nothing to take",
}
"""Files that may name what is forbidden, each with its reason."""
SQLITE_ONLY: Final = ("kiosk/records/database/store.py", "kiosk/records/database/store.py")
BREAKS: Final = {
    "sequence": "SELECT nextval('s')",
    "advisory lock": "SELECT pg_try_advisory_xact_lock(1)",
    "listen": "LISTEN facts",
    "deferred check": "SET CONSTRAINTS ALL DEFERRED",
    "trigger": "CREATE TRIGGER t BEFORE INSERT ON x EXECUTE FUNCTION f()",
    "row's place": "SELECT xmin FROM check_in",
    "temporary table": "CREATE TEMPORARY TABLE t (x int)",
    "COPY": "COPY check_in FROM STDIN",
    "FOR UPDATE without a site": "SELECT n FROM sync_counter FOR UPDATE",
    "skipping locks": "SELECT 1 FROM x WHERE site_id = 1 FOR UPDATE SKIP LOCKED",
    "table lock": "LOCK TABLE x",
    "large object": "SELECT lo_create(0)",
    "unlogged": "CREATE UNLOGGED TABLE x (y int)",
    "extension": "CREATE EXTENSION hstore",
    "session's state": "SET search_path = x",
    "foreign key": "ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES z (y)",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.words)
def test_every_rule_finds_what_it_forbids(rule: object) -> None:
    words = getattr(rule, "words", "")
    assert words in offences(BREAKS[words])


def test_good_statements_pass() -> None:
    good = (
        "SELECT n FROM sync_counter WHERE sync_counter.site_id = %(site)s FOR UPDATE",
        "SET LOCAL synchronous_commit = on",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        "INSERT INTO check_in (id) SELECT id FROM json_to_recordset(%s) ON CONFLICT DO NOTHING",
    )
    assert [one for one in good if offences(one)] == []


def _texts(source: str) -> Iterator[str]:
    """Yield the texts in a module that are no docstrings."""
    tree = ast.parse(source)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_no_text_in_the_code_is_such_a_statement() -> None:
    found_ones = {}
    for part in ("records", "sync", "usecases", "bootstrap"):
        for path in sorted((CHECKOUT / "kiosk" / part).rglob("*.py")):
            name = path.relative_to(CHECKOUT).as_posix()
            if name in POSTGRESQL_ONLY or name in SQLITE_ONLY:
                continue
            for words in _texts(path.read_text(encoding="utf-8")):
                # A sentence for people begins with a capital and then goes on in small letters.
                if words.isupper() or words[:6].isupper() or "SELECT" in words:
                    for offence in offences(words):
                        found_ones[name, offence] = words
    assert found_ones == {}


def test_a_centre_is_founded_without_them(centre: Centre) -> None:
    with overheard() as said, centre.engine.begin() as connection:
        set_up(connection, FOUNDED)
    forbidden = ("REVOKE EXECUTE ON FUNCTION", "SELECT CAST(CAST(p.oid AS regprocedure)")
    assert said
    assert broken(said, forbidden) == {}


def test_machines_and_desks_live_without_them(centre: Centre) -> None:
    clinic = Clinic()
    settle(centre, clinic)
    with overheard() as said:
        _live_at_a_kiosk(centre, clinic)
        _live_at_a_desk(centre, clinic)
    assert len(said) > 20
    assert broken(said) == {}


def _live_at_a_kiosk(centre: Centre, clinic: Clinic) -> None:
    address = credentials(centre, "kiosk", clinic.site, clinic.kiosk)
    remote = PostgresRemote(address, clinic.site, clinic.kiosk)
    contact = remote.contact(Heartbeat(FOUNDED, 0, 2, 0, "1"))
    waiting = []
    for number, name in enumerate(("check_in", "passcard", "participant"), 1):
        row = sample(name, clinic.site, clinic.kiosk)
        seq = row.get("kiosk_seq")
        waiting.append(Waiting(number, seq, clinic.site, name, row["id"], payload(row)))
    remote.push(waiting)
    changes = remote.changes(0, contact.count + 1, 100)
    remote.rows("passcard", [one.row_id for one in changes])
    remote.page("passcard", None, 100)
    remote.page("kiosk_device", fresh(), 100)
    remote.sent_passes({clinic.kiosk: 1}, 100)
    remote.close()


def _live_at_a_desk(centre: Centre, clinic: Clinic) -> None:
    store = CentralStore(credentials(centre, "desk", clinic.site, clinic.desk), clinic.site)
    now = FOUNDED + timedelta(days=1)
    group = SupportGroup(**sample("support_group", clinic.site, clinic.desk))
    with store.write() as transaction:
        state = {**sample("sync_state", clinic.site, clinic.desk), "last_fact_at": FOUNDED}
        transaction.add(SyncState(**state))
        transaction.flush()
        add_reference(transaction, group)
        change_reference(transaction, SupportGroup, group.id, {"room": "2"})
        add_reference(transaction, Passcard(**sample("passcard", clinic.site, clinic.desk)))
        add_fact(transaction, CheckIn(**sample("check_in", clinic.site, clinic.desk)), now)
    assert store.examine()
    store.close()


def test_every_key_names_the_site(centre: Centre) -> None:
    """Citus asks for it in every unique key of a table that is cut by site."""
    asked = text(
        "SELECT c.relname, i.relname, array_agg(CAST(a.attname AS text)) FROM pg_index x"
        " JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)"
        " WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace GROUP BY 1, 2"
    )
    with centre.engine.begin() as connection:
        keys = [tuple(row) for row in connection.execute(asked)]
    assert len(keys) > 20
    without = {table for table, _, columns in keys if "site_id" not in columns}
    assert without == {"central", "alembic_version"}


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT relname FROM pg_class WHERE relkind = 'S'",
        "SELECT relname FROM pg_class WHERE relpersistence <> 'p'",
        "SELECT tgname FROM pg_trigger",
        "SELECT conname FROM pg_constraint WHERE contype = 'f' OR condeferrable",
        "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'",
        "SELECT indexrelid FROM pg_index WHERE indexprs IS NOT NULL",
    ],
)
def test_the_centre_has_no(centre: Centre, asked: str) -> None:
    with centre.engine.begin() as connection:
        assert connection.execute(text(asked)).all() == []
