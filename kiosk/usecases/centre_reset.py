"""Empties a machine, so that it can be enrolled again; nothing that waits here may be lost."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.errors import SetupError
from kiosk.records import devices
from kiosk.records.central.link import CA_FILE, FILE, read_link
from kiosk.records.store import Store
from kiosk.records.unsent import NOTE, PATTERN, exported_upto, unsent

_SIDES: Final = ("", "-wal", "-shm", "-journal")
_FOLDERS: Final = ("exports", "joining")


@dataclass(frozen=True, slots=True)
class ToEmpty:
    """What emptying this machine would delete."""

    symbols: str
    """Empty where the machine has no database of its own."""
    exported: tuple[Path, ...]
    """Files of unsent records; they stay."""


def look_before_reset(folder: Path, database: Path) -> ToEmpty:
    """Say what a reset would delete; SetupError where it would lose something."""
    if read_link(folder) is None and not (folder / "joining").exists():
        raise SetupError(
            f"{folder} belongs to no centre, so its records would be lost; delete the folder"
            " itself if that is what you want."
        )
    if not database.exists():
        return ToEmpty("", ())
    store = Store.open(database, create=True)
    try:
        with store.read() as transaction:
            there = unsent(transaction.connection())
            machine = devices.here(transaction)
    finally:
        store.close()
    if there.count and exported_upto(folder) < there.upto_seq:
        raise SetupError(
            f"{there.count} records here have not reached the centre; send them with `kiosk sync"
            " --once`, or keep them in a file with `kiosk sync export FILE`."
        )
    symbols = "" if machine is None else machine.symbols
    return ToEmpty(symbols, tuple(sorted(folder.glob(PATTERN))) if there.count else ())


def reset_machine(folder: Path, database: Path) -> None:
    """Delete database, link and exports, in an order that a second run can finish.

    Settings and client certificates stay, and so do files of unsent records. SetupError where
    something cannot be deleted.
    """
    try:
        for suffix in _SIDES:
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        # A new database counts from 1 again, so an old note would stand for what is not exported.
        (folder / NOTE).unlink(missing_ok=True)
        for name in _FOLDERS:
            with suppress(FileNotFoundError):
                shutil.rmtree(folder / name)
        # The link goes last: without it the folder would look like a clinic of its own.
        for name in (CA_FILE, FILE):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be emptied ({error.strerror}); mend its rights and run this again."
        ) from None
