"""What a machine says of itself at a contact, beside its counts and its clock."""

from dataclasses import dataclass

from kiosk.devices.clock import Clock
from kiosk.records.store import Records
from kiosk.usecases.helplines import read_in_force
from kiosk.usecases.site import SiteFacts


@dataclass(frozen=True, slots=True)
class About:
    """Which program runs here, and how fresh its helplines are."""

    version: str
    helplines_review_by: str
    """ISO 8601; of the list that visitors see."""


def about(store: Records, clock: Clock, site: SiteFacts, version: str) -> About:
    """Say how this machine is furnished; `version` is that of the program."""
    lines = read_in_force(store, clock, site).lines
    return About(version, lines.review_by.isoformat())
