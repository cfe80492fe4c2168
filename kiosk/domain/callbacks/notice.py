"""A notice to staff that requests wait: when it is sent, and what became of it; counts alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from kiosk.domain.clock_sync import retry_wait

LEASE: Final = timedelta(minutes=5)
"""So long nobody else sends what a machine has taken to send; longer than any try lasts."""
SHORTEST_RETRY: Final = timedelta(seconds=1)


class NoticeWay(StrEnum):
    """How a notice leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    COMMAND = "command"


class NoticeFault(StrEnum):
    """Why a notice did not arrive; what is final would be answered the same again."""

    AWAY = "away"
    """Nobody answers there, or the connection ended."""
    SLOW = "slow"
    UNTRUSTED = "untrusted"
    """Its certificate is not one that this machine trusts."""
    BUSY = "busy"
    """It cannot take anything now; `code` is its answer."""
    FAILED = "failed"
    """The command ended with the exit code `code`."""
    REFUSED = "refused"
    """Its answer, `code`, is final."""
    REDIRECTED = "redirected"
    SIGN_IN = "sign_in"
    """It does not know the name and password."""
    INSECURE = "insecure"
    """It speaks no TLS."""
    MISSING = "missing"
    """The command cannot be run."""
    PARTLY = "partly"
    """It arrived, though not for every address; `code` is the answer for one of the others."""


_FINAL: Final = frozenset(
    {
        NoticeFault.REFUSED,
        NoticeFault.REDIRECTED,
        NoticeFault.SIGN_IN,
        NoticeFault.INSECURE,
        NoticeFault.MISSING,
    }
)


class Delivery(NamedTuple):
    """What became of one try."""

    fault: NoticeFault | None = None
    """None where it arrived."""
    code: int | None = None
    """Of the answer: SMTP, HTTP, or the exit code of a command."""

    @property
    def has_arrived(self) -> bool:
        """Whether somebody has it."""
        return self.fault in (None, NoticeFault.PARTLY)

    @property
    def is_final(self) -> bool:
        """Whether another try would come to the same."""
        return self.fault in _FINAL


ARRIVED: Final = Delivery()


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """What a notice says."""

    new: int
    """Requests that no notice has told of."""
    call_now: int
    """Of all requests, those that can be called this minute."""
    waiting: int
    """All that wait for staff."""


@dataclass(frozen=True, slots=True)
class NoticeState:
    """How one way of a clinic stands; at most one notice waits on it."""

    way: NoticeWay
    notice_id: UUID
    """Of the notice that waits, else of the last one; the same at every try."""
    since: datetime | None = None
    """When the first of its requests was seen; None where nothing waits."""
    tries: int = 0
    next_at: datetime | None = None
    """Not before this."""
    last: Delivery = ARRIVED
    """What became of the last try."""
    refused: bool = False
    """Whether it was refused for good: it waits for a person, or for more requests."""
    sent_at: datetime | None = None
    """When one last arrived."""
    version: int = 0
    """Raised by every change, so that of two machines one alone makes it."""

    def is_due(self, now: datetime) -> bool:
        """Return whether it is to be tried now, as far as the hours allow."""
        return (
            self.since is not None
            and not self.refused
            and (self.next_at is None or self.next_at <= now)
        )

    def joined(self, notice_id: UUID, now: datetime, gather: timedelta) -> "NoticeState":
        """Return the state once more requests are told of by it; `notice_id` is for a new one.

        A notice waits for `gather` so that those who ask meanwhile are in it. One that was refused
        is tried once more.
        """
        if self.since is None:
            return replace(
                self, notice_id=notice_id, since=now, tries=0, next_at=now + gather, refused=False
            )
        if self.refused:
            return replace(self, tries=0, next_at=now + gather, refused=False)
        return self

    def taken(self, now: datetime) -> "NoticeState":
        """Return the state while a machine tries to send it."""
        return replace(self, tries=self.tries + 1, next_at=now + LEASE)

    def settled(self, delivery: Delivery, now: datetime, chance: float) -> "NoticeState":
        """Return the state after a try; `chance` (0 to 1) is as for what the sync sends again."""
        if delivery.has_arrived:
            return replace(self.emptied(), last=delivery, sent_at=now)
        if delivery.is_final:
            return replace(self, last=delivery, refused=True, next_at=None)
        wait = max(SHORTEST_RETRY, retry_wait(self.tries, chance))
        return replace(self, last=delivery, next_at=now + wait)

    def emptied(self) -> "NoticeState":
        """Return the state once nothing is left to tell of."""
        return replace(self, since=None, tries=0, next_at=None, last=ARRIVED, refused=False)

    def retried(self, now: datetime) -> "NoticeState":
        """Return the state once a person wants a refused one to be tried again."""
        return replace(self, tries=0, next_at=now, refused=False) if self.refused else self
