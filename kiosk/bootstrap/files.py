"""Files of a clinic: plans that are read in and written out, and where exports go."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.kiosk import Kiosk
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.domain.groups.plan_import import Plans
    from kiosk.exports.columns import ExportContext
    from kiosk.exports.writing import Target


FOLDER: Final = "import"
_SUFFIXES: Final = (".toml", ".ics")
_MOST_BYTES: Final = 20_000_000
"""No more of a file is read; the readers of plans take less."""
_MOST_NAMES: Final = 200
_CALENDAR: Final = "Groups"
"""What an exported calendar is called."""


def waiting_plans(kiosk: Kiosk) -> tuple[str, ...]:
    """Return the names of the plan files in the import folder."""
    folder = kiosk.folder / FOLDER
    try:
        names = sorted(
            entry.name
            for entry in folder.iterdir()
            if entry.suffix.lower() in _SUFFIXES
            and not entry.name.startswith(".")
            and entry.is_file()
        )
    except FileNotFoundError:
        names = []
    except OSError as error:
        raise SetupError(f"{folder} cannot be read ({error.strerror}).") from None
    return tuple(names[:_MOST_NAMES])


def read_plans(kiosk: Kiosk, name: str) -> "Plans":
    """Read a plan file: a name in the import folder, or a path of one's own.

    Raises SetupError with one sentence where it cannot be read or is no plan.
    """
    try:
        path = kiosk.folder / FOLDER / Path(name).expanduser()
    except RuntimeError:
        raise SetupError("The plan file cannot be read (no such home); check its name.") from None
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise SetupError("A plan file ends with .toml or .ics; name one of those.")
    data, now, zone = _content(path), kiosk.clock.now(), kiosk.site.zone
    if suffix == ".ics":
        from kiosk.exports.plan_ics import read_ics

        return read_ics(data, now, zone)
    from kiosk.exports.plan_toml import read_toml

    return read_toml(data, now, zone)


def write_plans(kiosk: Kiosk, plans: "Plans", form: str) -> Path:
    """Write all plans into the exports folder as `form` ("toml" or "ics"); return the path."""
    from kiosk.devices.clock import entropy
    from kiosk.domain.ids import ENTROPY_BYTES, uuid7
    from kiosk.exports.writing import exports_folder, fill_file, new_export

    new_id = uuid7(kiosk.clock.now(), entropy(ENTROPY_BYTES))
    written = plan_bytes(kiosk, plans, form)
    folder = exports_folder(kiosk.folder)
    path, handle = new_export(folder, "plan", f".{form}", kiosk.today(), new_id)
    with fill_file(path, handle) as file:
        file.write(written)
    return path


def plan_bytes(kiosk: Kiosk, plans: "Plans", form: str) -> bytes:
    """Return plans as a file's content, as `form` ("toml" or "ics")."""
    if form == "ics":
        from kiosk.exports.plan_ics import write_ics

        # Not the clinic's name: a calendar is seen by whoever looks at somebody's phone.
        return write_ics(plans, _CALENDAR, kiosk.site.zone)
    from kiosk.exports.plan_toml import write_toml

    return write_toml(plans, kiosk.site.zone).encode()


def _content(path: Path) -> bytes:
    """Read a regular file; a pipe or a device would hold the desk up."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SetupError("That is no file; name a plan file.")
            return file.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path"
        raise SetupError(f"The plan file cannot be read ({why}); check its name.") from None


def export_context(
    kiosk: Kiosk, login: str, selection: str, output: Path | None = None
) -> "ExportContext":
    """Return the watermark of a file that `login` asked for.

    `selection` describes what is in it, without anybody's name; a file at a path of one's own
    (`output`) is never dropped.
    """
    from kiosk.exports.columns import ExportContext

    return ExportContext(
        zone=kiosk.site.zone,
        at=kiosk.clock.now(),
        login=login,
        selection=selection,
        site=kiosk.site.name,
        delete_by=kiosk.today() + kiosk.settings.rules.exports_kept if output is None else None,
    )


def export_target(kiosk: Kiosk, output: Path | None = None) -> "Target":
    """Return where a file goes: to `output`, else into the exports folder under a new name."""
    if output is not None:
        return output
    from kiosk.devices.clock import entropy
    from kiosk.domain.ids import ENTROPY_BYTES, uuid7
    from kiosk.exports.writing import InFolder, exports_folder

    new_id = uuid7(kiosk.clock.now(), entropy(ENTROPY_BYTES))
    return InFolder(exports_folder(kiosk.folder), new_id)
