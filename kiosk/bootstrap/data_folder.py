"""A machine's data folder: where it is, and whether its database is its own file or the centre."""

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.records.central.link import CentralLink
    from kiosk.records.database.store import Records
    from kiosk.usecases.site import SealingKeys, SiteInfo


DATABASE: Final = "kiosk.db"
_ELSEWHERE: Final = (
    "This kiosk belongs to a centre, so staff work at a desk machine; make one with"
    " `kiosk central enrol NAME --desk`."
)
_IS_A_DESK: Final = "This is a desk machine of a centre; {}."


def data_dir(*, demo: bool = False) -> Path:
    """Return the data folder: KIOSK_DATA_DIR, else the user's own folder for the kiosk."""
    named = os.environ.get("KIOSK_DATA_DIR")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("kiosk-demo" if demo else "kiosk", appauthor=False)


def make_folder(folder: Path) -> None:
    """Make the data folder (0700) with its settings; what is there already stays as it is."""
    from kiosk.content.assets import config_dir

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("kiosk.toml", "take-home.toml", "wishes.toml"):
            if not (folder / name).exists():
                # A cut half-way must not leave half a file that counts as the clinic's own.
                copy = folder / f".{name}.new"
                copy.touch(mode=0o600)
                shutil.copyfile(config_dir() / name, copy)
                copy.replace(folder / name)
        close_to_others(folder)
    except OSError as error:
        raise SetupError(
            f"The data folder {folder} cannot be written ({error.strerror}); mend its disk or its"
            " rights, or name another one by KIOSK_DATA_DIR."
        ) from None


def close_to_others(folder: Path) -> None:
    """Let only this user read a folder and the files in it, whatever made them; once is enough.

    Follows no link, and leaves what belongs to somebody else.
    """
    open_to_others, me = 0o077, os.geteuid()
    entries = [entry for entry in folder.rglob("*") if not entry.is_symlink()]
    for path in (folder, *entries):
        with suppress(FileNotFoundError):  # a desk that ends takes its log away
            found = path.stat()
            if found.st_uid == me and found.st_mode & open_to_others:
                path.chmod(found.st_mode & 0o700)


def log_to(path: Path) -> None:
    """Log to a file that only this user may read, and that cannot grow without end.

    Once more on a folder that has come late. A screen goes on without a log where none can be
    written: that it helps people counts for more.
    """
    from logging.handlers import RotatingFileHandler

    with suppress(OSError):
        close_to_others(path.parent)
    log = logging.getLogger("kiosk")
    log.setLevel(logging.INFO)
    log.propagate = False
    for handler in [one for one in log.handlers if isinstance(one, RotatingFileHandler)]:
        log.removeHandler(handler)
        with suppress(OSError):  # what was buffered has no room
            handler.close()
    try:
        path.touch(mode=0o600)
        handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)


def check_folder(folder: Path) -> None:
    """Raise SetupError where there is no data folder, unless KIOSK_DATA_DIR names it.

    One that is named may be on a disk that is mounted late: a screen comes up and waits for it.
    """
    if not _is_there(folder) and not os.environ.get("KIOSK_DATA_DIR"):
        raise SetupError(
            f"There is no data folder {folder} yet; make a clinic with `kiosk init`, or try"
            " `kiosk demo`."
        )


def has_database(folder: Path) -> bool:
    """Return whether a data folder holds a database file, as far as it can be read."""
    return _is_there(folder / DATABASE)


def _is_there(path: Path) -> bool:
    # A folder without rights, or on a dying disk, is found to be so by what opens it.
    try:
        return path.exists()
    except OSError:
        return False


def has_central(folder: Path) -> bool:
    """Return whether the machine of a data folder belongs to a centre; imports nothing heavy."""
    from kiosk.records.database.opening import LINK_FILE

    return _is_there(folder / LINK_FILE)


def find_link(folder: Path) -> "CentralLink | None":
    """Read a machine's link; None where it has no centre, SetupError where it cannot be read."""
    if not has_central(folder):
        return None
    # Imported here: most machines have none.
    from kiosk.records.central.link import read_link

    return read_link(folder)


def open_central(link: "CentralLink", clock: "Clock") -> "tuple[Records, SiteInfo, SealingKeys]":
    """Open the centre for a desk machine and report that the desk is here.

    Raises StoreAway where it cannot be reached, StoreDiffers where versions do not go together,
    SetupError where this machine is known there no more.
    """
    from importlib.metadata import version

    from kiosk.records.central.store import CentralStore
    from kiosk.usecases.central.contact import enter_central

    store = CentralStore(link.address, link.site_id)
    try:
        site, sealing = enter_central(store, clock, version("kiosk"))
    except BaseException:
        store.close()
        raise
    return store, site, sealing


def refuse_staff_work(folder: Path, *, if_known: bool = False) -> None:
    """Raise SetupError on a kiosk with a centre, where nobody works but visitors.

    With `if_known` a link that cannot be read raises nothing.
    """
    if _machine_kind(folder, if_known=if_known) == "kiosk":
        raise SetupError(_ELSEWHERE)


def refuse_on_desk(folder: Path, instead: str, *, if_known: bool = False) -> None:
    """Raise SetupError on a desk machine; `instead` is what to do, without a full stop.

    With `if_known` a link that cannot be read raises nothing.
    """
    # A kiosk's own file is enough for it to work, whatever has become of its link.
    if has_database(folder):
        return
    if _machine_kind(folder, if_known=if_known) not in ("", "kiosk"):
        raise SetupError(_IS_A_DESK.format(instead))


def _machine_kind(folder: Path, *, if_known: bool) -> str:
    try:
        link = find_link(folder)
    except SetupError:
        if if_known:
            return ""
        raise
    return "" if link is None else link.kind
