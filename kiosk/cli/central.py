"""`kiosk central`: the database that many kiosks share, and its machines."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.bootstrap.data_folder import DATABASE, data_dir, make_folder
from kiosk.cli.arguments import DATED_FORMATS, absolute, checked_day
from kiosk.cli.echo import shown_typing
from kiosk.cli.output import Format, FormatOption, draw_code, progress, show, write
from kiosk.cli.sign_in import ask_unseen, from_variable, new_pin
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.central.fleet import parse_code
from kiosk.domain.central.incarnations import describe_incarnations
from kiosk.errors import SetupError
from kiosk.presentation.records import RECORD_KINDS

if TYPE_CHECKING:
    from kiosk.records.central.connection import Address
    from kiosk.records.central.machines import CentralMachine, ParkedRows
    from kiosk.records.central.owner import CentralSite
    from kiosk.usecases.central.adoption import AdoptedClinic
    from kiosk.usecases.central.owner import EnrolledMachine, NewMachine, Written
    from kiosk.vault.enrolment_bundle import SignedBundle


app = typer.Typer(
    cls=Noun,
    help="One database for many kiosks.",
    invoke_without_command=True,
    callback=print_help,
)
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
_IN_A_TABLE = ("symbols", "name", "kind", "state", "contact", "pending", "parked", "facts")
_COLUMNS = (
    "site", "symbols", "name", "kind", "state", "enrolled", "contact", "pending", "parked",
    "facts", "clock_offset_seconds", "version", "revoked", "wiped", "has_role",
)  # fmt: skip
_HARDEN = (
    "Only a superuser can also keep machines from taking locks and large objects; run this once"
    " with a superuser's URL."
)
_NO_CLINIC = (
    "The centre is ready. Next: run this again on the clinic's own machine, in its data folder; it"
    " then becomes the first kiosk."
)
_NEXT = """\
Next: `kiosk central enrol NAME --desk` for every desk machine: staff work there from now on.
Then `kiosk run` here, which sends what waits; `kiosk sync --once` sends it at once."""
_ENROLLED = """\
{kind} {symbols} ({name}) may join until {expires:%Y-%m-%d}. Its bundle is {path}.
Fingerprint: {fingerprint}
One-time code, shown only now: {code}
Next: bring the bundle to the machine and the code by another way; there:
  kiosk central join {file}"""
_ONLY_HERE = (
    "The URL names this very machine, so no other one can use this bundle; name the server as"
    " others reach it by --via HOST."
)
_JOINED = {
    "kiosk": "This machine is kiosk {symbols} of its centre. Next: `kiosk doctor`, `kiosk run`.",
    "desk": "This machine is desk {symbols} of its centre. Next: `kiosk desk`.",
}
_TO_PULL = "Not all was pulled yet; `kiosk sync --once` brings the rest."
_WRONG_CODE = (
    "That is not the code: it has 21 letters and digits, and one of them is wrong or missing."
)
_TRIES = 3
_WORD = "reset"
_JOIN_AGAIN = "Joining is not finished; run `kiosk central join` again with the same code."
_WHY_PARKED = {
    "length": "longer than any record",
    "number": "a number that no machine reaches",
    "lookup": "the pass was there already",
    "time": "a time that nobody can read",
}
_LONGEST_FILE = 300_000
_VISITORS = "visitor.lock"
"""Held by `kiosk run` as long as it shows."""
_PORTS = range(1, 65536)


@app.command()
def init(
    url: UrlOption = "",
    via: ViaOption = "",
) -> None:
    """Make or upgrade the centre, and bring this clinic to it.

    The database has to be there and its owner may make roles; without TLS it must be on this
    machine. A clinic in the data folder is copied unless the centre has it, and this machine
    becomes its first kiosk; end `kiosk run` and `kiosk desk` before.
    """
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.central.owner import prepare_central

    owner, folder = _owner_address(url), data_dir()
    to = _reached_by(owner, via)
    _refuse_demo(folder)
    prepared = prepare_central(owner, SystemClock())
    if not prepared.hardened:
        typer.echo(_HARDEN, err=True)
    for rows in prepared.parked:
        typer.echo(_describe_parked(rows), err=True)
    if (folder / DATABASE).exists():
        write(_format_adopted(_adopt(folder, owner, to)))
    elif prepared.sites:
        write(f"The centre is up to date. Clinics: {len(prepared.sites)}.")
    else:
        write(_NO_CLINIC)


@app.command(cls=Verb)
def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What staff call the machine.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file for the bundle.")],
    desk: Annotated[bool, typer.Option("--desk", help="A desk machine, not a kiosk.")] = False,
    site: SiteOption = "",
    via: ViaOption = "",
    url: UrlOption = "",
) -> None:
    """Let a new machine join: a bundle for it, and a one-time code.

    The code is shown once and kept nowhere; together they let one machine join, within a week.
    """
    from kiosk.usecases.central.owner import NewMachine

    owner, path = _owner_address(url), absolute(out) or out
    to = _reached_by(owner, via)
    if path.exists() or path.is_symlink():
        raise wrong("--out", f"{path} exists already; name a new file")
    if not path.parent.is_dir():
        raise wrong("--out", f"there is no folder {path.parent}; make it or plug it in")
    machine = NewMachine(name, "desk" if desk else "kiosk", to)
    made = _enrol(owner, _named_site(owner, site), machine, path)
    if to.is_here:
        typer.echo(_ONLY_HERE, err=True)
    draw_code(made.fingerprint.replace(" ", ""))
    write(
        _ENROLLED.format(
            kind="Desk machine" if desk else "Kiosk",
            symbols=made.symbols,
            name=made.name,
            expires=made.expires,
            path=path,
            fingerprint=made.fingerprint,
            code=made.code,
            file=path.name,
        )
    )


@app.command(cls=Verb)
def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle that `enrol` wrote.")],
) -> None:
    """Make this new machine one of its centre's.

    Shows the bundle's fingerprint, and asks for the one-time code (or reads KIOSK_CODE) and, for
    a kiosk, for a PIN of the maintenance screen (or reads KIOSK_PIN). A run that was cut off is
    made whole by the next one.
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.sync.joining import JoinFolder, check_place
    from kiosk.sync.joining import join as join_central

    folder, signed = data_dir(), _read_bundle(file)
    bundle = signed.bundle
    _refuse_demo(folder)
    place = JoinFolder(folder, folder / DATABASE, SystemClock(), entropy)
    done = _JOINED[bundle.kind].format(symbols=bundle.symbols)
    if check_place(place, bundle):
        write(done)
        return
    draw_code(signed.fingerprint.replace(" ", ""))
    sys.stderr.write(f"Fingerprint: {signed.fingerprint}\nCompare it with the one at `enrol`.\n")
    code = _ask_code()
    signed.check(code)
    make_folder(folder)
    with _locked(folder):
        joined = join_central(place, bundle, code, _new_pin_hash)
    write(done if joined.pulled else f"{done}\n{_TO_PULL}")


