"""Statements that somebody with a machine's credentials might try, and what they must come to."""

from dataclasses import dataclass
from typing import Final

# s reads its site's rows, m its own machine's alone, a all. i adds rows as itself. u changes its
# own alone, o its own until it has joined, w all of its site in its own name. The rest is denied.
MAY: Final[dict[str, tuple[str, str]]] = {
    # table: (a kiosk, a desk)
    "site": ("s", "s"),
    "public_key": ("s", "s"),
    "kiosk_device": ("mo", "so"),
    "support_group": ("s", "s"),
    "group_session": ("s", "s"),
    "passcard": ("si", "s"),
    "participant": ("i", "s"),
    "membership": ("", "s"),
    "staff_account": ("", "s"),
    "helpline_list": ("s", "s"),
    "waiting_time": ("s", "s"),
    "slip_box": ("", ""),
    "callback_form": ("", "s"),
    "check_in": ("i", "si"),
    "head_count": ("i", "si"),
    "callback_request": ("i", "si"),
    "callback_event": ("i", "si"),
    "callback_withdrawal": ("i", "si"),
    "callback_retiming": ("i", "si"),
    "audit_event": ("i", "si"),
    "kiosk_incarnation": ("miu", "s"),
    "central_parked": ("", ""),
    "kiosk_heartbeat": ("miu", "siu"),
    "sync_counter": ("s", "s"),
    "change_log": ("s", "s"),
    "sync_state": ("", "miu"),
    "audit_chain": ("", "miu"),
    "sign_in_attempt": ("", "miu"),
    "desk_change": ("", "s"),
    "erased": ("s", "s"),
    "notice": ("", "siw"),
    "notice_request": ("", "si"),
    "central": ("a", "a"),
    "alembic_version": ("", ""),
}
NO: Final = "denied"
YES: Final = "allowed"
NOTHING: Final = "reaches nothing"
BROKEN: Final = "23514"
"""SQLSTATE of a CHECK that is not kept."""
TAKEN: Final = "23505"
"""SQLSTATE of a key that is there already."""
_FACT = "INSERT INTO head_count (id, site_id, kiosk_id, kiosk_seq, session_id, people, at, by_staff"
_GIVEN = "gen_random_uuid(), '{site}', '{own}', 1, gen_random_uuid(), 3, now(), gen_random_uuid()"
INSERT = f"{_FACT}, clock_doubtful) VALUES ({_GIVEN}, false)"
_FORGED = INSERT.replace("{own}", "{other}")
_AGAIN = (
    f"{_FACT}, clock_doubtful) SELECT '{{known}}', '{{site}}', '{{other}}', 1,"
    " '{known}', 3, now(), '{known}', false"
)

_CONTACT = (
    "INSERT INTO kiosk_heartbeat (kiosk_id, site_id, at, received_at, pending, parked, sent_upto,"
    " version) VALUES ('{{own}}', '{{site}}', {at}, {received}, 0, 0, 0, '{version}')"
)
_PASS = (
    "INSERT INTO passcard (id, site_id, kiosk_id, lookup, participant_id, name_box, language,"
    " created_at) VALUES ('{unused}', '{site}', '{own}', 'a lookup', '{unused}', '', 'en', now())"
)
_STEP = (
    "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, request_id,"
    " revision, kind, by_staff, at) VALUES (gen_random_uuid(), '{site}', '{own}', 1, false,"
    " '{request}', {revision}, 'claimed', gen_random_uuid(), now())"
)
_ABOUT = (
    "INSERT INTO check_in (id, site_id, kiosk_id, kiosk_seq, session_id, kind, nth, occurred_at,"
    " clock_doubtful, about) VALUES (gen_random_uuid(), '{{site}}', '{{own}}', 1, '{{unused}}',"
    " '{kind}', 0, now(), false, '{{known}}')"
)
_ASKED = (
    "INSERT INTO callback_request (id, site_id, kiosk_id, kiosk_seq, clock_doubtful, ref,"
    " slip_lookup, sealed, call_language, windows, ui_language, consent_version, created_at,"
    " source, entered_by, consent_how) VALUES (gen_random_uuid(), '{{site}}', '{{own}}', 1, false,"
    " 'x', '', '', 'en', 'any', 'en', '', now(), '{source}', {by}, '{how}')"
)
_BY_VISITOR = _ASKED.format(source="visitor", by="NULL", how="screen")
_BY_STAFF = _ASKED.format(source="phone", by="gen_random_uuid()", how="phone")
_BY_OLDER_KIOSK = (
    _BY_VISITOR.replace(" source, entered_by, consent_how)", ")")
    .replace("created_at,)", "created_at)")
    .replace(", 'visitor', NULL, 'screen')", ")")
)
_FORM = (
    "INSERT INTO callback_form (id, site_id, ref, slip_lookup, ticket_hash, news_key, made_at)"
    " VALUES ('{unused}', '{site}', 'x', 'x', 'x', 'x', now())"
)
_ENDED = _PASS.replace("created_at)", "created_at, revoked_at)").replace("now())", "now(), now())")


