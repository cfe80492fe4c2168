"""What erasing one person's data leaves: marks, and heads that still count."""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import md5
from uuid import UUID

from kiosk.domain.attendance.attendance import (
    Bearer,
    CheckInFact,
    CheckInKind,
    present_people,
)
from kiosk.domain.ids import NO_ID


class EraseReason(StrEnum):
    """Why a person's data are erased."""

    WISH = "wish"
    """The person asked for it."""
    MISTAKE = "mistake"
    """It should never have been recorded: a trial, a wrong number."""


def lookup_mark(lookup: bytes) -> UUID:
    """Return the mark of a pass or slip by its lookup; nobody can turn it back.

    MD5, which every database that may be the centre reckons alike. A lookup is a hash of 128 random
    bits, so that nobody can try them all, and nothing is vouched for by the mark.
    """
    return UUID(bytes=md5(lookup, usedforsecurity=False).digest())


def arrivals_to_keep(facts: Iterable[CheckInFact], *, of_one_person: bool) -> frozenset[UUID]:
    """Return which check-ins stay as those of a guest, so that each session counts as before.

    `facts` are check-ins with a pass, and the voids that concern them. One stays for each person
    and session, the earliest that counts; with `of_one_person` all passes are of the same one.
    """
    known = tuple(facts)
    bearers = {
        fact.lookup: Bearer(NO_ID, None)
        for fact in known
        if of_one_person and fact.lookup is not None
    }
    return frozenset(
        one.first.id
        for one in present_people(known, bearers)
        if one.first.kind is CheckInKind.ARRIVED
    )