@app.command()
def status(url: UrlOption = "", form: FormatOption = Format.TABLE) -> None:
    """List the centre's machines, and put old ones in order.

    Times are each clinic's. Closes the roles of revoked machines that have wiped themselves,
    removes enrolments that nobody used within a week, and puts settings back that somebody with a
    machine's password has changed.
    """
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.central.owner import central_status

    found = central_status(_owner_address(url), SystemClock())
    rows = [_machine_cells(one, found.facts.get(one.id, 0)) for one in found.machines]
    several = len({one.site_id for one in found.machines}) > 1
    columns = (("site", *_IN_A_TABLE) if several else _IN_A_TABLE) if form is Format.TABLE else ()
    show(
        rows,
        form,
        columns=columns or _COLUMNS,
        empty="The centre has no machines yet; see `kiosk central init`.",
    )
    for said, machines in (
        ("wiped; shut out", found.closed),
        ("never joined; removed", found.removed),
        ("its settings at the centre were changed, and are put back; was it stolen?", found.bent),
    ):
        for one in machines:
            sys.stderr.write(f"{one.symbols} ({one.name}): {said}.\n")
    for one in found.machines:
        for sentence in _describe_folders(one, found.now):
            sys.stderr.write(f"{one.symbols} ({one.name}): {sentence}\n")


