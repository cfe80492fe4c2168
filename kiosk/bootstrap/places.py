"""Which database stands behind a data folder: its own file, or for a desk machine the centre."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap import DATABASE
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.devices.clock import Clock
    from kiosk.records.central.link import Link
    from kiosk.records.store import Records
    from kiosk.usecases.site import SiteFacts

_ELSEWHERE: Final = (
    "This kiosk belongs to a centre, so staff work at a desk machine; make one with"
    " `kiosk central enrol NAME --desk`."
)
_IS_A_DESK: Final = "This is a desk machine of a centre; {}."
_UNKNOWN: Final = (
    "The centre does not know this desk machine any more; empty it with `kiosk central reset` and"
    " enrol it again with `kiosk central enrol NAME --desk`."
)


def find_link(folder: Path) -> "Link | None":
    """Read a machine's link; None where it has no centre, SetupError where it cannot be read."""
    # Imported here: most machines have none.
    from kiosk.records.central.link import FILE, read_link

    return read_link(folder) if (folder / FILE).exists() else None


def open_centre(link: "Link", clock: "Clock") -> "tuple[Records, SiteFacts]":
    """Open the centre for a desk machine and tell it that the desk is here.

    Raises StoreAway where it cannot be reached, StoreDiffers where versions do not go together,
    SetupError where this machine is known there no more.
    """
    from importlib.metadata import version

    from kiosk.records.central.store import CentralStore
    from kiosk.usecases.greeting import check_centre, greet_centre
    from kiosk.usecases.site import load_site

    store = CentralStore(link.address, link.site_id)
    try:
        check_centre(store)
        try:
            site = load_site(store)
        except SetupError:
            raise SetupError(_UNKNOWN) from None
        greet_centre(store, clock, site, version("kiosk"))
    except BaseException:
        store.close()
        raise
    return store, site


def refuse_staff_work(folder: Path) -> None:
    """Raise SetupError on a kiosk with a centre, where nobody works but visitors."""
    link = find_link(folder)
    if link is not None and link.kind == "kiosk":
        raise SetupError(_ELSEWHERE)


def refuse_on_desk(folder: Path, instead: str) -> None:
    """Raise SetupError on a desk machine; `instead` says what to do, without a full stop."""
    # A kiosk's own file is enough for it to work, whatever has become of its link.
    link = None if (folder / DATABASE).exists() else find_link(folder)
    if link is not None and link.kind != "kiosk":
        raise SetupError(_IS_A_DESK.format(instead))
