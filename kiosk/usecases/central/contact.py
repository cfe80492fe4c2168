"""The contact of a desk machine with central when it starts: version, revocation, clock."""

from dataclasses import dataclass

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock
from kiosk.domain.clock_sync import better_offset, read_clock
from kiosk.errors import SetupError, StoreDiffers
from kiosk.records import pulled_rows, staff
from kiosk.records import site as site_rows
from kiosk.records.central import machines, owner, sessions
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.store import Records
from kiosk.usecases.central.owner import check_terms
from kiosk.usecases.helplines import read_in_force
from kiosk.usecases.site import SealingKeys, SiteInfo, read_sealing_keys, read_site

_UNKNOWN = (
    "The centre does not know this desk machine any more; empty it with `kiosk central reset` and"
    " enrol it again with `kiosk central enrol NAME --desk`."
)
_REVOKED = (
    "This desk was revoked; enrol the machine again with `kiosk central enrol NAME --desk`, and"
    " empty it first with `kiosk central reset`."
)


def enter_central(store: Records, clock: Clock, version: str) -> tuple[SiteInfo, SealingKeys]:
    """Record this desk's contact at central and measure the clock; return what it works with.

    What kiosks of the clinic have kept open there for a minute is ended on the way.
    Raises StoreDiffers with one sentence where the versions of program and central differ,
    SetupError where this machine is revoked or not known any more.
    """
    try:
        return _enter(store, clock, version)
    except StoreDiffers:
        # A centre of another version may lack what a desk's transaction begins with.
        with store.read() as transaction:
            check_terms(owner.read_terms(transaction))
        raise


def _enter(store: Records, clock: Clock, version: str) -> tuple[SiteInfo, SealingKeys]:
    with store.write() as transaction:
        ask_ahead(
            transaction,
            lambda: owner.read_terms(transaction),
            lambda: site_rows.this_machine(transaction),
        )
        check_terms(owner.read_terms(transaction))
        try:
            site = read_site(transaction)
        except SetupError:
            raise SetupError(_UNKNOWN) from None
        sessions.end_open_transactions(transaction)
        ask_ahead(
            transaction,
            lambda: pulled_rows.read_state(transaction, site.kiosk_id),
            lambda: machines.has_reported(transaction, site.kiosk_id),
            lambda: staff.keys_in_use(transaction, site.site_id),
        )
        _report(transaction, clock, site, version)
        return site, read_sealing_keys(transaction, site)


def _report(transaction: Transaction, clock: Clock, site: SiteInfo, version: str) -> None:
    asked = clock.now()
    ask_ahead(transaction, lambda: machines.central_now(transaction))
    if machines.is_revoked(transaction, site.kiosk_id):
        raise SetupError(_REVOKED)
    there = machines.central_now(transaction)
    answered = clock.now()
    known = pulled_rows.read_state(transaction, site.kiosk_id).clock_offset_ms
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