@dataclass(frozen=True)
class Try:
    """One statement and what it must come to."""

    words: str
    sql: str
    kiosk: str
    desk: str
    why: str


def both(words: str, sql: str, answer: str, why: str) -> Try:
    return Try(words, sql, answer, answer, why)


FACTS: Final = (
    both("a fact", INSERT, YES, "that is what a machine is there for"),
    both("the same without a target", f"{INSERT} ON CONFLICT DO NOTHING", YES, "sent again"),
    Try("a target", f"{INSERT} ON CONFLICT (id, site_id) DO NOTHING", NO, YES, "needs SELECT"),
    both("an upsert", f"{INSERT} ON CONFLICT (id, site_id) DO UPDATE SET people = 9", NO,
         "a fact is never changed"),
    Try("an answer", f"{INSERT} RETURNING id", NO, YES, "a kiosk reads nothing back"),
    both("the centre's time", f"{_FACT}, clock_doubtful, received_at) VALUES ({_GIVEN}, false,"
         " '2020-01-01Z')", NO, "only the centre says when something arrived"),
    both("another machine's", _FORGED, NO, "the role's name says who writes"),
    both("another machine's, that is there", f"{_AGAIN} ON CONFLICT DO NOTHING", NO,
         "no telling whether it is there"),
    both("one forged among good", f"{INSERT}, ({_GIVEN.replace('{own}', '{other}')}, false)", NO,
         "all or nothing"),
    both("a site that ends alike", INSERT.replace("'{site}'", "'{alike}'"), YES,
         "known: a name of 63 bytes holds 96 bits of the site, with all random ones; such a row"
         " is in no clinic"),
    Try("a visitor's request", _BY_VISITOR, YES, NO, "visitors send theirs on a kiosk"),
    Try("the same from an older kiosk", _BY_OLDER_KIOSK, YES, NO, "it says nothing of staff"),
    Try("a request in staff's name", _BY_STAFF, NO, YES,
        "a kiosk speaks for nobody; of a desk the fact names the machine, and its trail who was"
        " signed in"),
    both("another desk's", _BY_STAFF.replace("{own}", "{other}"), NO, "the role says who writes"),
    both("staff's, and nobody entered it", _ASKED.format(source="phone", by="NULL", how="phone"),
         NO, "who entered it stands in the row"),
    both("a visitor's that staff entered", _BY_STAFF.replace("'phone',", "'visitor',"), NO, "same"),
    Try("a way that there is not", _BY_STAFF.replace("'phone',", "'fax',"), NO, BROKEN, "a code"),
    Try("a yes in other words", _BY_VISITOR.replace("'screen'", "'surely'"), BROKEN, NO, "a code"),
    both("emptying a table", "TRUNCATE check_in", NO, "facts are kept"),
    both("a lock on all", "LOCK TABLE kiosk_heartbeat IN ACCESS EXCLUSIVE MODE", NO,
         "writing goes by column, so no table can be held against the other machines"),
    both("a lock on facts", "LOCK TABLE check_in IN ACCESS EXCLUSIVE MODE", NO,
         "retention deletes by a function, and who may delete nothing may lock nothing"),
    both("a lock on counters", "LOCK TABLE sync_counter IN ROW EXCLUSIVE MODE", NO, "same"),
    both("holding the counter", "SELECT n FROM sync_counter FOR UPDATE", NO, "functions do"),
    both("sharing the counter", "SELECT n FROM sync_counter FOR SHARE", NO, "same"),
)  # fmt: skip
MACHINES: Final = (
    both("clearing a revocation", "UPDATE kiosk_device SET revoked_at = NULL", NO, "owner only"),
    both("another's PIN", "UPDATE kiosk_device SET pin_hash = 'x' WHERE id = '{other}'", NOTHING,
         "its own row alone"),
    both("another's report", "UPDATE kiosk_heartbeat SET pending = 0 WHERE kiosk_id = '{other}'",
         NOTHING, "its own row alone"),
    both("another's report, new", "INSERT INTO kiosk_heartbeat (kiosk_id, site_id, at, received_at,"
         " pending, parked, sent_upto, version) VALUES ('{unused}', '{site}', now(), now(), 0, 0,"
         " 0, '')", NO, "its own row alone"),
    both("a contact now", _CONTACT.format(at="now()", received="now()", version=""), YES,
         "that is how staff hear of it"),
    *(both(f"a contact at {at}", _CONTACT.format(at="now()", received=f"'{at}'", version=""), NO,
           "the centre says when it was") for at in
      ("infinity", "-infinity", "20000-01-01", "0044-03-15 BC", "2026-01-01")),
    both("a contact still to come", _CONTACT.format(at="now()", received="now() + interval '1 day'",
         version=""), NO, "same"),
    *(both(f"its own time {at}", _CONTACT.format(at=f"'{at}'", received="now()", version=""),
           BROKEN, "a time that no desk could read")
      for at in ("infinity", "20000-01-01", "0044-03-15 BC")),
    both("a long version", _CONTACT.format(at="now()", received="now()",
         version="{long}"), BROKEN, "staff read it"),
    Try("passes as long as a film", "INSERT INTO passcard (id, site_id, kiosk_id, lookup,"
        " participant_id, name_box, language, created_at) VALUES ('{unused}', '{site}', '{own}',"
        " 'x', '{unused}', convert_to(repeat('x', 60000000), 'UTF8'), 'en', now())", BROKEN, NO,
        "every kiosk of the clinic reads it"),
    both("a number that none follows", INSERT.replace("'{own}', 1,", f"'{{own}}', {2**63 - 1},"),
         BROKEN, "gaps between numbers are told"),
    both("a number before all", INSERT.replace("'{own}', 1,", f"'{{own}}', {-2**63},"), BROKEN,
         "same"),
    both("a first visit", _ABOUT.format(kind="first_visit"), YES, "whoever comes may ask for it"),
    both("another machine's first visit",
         _ABOUT.format(kind="first_visit").replace("{own}", "{other}"), NO,
         "the role's name says who writes"),
    both("that somebody was met", _ABOUT.format(kind="met"), YES,
         "known: the fact names the machine, and a facilitator takes it back"),
    Try("whose first visit it is", "SELECT about FROM check_in", NO, YES, "a kiosk reads no fact"),
    Try("a step that none follows", _STEP.replace("{revision}", str(2**31 - 1)), NO, YES,
        "known: staff would find no number for the next one; the fact names the desk"),
    Try("a pass", _PASS, YES, NO, "made where the person stands; at a desk by a function"),
    Try("a second one with its lookup", f"{_PASS}; {_PASS.replace('{unused}', '{known}')}", TAKEN,
        NO, "first come, first served"),
    Try("an ended pass", _ENDED, NO, NO, "a kiosk ends nobody's pass"),
    Try("another kiosk's pass", _PASS.replace("'{own}'", "'{other}'"), NO, NO,
        "every row says who made it"),
    Try("nobody's pass", _PASS.replace("'{own}'", "NULL"), NO, NO, "same"),
    Try("ending a pass", "UPDATE passcard SET revoked_at = now()", NO, NO, "staff's"),
    Try("who is in the way", "SELECT kiosk_longest_open()", NO, YES, "for staff to hear"),
    Try("ending transactions", "SELECT kiosk_end_open_transactions()", NO, YES,
        "of kiosks, after a minute"),
    both("settings of its own role", "ALTER ROLE {own_role} SET default_transaction_read_only = on",
         YES, "known: PostgreSQL lets every role do so; `kiosk central status` finds it, names the"
         " machine and puts it back"),
)  # fmt: skip
DESKS: Final = (
    both("deleting requests", "DELETE FROM callback_request", NO, "a function does, what is over"),
    both("deleting attendance", "DELETE FROM check_in WHERE occurred_at < now()", NO, "same"),
    both("deleting people", "DELETE FROM participant", NO, "same"),
    both("changing roles", "UPDATE staff_account SET roles = 'manager'", NO,
         "a function does, one account at a time, and the centre notes how it was"),
    both("shutting every account", "UPDATE staff_account SET disabled_at = now()", NO, "same"),
    both("replacing wrapped keys", "UPDATE staff_account SET wrapped_keys = ''", NO, "same"),
    both("an account of one's own", "INSERT INTO staff_account (id, site_id, login, roles,"
         " wrapped_keys, created_at) VALUES ('{unused}', '{site}', 'me', 'manager', '', now())", NO,
         "a function adds it, and the centre notes which desk did"),
    both("helplines of one's own", "INSERT INTO helpline_list (id, site_id, text, published_at)"
         " VALUES ('{unused}', '{site}', '', now())", NO, "same"),
    both("a name", "UPDATE participant SET sealed_name = ''", NO,
         "a function does, one at a time, and the centre notes how it was"),
    both("a mark", "INSERT INTO erased (id, site_id, at) VALUES ('{other}', '{site}', now())", NO,
         "a function does, with an entry of a manager's erasing"),
    both("taking a mark away", "DELETE FROM erased", NO, "what was erased stays erased"),
    Try("erasing without an entry", "SELECT 1 FROM kiosk_erase('{request}', ARRAY['{request}']"
        "::uuid[], '{{}}') AS told (n) WHERE n > 0", NO, NOTHING,
        "the trail tells it in the same transaction, or nothing is marked"),
    Try("dropping what carries a mark", "SELECT kiosk_drop_erased('{{}}')", NO, NOTHING,
        "only what was marked"),
    both("a pass in force again", "UPDATE passcard SET revoked_at = NULL", NO,
         "what has ended stays ended"),
    both("a paper form", _FORM, NO, "a function adds it, and the centre notes which desk did"),
    Try("a paper form by function", "SELECT kiosk_add_callback_form('{{\"id\": \"{unused}\","
        " \"site_id\": \"{site}\", \"ref\": \"x\", \"slip_lookup\": \"\", \"ticket_hash\": \"\","
        " \"news_key\": \"\", \"made_at\": \"2026-03-03\"}}')", NO, YES,
        "known: noted; a request that is entered from it is the clinic's own"),
    both("the counter at 0", "UPDATE sync_counter SET n = 0", NO, "it goes up by what is logged"),
    both("a forged change", "INSERT INTO change_log (site_id, v, table_name, row_id) VALUES"
         " ('{site}', 9223372036854775807, 'passcard', '{unused}')", NO, "same"),
    both("when a fact came", "UPDATE head_count SET received_at = '2001-01-01'", NO, "centre only"),
    both("unsaying a note", "DELETE FROM desk_change", NO, "the centre's own"),
    both("changing a note", "UPDATE desk_change SET at = '2001-01-01'", NO, "same"),
    both("how an account was", "SELECT before FROM desk_change", NO,
         "keys under an older passphrase are for the owner"),
    both("holding accounts", "SELECT id FROM staff_account FOR UPDATE", NO, "no right to change"),
    both("closing a request", "INSERT INTO callback_event (id, site_id, kiosk_id, kiosk_seq,"
         " clock_doubtful, request_id, revision, kind, by_staff, at) VALUES ('{unused}', '{site}',"
         " '{own}', 1, false, '{unused}', 1, 'closed', '{unused}', now())", YES,
         "known: the fact names the machine that wrote it; staff open the request again, and nobody"
         " can delete it for 7 days"),
    both("giving a request away", _STEP.replace("'claimed'", "'handed_over'")
         .replace("at)", "at, with_staff)").replace("now())", "now(), '{unused}')")
         .replace("{revision}", "2"), YES,
         "known: who may not ring is given nothing, and what is late is everybody's to ring"),
    both("a talk at a time beyond reading", _STEP.replace("'claimed'", "'closed'")
         .replace("at)", "at, next_at)").replace("now())", "now(), 'infinity')")
         .replace("{revision}", "3"), BROKEN, "a time that no desk could read"),
    Try("reading what is sealed", "SELECT wrapped_keys FROM staff_account", NO, YES,
        "known: it stays sealed, but whoever has wrapped keys can guess at their passphrase without"
        " a wait, so a passphrase has to be a good one"),
    Try("telling nobody of requests", "INSERT INTO notice_request (request_id, way, site_id,"
        " kiosk_id, notice_id) SELECT '{unused}', 'mail', '{site}', '{own}', '{unused}'", NO, YES,
        "known: no notice goes for what is marked as told of, and the row names the desk; the list"
        " at every desk holds the request all the same"),
    Try("taking a notice", "UPDATE notice SET next_at = '9000-01-01', kiosk_id = '{own}'", NO, YES,
        "known: it is sent late or never, and the row names the desk; `kiosk notice list` shows"
        " since when it waits"),
    both("a notice in another's name", "UPDATE notice SET refused = true", NO,
         "who changes it is named"),
    both("another's word on a notice", "INSERT INTO notice_request (request_id, way, site_id,"
         " kiosk_id, notice_id) SELECT '{unused}', 'mail', '{site}', '{other}', '{unused}'", NO,
         "same"),
    both("telling again of all", "DELETE FROM notice_request", NO, "they go with their requests"),
    Try("a turn", "SELECT kiosk_take_turn('{site}')", NO, YES,
        "known: while its transaction is open the other desks of its own clinic wait;"
        " `kiosk central revoke` ends it"),
    Try("deleting by function", "SELECT kiosk_delete_requests(ARRAY['{other}']::uuid[])", NO,
        NOTHING, "only what is over, and came at least 7 days ago"),
    Try("shutting accounts by function", "SELECT kiosk_change_staff_account(id,"
        " '{{\"disabled_at\": \"2026-03-03\"}}') FROM staff_account", NO, YES,
        "known: one after the other, but a manager stays, the centre notes how each was, and"
        " `kiosk audit verify` tells a manager"),
    Try("helplines by function", "SELECT kiosk_add_helpline_list('{{\"id\": \"{unused}\","
        " \"site_id\": \"{site}\", \"text\": \"\", \"published_at\": \"2026-03-03\"}}')", NO, YES,
        "known: noted and told in the same way"),
    Try("forgetting wrong passphrases", "SELECT kiosk_forget_attempts('', 'infinity')", NO, YES,
        "known: the wait after a wrong passphrase is the desk program's; the keys are held by the"
        " passphrase alone"),
)  # fmt: skip
_ASK = "SELECT * FROM kiosk_slip_news({ticket})"
_BOX = (
    "INSERT INTO slip_box (request_id, site_id, box, kept_at)"
    " VALUES ('{unused}', '{site}', '', now())"
)
SLIPS: Final = (
    both("what slips say", "SELECT box FROM slip_box", NO,
         "a function tells the holder of a slip, one slip at a time; a desk reads the events"),
    both("how many slips have news", "SELECT count(*) FROM slip_box", NO, "same"),
    both("whether a request has news", "SELECT 1 FROM slip_box WHERE request_id = '{unused}'", NO,
         "same"),
    both("news of one's own", _BOX, NO, "a function keeps it, of requests that are there"),
    both("other news", "UPDATE slip_box SET box = ''", NO, "same"),
    both("no news", "DELETE FROM slip_box", NO, "they go with their request"),
    both("a lock on news", "LOCK TABLE slip_box IN SHARE MODE", NO, "nothing of it is granted"),
    Try("requests by the hash of a ticket", "SELECT id FROM callback_request WHERE ticket_hash ="
        " '\\x{ticket_hash}'", NO, YES, "a kiosk reads no request; a desk reads them all"),
    Try("a slip's news by its ticket", _ASK.format(ticket="'\\x{ticket}'"), YES, NO,
        "whoever holds the slip is told; a ticket stands in no database"),
    Try("news by the hash of a ticket", _ASK.format(ticket="'\\x{ticket_hash}'"), NOTHING, NO,
        "a list of hashes, as a stolen disk holds it, opens nothing: the centre hashes what it is"
        " given"),
    Try("news by a slip's lookup", _ASK.format(ticket="'\\x{slip_lookup}'"), NOTHING, NO, "same"),
    Try("news by a whole list of hashes", "SELECT told.* FROM (VALUES ('\\x{ticket_hash}'::bytea),"
        " ('\\x{slip_lookup}'), ('')) listed (hash), kiosk_slip_news(listed.hash) told", NOTHING,
        NO, "same"),
    Try("news by no ticket", _ASK.format(ticket="NULL"), NOTHING, NO, "same"),
    Try("news of another clinic's slip", _ASK.format(ticket="'\\x{ticket_of_b}'"), NOTHING, NO,
        "a kiosk asks for its own clinic alone"),
    Try("keeping news by function", "SELECT kiosk_lock_news('{unused}', 'x', now())", NO, YES,
        "known: what slips say is what desks do; of requests of its own clinic, and nothing but a"
        " phase and two days"),
    Try("a wait by function", "SELECT kiosk_publish_wait(1, 2, now())", NO, YES,
        "known: home then says a wrong number until a desk measures again; nobody is named"),
    both("a wait that people never had", "UPDATE waiting_time SET days = 0", NO,
         "a function writes it"),
)  # fmt: skip
SERVER: Final = (
    both("a table", "CREATE TABLE public.mine (x int)", NO, "nothing of its own at the centre"),
    both("a temporary table", "CREATE TEMP TABLE mine (x int)", NO, "same"),
    both("a schema", "CREATE SCHEMA mine", NO, "same"),
    both("a function", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", NO,
         "same"),
    both("a view", "CREATE VIEW public.v AS SELECT 1", NO, "same"),
    both("an extension", "CREATE EXTENSION IF NOT EXISTS hstore", NO, "same"),
    both("a role", "CREATE ROLE mine", NO, "same"),
    both("no more pinning", "ALTER TABLE check_in DISABLE ROW LEVEL SECURITY", NO, "owner only"),
    both("a policy less", "DROP POLICY kiosk_machine_insert ON check_in", NO, "owner only"),
    both("an index", "CREATE INDEX ON check_in (kind)", NO, "owner only"),
    both("a trigger", "CREATE TRIGGER t BEFORE INSERT ON check_in EXECUTE FUNCTION"
         " suppress_redundant_updates_trigger()", NO, "owner only"),
    both("an advisory lock", "SELECT pg_advisory_xact_lock(1)", NO, "would outlive its purpose"),
    both("trying one", "SELECT pg_try_advisory_lock(1, 2)", NO, "all overloads"),
    both("a large object", "SELECT lo_create(0)", NO, "a hidden place for data"),
    both("another large object", "SELECT lo_from_bytea(0, 'x')", NO, "same"),
    both("passwords", "SELECT rolpassword FROM pg_authid", NO, "superuser only"),
    both("statistics of values", "SELECT most_common_vals FROM pg_stats WHERE tablename ="
         " 'participant'", NOTHING, "hidden where rows are pinned"),
    both("raw statistics", "SELECT stavalues1 FROM pg_statistic", NO, "superuser only"),
    both("a file of the server", "SELECT pg_read_file('PG_VERSION')", NO, "superuser only"),
    both("a file written", "COPY (SELECT 1) TO '/forged'", NO, "superuser only"),
    both("a program", "COPY (SELECT 1) TO PROGRAM 'true'", NO, "superuser only"),
    both("seeing past policies", "SET LOCAL row_security = off; SELECT 1 FROM site", NO,
         "an error, not all rows"),
    both("no triggers", "SET LOCAL session_replication_role = replica", NO, "superuser only"),
    both("the owner", "SET LOCAL ROLE postgres", NO, "not a member"),
    both("another machine", "SET LOCAL ROLE {other_role}", NO, "not a member"),
    both("the owner's session", "SET LOCAL SESSION AUTHORIZATION postgres", NO, "superuser only"),
    both("superuser", "ALTER ROLE {own_role} SUPERUSER", NO, "superuser only"),
    both("bypassing", "ALTER ROLE {own_role} BYPASSRLS", NO, "superuser only"),
    both("more connections", "ALTER ROLE {own_role} CONNECTION LIMIT -1", NO, "owner only"),
    both("another name", "ALTER ROLE {own_role} RENAME TO {unused_role}", "0A000",
         "the name is the right"),
    both("another's password", "ALTER ROLE {other_role} PASSWORD 'x'", NO, "its own alone"),
    both("its own password", "ALTER ROLE {own_role} PASSWORD 'x'", YES,
         "known: PostgreSQL lets every role do so, and joining needs it; the true machine says so,"
         " `kiosk central revoke` shuts the thief out, and a client certificate that pg_hba.conf"
         " asks for makes a password alone worth nothing"),
    both("role names", "SELECT rolname FROM pg_roles", YES,
         "known: PostgreSQL shows every role's name, so ids of machines can be read"),
    both("a notice", "NOTIFY anything", YES, "known: cannot be taken away; nobody listens"),
    both("no time limit", "SET LOCAL statement_timeout = 0", YES,
         "known: a machine can undo its limits; `central revoke --now` ends its sessions"),
    both("how many sessions", "SELECT usename FROM pg_stat_activity", YES,
         "known: names only; others' statements are hidden"),
)  # fmt: skip
TRIES: Final = (*FACTS, *MACHINES, *DESKS, *SLIPS, *SERVER)

