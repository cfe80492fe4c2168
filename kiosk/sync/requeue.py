"""Puts in line again what a centre that was replaced or put back to an older state has lost."""

from typing import Final
from uuid import UUID

from kiosk.records import contacts, outbox, requeue
from kiosk.records.central.rights import FACTS
from kiosk.records.columns import Row
from kiosk.records.store import Records
from kiosk.records.tables import Participant, Passcard
from kiosk.sync.remote import Contact

_KINDS: Final[tuple[type[Row], ...]] = (Participant, Passcard, *FACTS)


def has_lost_something(store: Records, kiosk_id: UUID, contact: Contact) -> bool:
    """Say whether a centre is another one than it was, or holds less than it had confirmed."""
    with store.read() as transaction:
        state = contacts.read_state(transaction, kiosk_id)
        confirmed = outbox.confirmed_upto(transaction)
    is_other = state.epoch != contact.epoch
    return is_other or contact.count < state.cursor or contact.sent_upto < confirmed


def begin_again(store: Records, kiosk_id: UUID, contact: Contact) -> int:
    """Put every row of this machine that is not in line there again, and pull all next time.

    In small transactions; a cut on the way lets the next contact begin anew. Rows that the centre
    still has are sent in vain, which is cheap and harmless. Gives how many were put in line.
    """
    with store.write() as transaction:
        outbox.doubt_confirmations(transaction, contact.sent_upto)
        contacts.begin_again(transaction, kiosk_id)
    count = sum(_all_of(store, kind, kiosk_id) for kind in _KINDS)
    with store.write() as transaction:
        contacts.set_epoch(transaction, kiosk_id, contact.epoch)
    return count


def _all_of(store: Records, kind: type[Row], kiosk_id: UUID) -> int:
    count, after = 0, None
    while True:
        with store.read() as transaction:
            ids = requeue.not_in_line(transaction, kind, kiosk_id, after)
        if not ids:
            return count
        with store.write() as transaction:
            count += requeue.put_in_line(transaction, kind, ids)
        after = ids[-1]
