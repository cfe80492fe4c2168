"""A desk machine and its centre at the beginning of the day: do they go together, who is here."""

from kiosk.devices.clock import Clock
from kiosk.domain.syncing import better_offset, read_clock
from kiosk.errors import SetupError
from kiosk.records import contacts
from kiosk.records.central import desks, sites
from kiosk.records.store import Records
from kiosk.usecases.centre import check_terms
from kiosk.usecases.site import SiteFacts

_REVOKED = (
    "This desk was revoked; enrol the machine again with `kiosk central enrol NAME --desk`, and"
    " empty it first with `kiosk central reset`."
)


def check_centre(store: Records) -> None:
    """Raise StoreDiffers with one sentence where this program and the centre do not go together."""
    with store.read() as transaction:
        check_terms(sites.terms(transaction))


def greet_centre(store: Records, clock: Clock, site: SiteFacts, version: str) -> None:
    """Tell the centre that this desk is here, and measure the clock; SetupError where revoked."""
    with store.write() as transaction:
        if desks.is_revoked(transaction, site.kiosk_id):
            raise SetupError(_REVOKED)
        known = contacts.read_state(transaction, site.kiosk_id).clock_offset_ms
        asked = clock.now()
        there = desks.time_there(transaction)
        answered = clock.now()
        reading = read_clock(asked, answered, there)
        offset = known if reading is None else better_offset(known, reading)
        contacts.note_contact(transaction, site.kiosk_id, answered, offset)
        desks.report(transaction, site.site_id, site.kiosk_id, answered, offset, version)
