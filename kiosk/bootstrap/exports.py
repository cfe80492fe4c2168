"""What stands around an exported file: whose it is, where it goes, when it is dropped."""

from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.bootstrap import Kiosk

if TYPE_CHECKING:
    from kiosk.reports.exporting import Target
    from kiosk.reports.tables import ExportContext


def export_context(
    kiosk: Kiosk, login: str, selection: str, output: Path | None = None
) -> "ExportContext":
    """Return the watermark of a file that `login` asked for.

    `selection` says in words what is in it, without anybody's name; a file at a path of one's own
    (`output`) is never dropped.
    """
    from kiosk.reports.tables import ExportContext

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
    from kiosk.reports.exporting import InFolder
    from kiosk.reports.files import exports_folder

    new_id = uuid7(kiosk.clock.now(), entropy(ENTROPY_BYTES))
    return InFolder(exports_folder(kiosk.folder), new_id)
