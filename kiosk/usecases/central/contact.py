"""The contact of a desk machine with central when it starts: version, revocation, clock."""

from dataclasses import dataclass

from kiosk.devices.clock import Clock
from kiosk.domain.clock_sync import better_offset, read_clock
from kiosk.errors import SetupError
from kiosk.records import pulled_rows
from kiosk.records.central import machines, owner, sessions
from kiosk.records.database.store import Records
from kiosk.usecases.central.owner import check_terms
from kiosk.usecases.helplines import read_in_force
from kiosk.usecases.site import SiteInfo

_REVOKED = (
    "This desk was revoked; enrol the machine again with `kiosk central enrol NAME --desk`, and"
    " empty it first with `kiosk central reset`."
)


def check_central(store: Records) -> None:
    """Raise StoreDiffers with one sentence where the versions of program and central differ."""
    with store.read() as transaction:
        check_terms(owner.read_terms(transaction))


def report_contact(store: Records, clock: Clock, site: SiteInfo, version: str) -> None:
    """Record this desk's contact at central and measure the clock; SetupError where revoked.

    What kiosks of the clinic have kept open there for a minute is ended on the way.
    """
    with store.write() as transaction:
        sessions.end_open_transactions(transaction)
        if machines.is_revoked(transaction, site.kiosk_id):
            raise SetupError(_REVOKED)
        known = pulled_rows.read_state(transaction, site.kiosk_id).clock_offset_ms
        asked = clock.now()
        there = machines.central_now(transaction)
        answered = clock.now()
        reading = read_clock(asked, answered, there)
        offset = known if reading is None else better_offset(known, reading)
        pulled_rows.set_contact(transaction, site.kiosk_id, answered, offset)
        machines.report_desk(transaction, site.site_id, site.kiosk_id, answered, offset, version)


@dataclass(frozen=True, slots=True)
class ProgramInfo:
    """The version of this program, and until when its helplines are verified."""

    version: str
    helplines_review_by: str
    """ISO 8601; of the list that visitors see."""


def program_info(store: Records, clock: Clock, site: SiteInfo, version: str) -> ProgramInfo:
    """Return what this machine reports to central; `version` is that of the program."""
    lines = read_in_force(store, clock, site).lines
    return ProgramInfo(version, lines.review_by.isoformat())
