"""The audit trail: added to inside the transaction of what is audited, and checked afterwards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.audit import AuditAction, AuditEntry, Trail, canonical_bytes
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import audit
from kiosk.records.audit import Chain
from kiosk.records.database.ahead import ask_ahead
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_fact, take_number
from kiosk.records.schema.columns import is_central
from kiosk.records.schema.system_tables import AuditEvent
from kiosk.usecases.site import SiteInfo
from kiosk.vault.audit_chain import ChainCheck, tag_entry, verify_chain
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import open_sealed, seal

_PURPOSE = "audit"
_TABLE = "kiosk_device"


def add_entry(
    transaction: Transaction,
    site: SiteInfo,
    entropy: Entropy,
    now: datetime,
    action: AuditAction,
    *,
    by_staff: UUID | None = None,
    subject: UUID | None = None,
) -> None:
    """Append one entry to this machine's chain; ids and codes only."""
    ask_for_entry(transaction, site, now)
    end = audit.chain_end(transaction, site.kiosk_id)
    id_ = uuid7(now, entropy(ENTROPY_BYTES))
    entry = AuditEntry(id_, end.length, now, action, by_staff, subject)
    tag, next_key = tag_entry(end.next_key, end.last_tag, canonical_bytes(entry, site.kiosk_id))
    event = AuditEvent(
        id=id_,
        site_id=site.site_id,
        kiosk_id=site.kiosk_id,
        position=entry.position,
        action=action.value,
        subject_id=subject,
        by_staff=by_staff,
        at=now,
        tag=tag,
    )
    add_fact(transaction, event, now)
    audit.set_chain_end(transaction, site.kiosk_id, audit.ChainEnd(end.length + 1, next_key, tag))


def ask_for_entry(transaction: Transaction, site: SiteInfo, now: datetime) -> None:
    """Ask ahead for what `add_entry` needs; an entry of this time must follow."""
    ask_ahead(
        transaction,
        lambda: audit.chain_end(transaction, site.kiosk_id),
        lambda: take_number(transaction, site.kiosk_id, now),
    )


def check_trail(
    store: Records, site: SiteInfo, keys: Mapping[bytes, PrivateSealingKey]
) -> tuple[int | None, int]:
    """Check this machine's whole trail with the clinic's `callbacks` keys.

    Return the position of the first entry that was changed or is missing (None where the trail is
    whole), and the number of entries. VaultError where the first key cannot be opened.
    """
    with store.read() as transaction:
        sealed = audit.sealed_first_key(transaction, site.kiosk_id)
        first = _open_first_key(sealed or b"", site.kiosk_id, keys)
        checked = _verify(transaction, site.site_id, site.kiosk_id, first)
        end = audit.chain_end(transaction, site.kiosk_id)
    ends_well = (end.length, end.next_key, end.last_tag) == checked[1:]
    if checked.broken_at is None and not ends_well:
        return checked.entries, checked.entries
    return checked.broken_at, checked.entries


def check_trails(
    store: Records, site: SiteInfo, keys: Mapping[bytes, PrivateSealingKey]
) -> tuple[Trail, ...]:
    """Check this machine's trail as `check_trail` does and, on central, those of all others.

    Theirs end with the last entry that was sent, so only for this machine are entries that were
    cut off the end found.
    """
    broken_at, entries = check_trail(store, site, keys)
    with store.read() as transaction:
        found = audit.chains(transaction, site.site_id) if is_central(transaction) else []
    others = (chain for chain in found if chain.kiosk_id != site.kiosk_id)
    return (
        Trail(site.kiosk_name, entries, broken_at),
        *(_check_other(store, site.site_id, chain, keys) for chain in others),
    )


def seal_first_key(first_key: bytes, kiosk_id: UUID, readers: Sequence[PublicSealingKey]) -> bytes:
    """Seal the first key of a machine's chain, so that only `readers` can check the trail."""
    return seal(
        {"key": first_key.hex()},
        purpose=_PURPOSE,
        table=_TABLE,
        record_id=kiosk_id,
        recipients=readers,
    )


def _check_other(
    store: Records, site_id: UUID, chain: Chain, keys: Mapping[bytes, PrivateSealingKey]
) -> Trail:
    try:
        first = _open_first_key(chain.sealed_first_key, chain.kiosk_id, keys)
    except VaultError:
        # These keys have opened another machine's, so this one was replaced or never existed.
        first = b""
    with store.read() as transaction:
        checked = _verify(transaction, site_id, chain.kiosk_id, first)
    broken_at = checked.broken_at if first else 0
    return Trail(clean(chain.name), checked.entries, broken_at)


def _verify(transaction: Transaction, site_id: UUID, kiosk_id: UUID, first: bytes) -> ChainCheck:
    trail = audit.trail(transaction, site_id, kiosk_id)
    # An entry that cannot be read has no body, which no tag fits.
    return verify_chain(
        first, ((canonical_bytes(one, kiosk_id) if one else b"", tag) for one, tag in trail)
    )


def _open_first_key(
    sealed: bytes, kiosk_id: UUID, keys: Mapping[bytes, PrivateSealingKey]
) -> bytes:
    opened = open_sealed(sealed, purpose=_PURPOSE, table=_TABLE, record_id=kiosk_id, keys=keys)
    try:
        return bytes.fromhex(str(opened["key"]))
    except (KeyError, ValueError):
        raise VaultError("The first key of the audit trail is damaged.") from None
