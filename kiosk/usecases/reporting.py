"""Builds the manager's reports from the facts of finished blocks."""

from datetime import datetime

from sqlmodel import Session as Transaction

from kiosk.domain.counting import attendance_block, requests_block
from kiosk.domain.figures import AttendanceReport, RequestsReport, blocks_to_tell
from kiosk.domain.rules import LONGEST_SESSION
from kiosk.records import figures
from kiosk.usecases.staffdesk import House


def requests_report(
    house: House, transaction: Transaction, now: datetime, most: int
) -> RequestsReport:
    """Tell of callback requests in at most so many of the last finished blocks."""
    site, zone, hours = house.site.site_id, house.site.zone, house.calendar.hours_between
    blocks, next_at = blocks_to_tell(now, zone, house.rules.closed_requests_kept, most)
    told = (
        requests_block(block, figures.stories(transaction, site, block), zone, hours)
        for block in blocks
    )
    return RequestsReport(now, tuple(told), next_at)


def attendance_report(
    house: House, transaction: Transaction, now: datetime, most: int
) -> AttendanceReport:
    """Tell of attendance in at most so many of the last finished blocks."""
    site, zone = house.site.site_id, house.site.zone
    # What is looked at begins a little before its block.
    kept = house.rules.attendance_kept - LONGEST_SESSION
    blocks, next_at = blocks_to_tell(now, zone, kept, most)
    told = (
        attendance_block(block, *figures.arrivals(transaction, site, block), zone)
        for block in blocks
    )
    return AttendanceReport(now, tuple(told), next_at)
