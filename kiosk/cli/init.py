"""`kiosk init`: make a clinic in an empty data folder."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from kiosk.bootstrap.data_folder import DATABASE, data_dir, make_folder
from kiosk.cli.output import write
from kiosk.cli.sign_in import PASSPHRASE_VARIABLE, new_passphrase, new_pin
from kiosk.cli.usage import wrong
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.staff import Purpose
    from kiosk.records.database.store import Store
    from kiosk.usecases.setup import ClinicPlan, FoundedClinic
    from kiosk.vault.keys import PrivateSealingKey


_NOTHING_MADE = "Nothing was made; run `kiosk init` again."
_REPORT = """\
The clinic is in {folder}. Its references begin with {symbols}.
The recovery kit {kit} was read back, and its keys open a probe record.
Move it off this machine now, into a safe: without it a lost passphrase is a lost clinic.
Next: `kiosk desk`. Sign in as {manager}: the menu leads through the first hour."""
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


def init(
    name: Annotated[str, typer.Option(metavar="TEXT", help="The clinic's name, for staff only.")],
    recovery_kit: Annotated[
        Path, typer.Option(metavar="FILE", help="A new file for the recovery keys, on a stick.")
    ],
    manager: Annotated[
        str, typer.Option(metavar="LOGIN", help="Login of the first manager.")
    ] = "manager",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="The clinic's IANA time zone.")
    ] = "Asia/Singapore",
    country: Annotated[
        str, typer.Option(metavar="CODE", help="Whose phone numbers need no +, two letters.")
    ] = "SG",
    kiosk_name: Annotated[
        str, typer.Option(metavar="TEXT", help="What staff call this kiosk.")
    ] = "Kiosk 1",
) -> None:
    """Make a clinic: site, keys, first manager, recovery kit.

    Asks for the manager's passphrase (or reads KIOSK_PASSPHRASE) and for the PIN of the
    maintenance screen (or reads KIOSK_PIN). The clinic is made in KIOSK_DATA_DIR, else in your
    own folder for the kiosk.
    """
    from kiosk.domain.staff import Role
    from kiosk.usecases.setup import ClinicPlan
    from kiosk.usecases.staff.accounts import NewAccount

    folder, kit = data_dir(), recovery_kit.expanduser().absolute()
    place, home = _zone(zone), _country(country)
    _check_kit(kit)
    _refuse_second(folder)
    passphrase = new_passphrase(
        "The manager's passphrase", PASSPHRASE_VARIABLE, _NOTHING_MADE, (manager, name)
    )
    account = NewAccount(manager, passphrase, frozenset(Role))
    plan = ClinicPlan(name, place, home, account, new_pin(_NOTHING_MADE), kiosk_name)
    symbols = _found(folder, kit, plan).site.symbols
    write(_REPORT.format(folder=folder, symbols=symbols, kit=kit, manager=manager))


def _found(folder: Path, kit: Path, plan: "ClinicPlan") -> "FoundedClinic":
    """Make the clinic; where that fails, neither database nor recovery kit stays behind."""
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.usecases.setup import found_clinic
    from kiosk.vault.recovery_kit import format_kit, write_kit

    def keep(site_id: UUID, keys: "Mapping[Purpose, PrivateSealingKey]") -> None:
        write_kit(kit, format_kit(site_id, keys, datetime.now(UTC).date()))
        written.append(kit)

    written: list[Path] = []
    make_folder(folder)
    try:
        with _new_store(folder) as store:
            return found_clinic(store, SystemClock(), entropy, plan, keep)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


@contextmanager
def _new_store(folder: Path) -> "Iterator[Store]":
    """Lend the database that is to hold the clinic; one made here goes again on failure."""
    from kiosk.records.database.store import Store

    path = folder / DATABASE
    was_there = path.exists()
    store = None
    try:
        store = Store.open(path, create=True)
        yield store
    except BaseException:
        if store is not None:
            store.close()
        if not was_there:
            for suffix in _SIDE_FILES:
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise
    store.close()


def _refuse_second(folder: Path) -> None:
    """Raise SetupError where the folder holds a clinic or a demo; nothing is changed."""
    from kiosk.bootstrap.data_folder import refuse_on_desk
    from kiosk.cli.demo import is_demo
    from kiosk.records.database.store import Store
    from kiosk.usecases.site import load_site

    refuse_on_desk(folder, "its clinic is there already, so nothing was made")
    if is_demo(folder):
        raise SetupError(f"{folder} is a demo's; name another folder by KIOSK_DATA_DIR.")
    path = folder / DATABASE
    if not path.exists():
        return
    try:
        store = Store.open(path)
    except SetupError:
        # An empty database, left by an `init` that was cut off.
        return
    try:
        load_site(store)
    except SetupError:
        return
    finally:
        store.close()
    raise SetupError(
        f"There is a clinic in {folder} already; nothing was changed. Name another folder by"
        " KIOSK_DATA_DIR for a second one."
    )


def _check_kit(kit: Path) -> None:
    if not kit.parent.is_dir():
        raise wrong("--recovery-kit", f"there is no folder {kit.parent}; make it or plug it in")
    if kit.exists() or kit.is_symlink():
        raise wrong("--recovery-kit", f"{kit} exists already; name a new file")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("--zone", f"{name} is no time zone such as Asia/Singapore") from None


def _country(code: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    if code.upper() not in SUPPORTED_REGIONS:
        raise wrong("--country", f"{code} is no country's two letters, such as SG")
    return code.upper()