HOLDS: Final = (
    ("a snapshot", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
    ("no limits", "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"),
    ("what it reads", "SELECT 1 FROM site, public_key, support_group, group_session, passcard,"
     " helpline_list, waiting_time, kiosk_device, kiosk_heartbeat, sync_counter, change_log,"
     " central"),
    ("what a slip says", "SELECT * FROM kiosk_slip_news('x')"),
    ("other times for a request", "INSERT INTO callback_retiming (id, site_id, kiosk_id, kiosk_seq,"
     " clock_doubtful, request_id, windows, at) VALUES (gen_random_uuid(), '{site}', '{own}', 1,"
     " false, '{request}', 'any', now())"),
    ("a weak lock on every table", "LOCK TABLE sync_counter, change_log, passcard, kiosk_device"
     " IN ACCESS SHARE MODE"),
    ("the counter", "SELECT n FROM sync_counter FOR UPDATE"),
    ("the counter's key", "SELECT n FROM sync_counter FOR KEY SHARE"),
    ("passes", "SELECT id FROM passcard FOR KEY SHARE"),
    ("its own row", "SELECT id FROM kiosk_device FOR UPDATE"),
    ("its own row, changed", "UPDATE kiosk_device SET pin_hash = 'x'"),
    ("its own report", "UPDATE kiosk_heartbeat SET received_at = now()"),
    ("the next step of a request", _STEP.replace("{revision}", "1")),
    ("the step after", _STEP.replace("{revision}", "2")),
    ("a fact", INSERT),
    ("a pass", _PASS),
    ("a setting of its role", "ALTER ROLE {own_role} SET lock_timeout = 0"),
    ("its own password", "ALTER ROLE {own_role} PASSWORD 'another'"),
    ("a held cursor", "DECLARE c CURSOR FOR SELECT 1 FROM passcard, generate_series(1, 1000000)"),
    ("a notice", "NOTIFY anything"),
)  # fmt: skip
"""What a kiosk may do and then do nothing more; what is denied holds nothing either."""
