"""The audit trail: added to inside the transaction of what is audited, and checked afterwards."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import FORMS, AuditAction, AuditEntry, AuditHead, Trail, canonical_bytes
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import audit
from kiosk.records.audit import Chain
from kiosk.records.database.store import Records
from kiosk.records.database.writing import add_numbered_fact, number_fact
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
    id_ = uuid7(now, entropy(ENTROPY_BYTES))
    _append(transaction, site, now, AuditEntry(id_, 0, now, action.value, by_staff, subject))


def note_missing_records(store: Records, clock: Clock, entropy: Entropy, site: SiteInfo) -> None:
    """Tell staff that facts were lost which had been committed here.

    The entry takes a number behind theirs, so the records that staff look through show how many.
    """
    with store.write() as transaction:
        add_entry(transaction, site, entropy, clock.now(), AuditAction.RECORDS_MISSING)


def add_late_entries(
    transaction: Transaction,
    site: SiteInfo,
    entropy: Entropy,
    now: datetime,
    action: AuditAction,
    times: Iterable[datetime],
) -> None:
    """Append an entry for each of `times` at which one could not be written."""
    for at in times:
        id_ = uuid7(now, entropy(ENTROPY_BYTES))
        _append(transaction, site, now, AuditEntry(id_, 0, at, action.value, None, None))


def _append(transaction: Transaction, site: SiteInfo, now: datetime, entry: AuditEntry) -> None:
    """Append `entry`, which takes the next position in the chain; `now` is when that is done."""
    end = audit.chain_end(transaction, site.kiosk_id)
    # Numbered before it is tagged, so that the tag vouches for the clock as well.
    number = number_fact(transaction, site.kiosk_id, now)
    entry = replace(
        entry,
        position=end.length,
        clock_offset_ms=number.clock_offset_ms,
        clock_doubtful=number.clock_doubtful,
    )
    tag, next_key = tag_entry(end.next_key, end.last_tag, canonical_bytes(entry, site.kiosk_id))
    event = AuditEvent(
        id=entry.id,
        site_id=site.site_id,
        kiosk_id=site.kiosk_id,
        position=entry.position,
        action=entry.action,
        subject_id=entry.subject,
        by_staff=entry.by_staff,
        at=entry.at,
        tag=tag,
        **number._asdict(),
    )
    add_numbered_fact(transaction, event)
    audit.set_chain_end(transaction, site.kiosk_id, audit.ChainEnd(end.length + 1, next_key, tag))


def check_trail(
    store: Records,
    site: SiteInfo,
    keys: Mapping[bytes, PrivateSealingKey],
    noted: Collection[AuditHead] = (),
) -> Trail:
    """Check this machine's whole trail with the clinic's `callbacks` keys, and for `noted` heads.

    VaultError where the first key cannot be opened.
    """
    with store.read() as transaction:
        sealed = audit.sealed_first_key(transaction, site.kiosk_id)
        first = _open_first_key(sealed or b"", site.kiosk_id, keys)
        checked, found = _verify(transaction, site.site_id, site.kiosk_id, first, noted)
        end = audit.chain_end(transaction, site.kiosk_id)
    ends_well = (end.length, end.next_key, end.last_tag) == checked[1:]
    if checked.broken_at is None and not ends_well:
        checked = checked._replace(broken_at=checked.entries)
    return _trail(site.kiosk_name, checked, found)


def check_trails(
    store: Records,
    site: SiteInfo,
    keys: Mapping[bytes, PrivateSealingKey],
    noted: Collection[AuditHead] = (),
) -> tuple[Trail, ...]:
    """Check this machine's trail as `check_trail` does and, on central, those of all others.

    Theirs end with the last entry that was sent, so only for this machine are entries that were
    cut off the end found; for the others a noted head finds them.
    """
    own = check_trail(store, site, keys, noted)
    with store.read() as transaction:
        found = audit.chains(transaction, site.site_id) if is_central(transaction) else []
    others = (chain for chain in found if chain.kiosk_id != site.kiosk_id)
    return (own, *(_check_other(store, site.site_id, chain, keys, noted) for chain in others))


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
    store: Records,
    site_id: UUID,
    chain: Chain,
    keys: Mapping[bytes, PrivateSealingKey],
    noted: Collection[AuditHead],
) -> Trail:
    try:
        first = _open_first_key(chain.sealed_first_key, chain.kiosk_id, keys)
    except VaultError:
        # These keys have opened another machine's, so this one was replaced or never existed.
        first = b""
    with store.read() as transaction:
        checked, found = _verify(transaction, site_id, chain.kiosk_id, first, noted)
    return _trail(clean(chain.name), checked if first else checked._replace(broken_at=0), found)


def _trail(name: str, checked: ChainCheck, found: frozenset[AuditHead]) -> Trail:
    ends = checked.broken_at is None and checked.entries > 0
    head = AuditHead.of(checked.entries, checked.last_tag) if ends else None
    return Trail(name, checked.entries, checked.broken_at, head, found)


def _verify(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    first: bytes,
    noted: Collection[AuditHead],
) -> tuple[ChainCheck, frozenset[AuditHead]]:
    """Check a chain; return also which of the noted heads it had once."""
    found: set[AuditHead] = set()

    def entries() -> Iterator[tuple[Iterable[bytes], bytes]]:
        trail = audit.trail(transaction, site_id, kiosk_id)
        for count, (entry, tag) in enumerate(trail, 1):
            found.update(head for head in noted if head == AuditHead.of(count, tag))
            # An entry that cannot be read has no body, which no tag fits.
            yield (form(entry, kiosk_id) for form in FORMS) if entry else (b"",), tag

    return verify_chain(first, entries()), frozenset(found)


def _open_first_key(
    sealed: bytes, kiosk_id: UUID, keys: Mapping[bytes, PrivateSealingKey]
) -> bytes:
    opened = open_sealed(sealed, purpose=_PURPOSE, table=_TABLE, record_id=kiosk_id, keys=keys)
    try:
        return bytes.fromhex(str(opened["key"]))
    except (KeyError, ValueError):
        raise VaultError("The first key of the audit trail is damaged.") from None
