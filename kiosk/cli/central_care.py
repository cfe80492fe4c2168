"""`kiosk central status`, `revoke`, `restored`, `import`: looking after the centre's machines."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.central_asking import SiteOption, UrlOption, counted, owner_address, site_named
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.usage import NotDone
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.records.central.machines import Machine

_IN_A_TABLE = ("symbols", "name", "kind", "state", "contact", "pending", "parked", "facts")
_COLUMNS = (
    "site", "symbols", "name", "kind", "state", "enrolled", "contact", "pending", "parked",
    "facts", "clock_offset_seconds", "version", "revoked", "wiped", "has_role",
)  # fmt: skip


def status(url: UrlOption = "", form: FormatOption = Format.TABLE) -> None:
    """List the centre's machines, and put old ones in order.

    Times are each clinic's. Closes the roles of revoked machines that have wiped themselves, and
    removes enrolments that nobody used within a week.
    """
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.centre import centre_status

    found = centre_status(owner_address(url), SystemClock())
    rows = [_cells(one, found.facts.get(one.id, 0)) for one in found.machines]
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
    ):
        for one in machines:
            sys.stderr.write(f"{one.symbols} ({one.name}): {said}.\n")


def revoke(
    symbols: Annotated[str, typer.Argument(metavar="SYMBOLS", help="The machine's two symbols.")],
    now: Annotated[
        bool, typer.Option("--now", help="Shut it out at once, as when it was stolen.")
    ] = False,
    site: SiteOption = "",
    url: UrlOption = "",
) -> None:
    """Take a machine out of service for good.

    At its next contact a kiosk sends what it has, deletes what it knows of others and closes to
    visitors. With --now it can send no more; what it had not sent stays on it. A desk machine is
    shut out at once.
    """
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.centre import revoke_machine

    owner = owner_address(url)
    one = revoke_machine(owner, site_named(owner, site), symbols, SystemClock(), at_once=now)
    if not one.has_joined:
        write(f"{one.symbols} ({one.name}) never joined; its bundle is worth nothing now.")
    elif now or one.kind == "desk":
        write(f"{one.symbols} ({one.name}) is shut out.")
    else:
        write(f"{one.symbols} ({one.name}) empties itself at its next contact.")


def restored(url: UrlOption = "") -> None:
    """Say that the centre was restored from a backup.

    Every machine then sends again what it still has, and pulls everything; nothing is stored
    twice.
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.usecases.centre import declare_restored

    count, lost = declare_restored(owner_address(url), SystemClock(), entropy)
    write(f"Machines of {counted(count, 'clinic', 'clinics')} will send all again.")
    if lost:
        without = counted(lost, "machine has", "machines have")
        raise NotDone(
            f"{without} no role on this server: restore the roles too (pg_dumpall --roles-only on"
            " the old one), or enrol them again."
        )


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `kiosk sync export` wrote.")],
    url: UrlOption = "",
) -> None:
    """Store what a machine could not send, from its file.

    Harmless when repeated: what the centre has already is left as it is.
    """
    from kiosk.sync.importing import import_unsent

    owner = owner_address(url)
    try:
        with file.expanduser().open(encoding="utf-8") as lines:
            done = import_unsent(owner, lines)
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SetupError(f"The file {file} cannot be read ({reason}).") from None
    there = f"{counted(done.stored, 'record is', 'records are')} at the centre."
    if done.refused:
        codes = ", ".join(sorted(set(done.refused)))
        refused = counted(len(done.refused), "record", "records")
        raise NotDone(f"{there} It refuses {refused} ({codes}); keep the file.")
    write(f"{there} The file can be deleted.")


def _cells(one: "Machine", facts: int) -> dict[str, object]:
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


def _state(one: "Machine") -> str:
    if one.revoked_at is not None:
        return "revoked, wiped" if one.wiped_at is not None else "revoked"
    if not one.has_joined:
        return "to join"
    return "joined" if one.may_sign_in else "no role"
