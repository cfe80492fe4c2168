"""The sample clinic's data folder: made once, its sessions planned anew at every start."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.bootstrap import DATABASE, make_folder
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.domain.staff import Purpose
    from kiosk.usecases.sample import SamplePass
    from kiosk.vault.keys import PrivateSealingKey

    Keeper = Callable[[UUID, Mapping[Purpose, PrivateSealingKey]], None]

INDEX = "demo-passes.json"
"""Lists the sample passes; a data folder that holds it is a demo's."""
_KIT = "demo-recovery-kit.json"


def prepare(folder: Path, report: Callable[[str], None] = lambda _step: None) -> None:
    """Make or refresh the sample clinic; harmless when repeated. Raises KioskError.

    `report` is told of each step that takes a while.
    """
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.records.store import Store
    from kiosk.usecases import sample

    if (folder / DATABASE).exists() and not (folder / _KIT).exists():
        raise SetupError(
            f"{folder} holds a clinic that is no demo; name another folder by KIOSK_DATA_DIR."
        )
    make_folder(folder)
    store, clock = Store.open(folder / DATABASE, create=True), SystemClock()
    try:
        if not (folder / INDEX).exists():
            report("Making the sample clinic: keys, staff, groups, passes.")
            sample.found_sample(store, clock, entropy, _recovery_keeper(folder))
            _write_passes(folder, sample.fill_sample(store, clock, entropy))
        sample.plan_sample_sessions(store, clock)
    finally:
        store.close()


def digits(folder: Path) -> tuple[str, ...]:
    """Return the digits of the sample passes, or none while they are being made."""
    try:
        rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(row["digits"] for row in rows)


def _recovery_keeper(folder: Path) -> "Keeper":
    from kiosk.vault.recovery import kit_text, write_kit

    def keep(site_id: UUID, keys: "Mapping[Purpose, PrivateSealingKey]") -> None:
        write_kit(folder / _KIT, kit_text(site_id, keys, datetime.now(UTC).date()))

    (folder / _KIT).unlink(missing_ok=True)
    return keep


def _write_passes(folder: Path, passes: "Sequence[SamplePass]") -> None:
    """Save each pass as a picture, then the list of them; the list says that all is done."""
    from kiosk.content.qrcodes import matrix
    from kiosk.content.qrfiles import png

    rows = []
    for number, sample_pass in enumerate(passes, start=1):
        picture = folder / f"demo-pass-{number}.png"
        picture.write_bytes(png(matrix(sample_pass.digits, numeric=True)))
        rows.append(
            {"name": sample_pass.name, "digits": sample_pass.digits, "picture": str(picture)}
        )
    (folder / INDEX).write_text(json.dumps(rows, ensure_ascii=False, indent=2), encoding="utf-8")
