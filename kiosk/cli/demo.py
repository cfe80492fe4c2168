"""The sample clinic's data folder: made once, its sessions planned anew at every start.

It is made in steps that are each whole or not there. A start that was cut off is completed by the
next one.
"""

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from kiosk.bootstrap.data_folder import DATABASE, make_folder, refuse_on_desk
from kiosk.errors import KioskError, SetupError

if TYPE_CHECKING:
    from kiosk.domain.staff import Purpose
    from kiosk.usecases.sample_clinic import SampleClinic, SamplePass
    from kiosk.vault.keys import PrivateSealingKey
    from kiosk.vault.passphrases import Cost

    Keeper = Callable[[UUID, Mapping[Purpose, PrivateSealingKey]], None]


_log = logging.getLogger("kiosk.demo")
_PAUSE_SECONDS = 0.2
"""Between two weeks, in which whoever stands at the kiosk comes first."""
INDEX = "demo-passes.json"
"""Lists the sample passes. It is the first file of a demo and in no clinic's folder."""
_KIT = "demo-recovery-kit.json"
_LOCK = "demo.lock"
_SAMPLE_ADDRESSES = (
    "https://example.org/story",
    "https://example.org/magazine-10.pdf",
    "https://example.org/brochure.pdf",
)
"""Of the items in config/take-home.toml, in their order; nobody owns example.org (RFC 2606)."""


class ListedPass(NamedTuple):
    """A sample pass as the folder keeps it."""

    name: str
    digits: str
    picture: Path


def prepare(
    folder: Path,
    report: Callable[[str], object] = lambda _step: None,
    cost: "Cost | None" = None,
) -> None:
    """Make, complete or refresh the sample clinic; harmless when repeated. Raises KioskError.

    `report` is called with a sentence for each long step; `cost` replaces a passphrase's usual one.
    """
    with _completed(folder, report, cost) as clinic:
        clinic.make_past(begun=lambda: report("Making its past: groups and calls of weeks."))


def prepare_behind(folder: Path) -> None:
    """Do as `prepare`, and make the past in a thread beside the kiosk, which does not wait for it.

    What is cut off by the end of the program is made at the next start.
    """
    with _completed(folder):
        pass
    Thread(target=_make_past, args=(folder,), name="past", daemon=True).start()


def _make_past(folder: Path) -> None:
    try:
        with _completed(folder) as clinic:
            clinic.make_past(lambda: sleep(_PAUSE_SECONDS))
    except KioskError as error:
        _log.error("the demo's past was not made: %s", type(error).__name__)


@contextlib.contextmanager
def _completed(
    folder: Path,
    report: Callable[[str], object] = lambda _step: None,
    cost: "Cost | None" = None,
) -> "Iterator[SampleClinic]":
    """Lend the sample clinic, made or completed, with a session that is open now.

    StoreBusy where another process is at it.
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.records.database.lock import lock_folder
    from kiosk.records.database.store import Store
    from kiosk.usecases.sample_clinic import SampleClinic
    from kiosk.vault.passphrases import DEFAULT_COST

    begin(folder)
    with lock_folder(folder, _LOCK):
        passes = _passes(folder)
        store = Store.open(folder / DATABASE, create=True)
        try:
            clinic = SampleClinic(store, SystemClock(), entropy, cost or DEFAULT_COST)
            if not clinic.is_complete(passes):
                report("Making the sample clinic: keys, staff, groups, passes.")
                clinic.complete(passes, _recovery_keeper(folder))
            clinic.plan_sessions()
            yield clinic
        finally:
            store.close()


def begin(folder: Path) -> None:
    """Make the folder with its settings; SetupError where it holds a clinic that is no demo."""
    refuse_on_desk(folder, "a demo needs a folder of its own: name one by KIOSK_DATA_DIR")
    if (folder / DATABASE).exists() and not is_demo(folder):
        raise SetupError(
            f"{folder} holds a clinic that is no demo; name another folder by KIOSK_DATA_DIR."
        )
    make_folder(folder)
    _fill_addresses(folder)


def _fill_addresses(folder: Path) -> None:
    """Give what can be taken home sample addresses, in a file that nobody has filled in."""
    from kiosk.content.assets import config_dir
    from kiosk.settings import TAKE_HOME_NAME

    shipped = (config_dir() / TAKE_HOME_NAME).read_text(encoding="utf-8")
    if (folder / TAKE_HOME_NAME).read_text(encoding="utf-8") == shipped:
        filled = shipped
        for address in _SAMPLE_ADDRESSES:
            filled = filled.replace('url = ""', f'url = "{address}"', 1)
        write_private(folder / TAKE_HOME_NAME, filled.encode())


def is_demo(folder: Path) -> bool:
    """Return whether this is a demo's folder, be it half made."""
    return (folder / INDEX).exists() or (folder / _KIT).exists()


def digits(folder: Path) -> tuple[str, ...]:
    """Return the digits of the sample passes, or none while they are being made."""
    return tuple(one.digits for one in listed_passes(folder))


def listed_passes(folder: Path) -> tuple[ListedPass, ...]:
    """Return the sample passes; none where the folder is no demo's.

    Raises SetupError where the list of them is damaged.
    """
    path = folder / INDEX
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            ListedPass(row["name"], row["digits"], folder / f"demo-pass-{number}.png")
            for number, row in enumerate(rows, start=1)
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise SetupError(f"{path} is damaged; remove the folder and make the demo anew.") from None


def _passes(folder: Path) -> "tuple[SamplePass, ...]":
    """Return the sample passes, invented where they are not yet, and save their pictures.

    They are kept before any of them is handed out, so that every start hands out the same.
    """
    from kiosk.content.qr import encode_png, qr_matrix
    from kiosk.devices.clock import entropy
    from kiosk.usecases.sample_clinic import SamplePass, new_sample_passes

    if not (folder / INDEX).exists():
        rows = [{"name": one.name, "digits": one.digits} for one in new_sample_passes(entropy)]
        text = json.dumps(rows, ensure_ascii=False, indent=2)
        write_private(folder / INDEX, text.encode())
    for one in listed_passes(folder):
        if not one.picture.exists():
            write_private(one.picture, encode_png(qr_matrix(one.digits, numeric=True)))
    return tuple(SamplePass(one.name, one.digits) for one in listed_passes(folder))


def _recovery_keeper(folder: Path) -> "Keeper":
    from kiosk.vault.recovery_kit import format_kit, write_kit

    def keep(site_id: UUID, keys: "Mapping[Purpose, PrivateSealingKey]") -> None:
        # One that is there belongs to a founding that was cut off.
        (folder / _KIT).unlink(missing_ok=True)
        write_kit(folder / _KIT, format_kit(site_id, keys, datetime.now(UTC).date()))

    return keep


def write_private(path: Path, content: bytes) -> None:
    """Write a file (0600) in one step, in place of an older one; SetupError where it cannot be."""
    new = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise SetupError(
            f"{path} cannot be written ({error.strerror}); mend its disk or its rights."
        ) from None
