"""What the caller's screens tell the app: what happened, never what comes next."""

from typing import TYPE_CHECKING

from kiosk.ui.desk.messages import Intent

if TYPE_CHECKING:
    from kiosk.domain.worklist import Filter, WorkRow


class RequestWanted(Intent):
    """A request was chosen."""

    def __init__(self, row: "WorkRow") -> None:
        super().__init__()
        self.row = row


class TwinsWanted(Intent):
    """The other requests of the same number are to be shown."""

    def __init__(self, row: "WorkRow") -> None:
        super().__init__()
        self.row = row


class ExportWanted(Intent):
    """The filtered list is to be written to a file."""

    def __init__(self, wanted: "Filter", form: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.form = form
        """One of "xlsx", "csv", "json", "fhir"."""
