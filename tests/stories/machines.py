"""What the machines of a story do by themselves: a kiosk asks its centre, sends, and hears."""

from kiosk.domain.callbacks.slips import CentralSlip
from kiosk.records.central.connection import Address
from kiosk.records.central.news import ask_news
from kiosk.sync.pull import pull_changes
from kiosk.sync.remote import Heartbeat
from kiosk.ui.visitor.visit import VisitorSide
from kiosk.usecases.callbacks.submission import news_ticket
from tests.support.central_clinics import KioskBeside
from tests.support.screens import side_of


def sync(*kiosks: KioskBeside) -> None:
    """Let each kiosk send what waits, and then each hear what the others and staff did."""
    for kiosk in kiosks:
        kiosk.send()
    for kiosk in kiosks:
        here, remote = kiosk.clinic, kiosk.remote
        contact = remote.contact(Heartbeat(here.clock.at, 0, 0, 0, "1"))
        pull_changes(here.store, remote, here.site.site_id, here.site.kiosk_id, contact)


def side_at(kiosk: KioskBeside) -> VisitorSide:
    """Return what bootstrap makes of a kiosk whose centre can be reached."""
    url = kiosk.remote._engine.url
    password = str(url.password or "")
    there = Address(url.host or "", url.port or 0, url.database or "", url.username or "", password)

    def ask(digits: str) -> CentralSlip | None:
        ticket = news_ticket(digits)
        return None if ticket is None else ask_news(there, ticket, 3.0)

    return side_of(kiosk.clinic, ask_central=ask)
