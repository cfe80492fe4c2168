"""`kiosk init`: make a clinic in an empty data folder."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from kiosk import bootstrap
from kiosk.cli.signin import passphrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.staff import Purpose
    from kiosk.vault.keys import PrivateSealingKey


def init(
    name: Annotated[str, typer.Option(help="The clinic's name; only staff see it.")],
    recovery_kit: Annotated[
        Path, typer.Option(help="New file for the recovery keys, best on a USB stick.")
    ],
    manager: Annotated[str, typer.Option(help="Login of the first manager.")] = "manager",
    zone: Annotated[str, typer.Option(help="IANA time zone.")] = "Asia/Singapore",
    country: Annotated[
        str, typer.Option(help="Two letters; its phone numbers need no country code.")
    ] = "SG",
    kiosk_name: Annotated[str, typer.Option(help="What staff call this kiosk.")] = "Kiosk 1",
) -> None:
    """Make a clinic: site, keys, first manager, recovery kit.

    Asks for the manager's passphrase (or reads KIOSK_PASSPHRASE) and for the PIN of the
    maintenance screen (or reads KIOSK_PIN).
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.domain.staff import Role
    from kiosk.records.store import Store
    from kiosk.usecases.accounts import NewAccount
    from kiosk.usecases.founding import ClinicPlan, found_clinic
    from kiosk.vault.recovery import kit_text, write_kit

    account = NewAccount(manager, passphrase(new=True), frozenset(Role))
    plan = ClinicPlan(name, _zone(zone), country, account, _pin(), kiosk_name)

    def keep(site_id: UUID, keys: "Mapping[Purpose, PrivateSealingKey]") -> None:
        write_kit(recovery_kit, kit_text(site_id, keys, datetime.now(UTC).date()))

    folder = bootstrap.data_dir()
    bootstrap.make_folder(folder)
    store = Store.open(folder / bootstrap.DATABASE, create=True)
    try:
        founded = found_clinic(store, SystemClock(), entropy, plan, keep)
    finally:
        store.close()
    typer.echo(f"The clinic is in {folder}. Its references begin with {founded.site.symbols}.")
    typer.echo(
        f"The recovery kit {recovery_kit} was read back and opens a probe record. Move it off"
        " this machine now, into a safe: with it a lost passphrase loses nothing."
    )
    typer.echo("Next: `kiosk doctor`, then `kiosk run`.")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise typer.BadParameter(f"{name} is no time zone such as Asia/Singapore.") from None


def _pin() -> str:
    """Return the PIN from KIOSK_PIN, else from a prompt."""
    pin = os.environ.get("KIOSK_PIN")
    if pin is None:
        pin = typer.prompt("PIN of the maintenance screen", hide_input=True, err=True)
    if not re.fullmatch(r"[0-9]{4,12}", pin):
        raise typer.BadParameter("The PIN has 4 to 12 digits.")
    return str(pin)