@app.command(cls=Verb)
def revoke(
    symbols: Annotated[str, typer.Argument(metavar="SYMBOLS", help="The machine's two symbols.")],
    now: Annotated[
        bool, typer.Option("--now", help="Shut it out at once, as when it was stolen.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=DATED_FORMATS, metavar="TIME", help="List what it wrote from then on."
        ),
    ] = None,
    park: Annotated[
        bool, typer.Option("--park", help="With --since: set that aside, where nobody reads it.")
    ] = False,
    site: SiteOption = "",
    url: UrlOption = "",
) -> None:
    """Take a machine out of service for good.

    At its next contact a kiosk sends what it has, deletes what it knows of others and closes to
    visitors. With --now it can send no more; what it had not sent stays on it. A desk machine is
    shut out at once. TIME is the clinic's, such as 2026-11-28 or 2026-11-28T09:30; the centre's
    clock counts.
    """
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.central.owner import review_machine, revoke_machine

    began = checked_day(since, "--since")
    if park and began is None:
        raise wrong("--park", "say by --since from when on")
    owner = _owner_address(url)
    one = revoke_machine(owner, _named_site(owner, site), symbols, SystemClock(), at_once=now)
    if not one.has_joined:
        write(f"{one.symbols} ({one.name}) never joined; its bundle is worth nothing now.")
    elif now or one.kind == "desk":
        write(f"{one.symbols} ({one.name}) is shut out.")
    else:
        write(f"{one.symbols} ({one.name}) empties itself at its next contact.")
    if began is not None:
        zone = ZoneInfo(one.zone)
        found = review_machine(owner, one, began.replace(tzinfo=zone), park=park)
        _show_written(found, zone)


@app.command()
def restored(url: UrlOption = "") -> None:
    """Say that the centre was restored from a backup.

    Every machine then sends again what it still has, and pulls everything; nothing is stored
    twice.
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.usecases.central.owner import declare_restored

    count, lost = declare_restored(_owner_address(url), SystemClock(), entropy)
    write(f"Machines of {_format_count(count, 'clinic', 'clinics')} will send all again.")
    if lost:
        without = _format_count(lost, "machine has", "machines have")
        raise NotDone(
            f"{without} no role on this server: restore the roles too (pg_dumpall --roles-only on"
            " the old one), or enrol them again."
        )


@app.command("import", cls=Verb)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `kiosk sync export` wrote.")],
    url: UrlOption = "",
) -> None:
    """Store what a machine could not send, from its file.

    Harmless when repeated: what the centre has already is left as it is.
    """
    from kiosk.sync.importing import import_unsent

    owner = _owner_address(url)
    try:
        with file.expanduser().open(encoding="utf-8") as lines:
            done = import_unsent(owner, lines)
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SetupError(f"The file {file} cannot be read ({reason}).") from None
    there = f"{_format_count(done.stored, 'record is', 'records are')} at the centre."
    if done.refused:
        codes = ", ".join(sorted(set(done.refused)))
        refused = _format_count(len(done.refused), "record", "records")
        raise NotDone(f"{there} It refuses {refused} ({codes}); keep the file.")
    write(f"{there} The file can be deleted.")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help='Do not ask for the word "reset".')] = False,
) -> None:
    """Empty this machine, so that it can be enrolled again.

    Deletes database, link and exports of the data folder; settings stay. Refuses while records
    are unsent, unless `kiosk sync export` has written them to a file.
    """
    from kiosk.usecases.central.adoption import check_reset, reset_machine

    folder = data_dir()
    database = folder / DATABASE
    if not folder.is_dir():
        raise SetupError(f"There is no data folder {folder}; nothing has to be emptied.")
    with _locked(folder):
        found = check_reset(folder, database)
        if not yes:
            _confirm_reset(folder)
        reset_machine(folder, database)
    write(f"{folder} is empty: this machine can join a centre by a new bundle.")
    if found.is_copy:
        write(f"Another machine still runs as {found.symbols}: do not revoke it at the centre.")
    else:
        write(f"Next, at the centre: `kiosk central revoke {found.symbols or 'SYMBOLS'}`.")
    for path in found.exported:
        write(f"Unsent records stay in {path}; store them by `kiosk central import`.")


def _owner_address(url: str) -> "Address":
    """Return the owner's address of the centre: --url, KIOSK_CENTRAL_URL, or asked for unseen."""
    from kiosk.records.central.connection import read_address

    given = url or from_variable(URL_VARIABLE)
    return read_address(given if given else ask_unseen("The centre's URL", URL_VARIABLE))


