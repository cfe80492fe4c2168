"""What the caller's screens ask of the caller's desk."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from kiosk.domain.callbacks.actions import NotFound
from kiosk.domain.callbacks.worklist import HistoryEntry, Worklist, WorklistFilter, WorkRow

if TYPE_CHECKING:
    from kiosk.ui.desk.session import DeskSide


Progress = Callable[[str, int, int], None]
"""Is told what is being done, and how many of how many are, in the desk's thread."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One request as its screen shows it."""

    seen: Worklist
    """The look at the whole list that it was taken from."""
    row: WorkRow
    history: tuple[HistoryEntry, ...]
    twins: tuple[WorkRow, ...]
    """Other requests of the same number."""


def worklist(side: "DeskSide") -> Worklist:
    """Return the whole list; the same object where nothing has changed."""
    return side.callbacks.worklist()


def news(request_id: UUID, seen: Worklist | None, side: "DeskSide") -> Sight | NotFound | None:
    """Return one request, or None where nothing on the list has changed since `seen`."""
    shown = side.callbacks.worklist()
    if shown is seen:
        return None
    row = next((row for row in shown.rows if row.request.id == request_id), None)
    if row is None:
        return NotFound()
    desk = side.callbacks
    return Sight(shown, row, desk.history(request_id), desk.duplicates(request_id))


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written to a file."""

    wanted: WorklistFilter
    form: str
    """One of "xlsx", "csv", "json", "fhir"."""
    login: str
    """Who asked for it."""


def export(order: Order, told: Progress, side: "DeskSide") -> str:
    """Write the filtered list to a file and return its path."""
    wanted = order.wanted
    rows = side.callbacks.export_rows(wanted, partial(told, "Gathering"))
    write = side.tools.export_callbacks
    return write(rows, wanted, order.form, order.login, partial(told, "Writing"))