def _reached_by(owner: "Address", via: str) -> "Address":
    """Return the address with host and port as machines reach the centre."""
    from kiosk.records.central.connection import is_host

    if not via:
        return owner
    host, colon, port = via.rpartition(":") if _has_port(via) else (via, "", "")
    host = host.strip("[]")
    if not is_host(host) or (colon and int(port) not in _PORTS):
        raise wrong("--via", "write it like db.example.org or db.example.org:6432")
    return replace(owner, host=host, port=int(port) if port else owner.port)


def _has_port(via: str) -> bool:
    """Return whether a host is followed by a port; an IPv6 address alone has colons of its own."""
    tail = via.rpartition(":")[2]
    return tail.isdecimal() and (via.count(":") == 1 or "]:" in via)


def _named_site(owner: "Address", named: str) -> "CentralSite":
    """Return the site that --site names, else the data folder's own, else the only one."""
    from kiosk.records.central.link import read_link
    from kiosk.usecases.central.owner import choose_site

    if named:
        return choose_site(owner, named)
    link = read_link(data_dir())
    return choose_site(owner, None if link is None else link.site_id.hex)


def _refuse_demo(folder: Path) -> None:
    """Raise SetupError where the folder is a demo's: everybody knows its passphrases."""
    from kiosk.cli.demo import is_demo

    if is_demo(folder):
        raise SetupError(f"{folder} is a demo's; name another folder by KIOSK_DATA_DIR.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep kiosk and sync off a data folder meanwhile; StoreBusy where one is running."""
    from kiosk.records.database.lock import lock_folder
    from kiosk.sync.syncer import LOCK

    with lock_folder(folder, _VISITORS), lock_folder(folder, LOCK):
        yield


def _adopt(folder: Path, owner: "Address", to: "Address") -> "AdoptedClinic":
    """Bring the clinic of a data folder to the centre, while nobody else works on it."""
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.records.database.store import Store
    from kiosk.usecases.central.adoption import adopt_clinic

    with _locked(folder), progress("Copying") as show_progress:
        store = Store.open(folder / DATABASE)
        try:
            return adopt_clinic(store, folder, owner, to, SystemClock(), entropy, show_progress)
        finally:
            store.close()


def _format_adopted(adopted: "AdoptedClinic") -> str:
    site = adopted.site
    if not adopted.linked:
        return f"The centre is up to date, and this machine is its kiosk {site.symbols} already."
    copied = (
        f" {_format_count(adopted.copied, 'row was', 'rows were')} copied."
        if adopted.copied
        else ""
    )
    waiting = _format_count(adopted.waiting, "record waits", "records wait")
    return (
        f"{site.name} is at the centre, and this machine is its kiosk {site.symbols}.{copied}\n"
        f"{waiting} here to be sent.\n{_NEXT}"
    )


def _enrol(
    owner: "Address", site: "CentralSite", machine: "NewMachine", path: Path
) -> "EnrolledMachine":
    """Enrol a machine; where that fails, no bundle stays behind."""
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.usecases.central.owner import enrol_machine
    from kiosk.vault.enrolment_bundle import SignedBundle, format_bundle

    def keep(signed: SignedBundle) -> None:
        _write_bundle(path, format_bundle(signed))

    try:
        return enrol_machine(owner, site, machine, SystemClock(), entropy, keep)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_bundle(path: Path, text: str) -> None:
    """Write a bundle to a new file that only its owner may read; SetupError where that fails."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from None


def _read_bundle(file: Path) -> "SignedBundle":
    from kiosk.vault.enrolment_bundle import read_bundle

    try:
        with file.expanduser().open(encoding="utf-8") as opened:
            return read_bundle(opened.read(_LONGEST_FILE))
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SetupError(f"The bundle {file} cannot be read ({reason}).") from None


def _ask_code() -> str:
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
        with shown_typing():
            code = parse_code(typer.prompt("The one-time code", err=True))
        if code is not None:
            return code
        sys.stderr.write(f"{_WRONG_CODE}\n")
    raise SetupError("Nothing was changed; run `kiosk central join` again.")


def _new_pin_hash() -> str:
    """Return the hash (PHC string) of a new PIN of the maintenance screen."""
    from kiosk.vault.passphrases import hash_pin

    return hash_pin(new_pin(_JOIN_AGAIN))


def _machine_cells(one: "CentralMachine", facts: int) -> dict[str, object]:
    zone = ZoneInfo(one.zone)
    offset = one.clock_offset_ms
    times = {
        "enrolled": one.enrolled_at,
        "contact": one.contact_at,
        "revoked": one.revoked_at,
        "wiped": one.wiped_at,
    }
    return {
        "site": one.site_name,
        "symbols": one.symbols,
        "name": one.name,
        "kind": one.kind,
        "state": _state(one),
        "pending": one.pending,
        "parked": one.parked,
        "facts": facts,
        "clock_offset_seconds": None if offset is None else round(offset / 1000),
        "version": one.version,
        "has_role": one.may_sign_in,
        **{name: at and at.astimezone(zone) for name, at in times.items()},
    }


def _describe_folders(one: "CentralMachine", now: datetime) -> tuple[str, ...]:
    if one.revoked_at is not None:
        return ()
    return describe_incarnations(one.incarnations, now, ZoneInfo(one.zone))


def _describe_parked(rows: "ParkedRows") -> str:
    """Return what an upgrade has set aside of one machine, and why."""
    of = f" of {rows.symbols}" if rows.symbols else ""
    why = _WHY_PARKED[rows.reason]
    return f"Set aside: {RECORD_KINDS[rows.table_name]}{of}, {rows.count} in all ({why})."


def _show_written(found: "Written", zone: ZoneInfo) -> None:
    """Print what the centre has received of a machine, and what became of it."""
    rows = [
        {
            "kind": RECORD_KINDS[one.table_name],
            "count": one.count,
            "first": one.first.astimezone(zone),
            "last": one.last.astimezone(zone),
        }
        for one in found.rows
    ]
    show(
        rows,
        Format.TABLE,
        columns=("kind", "count", "first", "last"),
        empty="The centre has received nothing of it since then.",
    )
    if found.parked:
        records = _format_count(found.parked, "record is", "records are")
        write(f"{records} set aside; they stay at the centre, and no desk shows them.")
    elif rows:
        write("Next: look at these; --park sets them aside.")


def _state(one: "CentralMachine") -> str:
    if one.revoked_at is not None:
        return "revoked, wiped" if one.wiped_at is not None else "revoked"
    if not one.has_joined:
        return "to join"
    return "joined" if one.may_sign_in else "no role"


def _confirm_reset(folder: Path) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError("There is no terminal to ask on; say --yes instead.")
    with shown_typing():
        typed = typer.prompt(f'All of {folder} goes; type "{_WORD}" to go on', err=True)
    if typed.strip().lower() != _WORD:
        raise NotDone("Nothing was deleted.")


def _format_count(number: int, one: str, several: str) -> str:
    """Return a number with the words that go with it."""
    return f"{number} {one if number == 1 else several}"
