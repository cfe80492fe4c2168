"""The audit trail: added to inside the transaction of what is audited, and checked afterwards."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, groupby
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import FORMS, AuditAction, AuditEntry, AuditHead, Trail, canonical_bytes
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records import audit
from kiosk.records.audit import Chain, TrailEntry
from kiosk.records.database.ahead import ask_ahead, end_ahead
from kiosk.records.database.store import Records, Store
from kiosk.records.database.writing import add_numbered_fact, number_fact
from kiosk.records.schema.columns import is_central
from kiosk.records.schema.system_tables import AuditEvent
from kiosk.usecases.site import SiteInfo
from kiosk.vault.audit_chain import (
    START_TAG,
    TAG_BYTES,
    ChainCheck,
    key_at,
    tag_entry,
    verify_chain,
)
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import open_sealed, seal

_PURPOSE = "audit"
_TABLE = "kiosk_device"
_ENTRIES_AT_A_TIME = 20_000


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


def note_missing_records(store: Store, clock: Clock, entropy: Entropy, site: SiteInfo) -> None:
    """Tell staff that facts were lost which had been committed here.

    The entry takes a number behind theirs, so the records that staff look through show how many.
    """
    with store.write() as transaction:
        store.skip_lost_numbers(transaction)
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
    ask_for_entry(transaction, site, now)
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


def ask_for_entry(transaction: Transaction, site: SiteInfo, now: datetime) -> None:
    """Ask ahead for what `add_entry` needs; an entry of this time must follow."""
    ask_ahead(
        transaction,
        lambda: audit.chain_end(transaction, site.kiosk_id),
        lambda: number_fact(transaction, site.kiosk_id, now),
    )


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
        ask_ahead(
            transaction,
            lambda: audit.sealed_first_key(transaction, site.kiosk_id),
            lambda: _ask_for(transaction, site.site_id, site.kiosk_id),
            lambda: audit.chain_end(transaction, site.kiosk_id),
        )
        end_ahead(transaction)
        sealed = audit.sealed_first_key(transaction, site.kiosk_id)
        first = _open_first_key(sealed or b"", site.kiosk_id, keys)
        found = _verify(transaction, site.site_id, site.kiosk_id, first, noted)
        end = audit.chain_end(transaction, site.kiosk_id)
    checked = found.chain
    ends_well = (end.length, end.next_key, end.last_tag) == checked[1:]
    if checked.broken_at is None and not ends_well:
        found = found._replace(chain=checked._replace(broken_at=checked.entries))
    return found.trail(site.kiosk_name)


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
    others = [one for one in found if one.kiosk_id != site.kiosk_id]
    return (own, *_check_others(store, site.site_id, others, keys, noted))


def seal_first_key(first_key: bytes, kiosk_id: UUID, readers: Sequence[PublicSealingKey]) -> bytes:
    """Seal the first key of a machine's chain, so that only `readers` can check the trail."""
    return seal(
        {"key": first_key.hex()},
        purpose=_PURPOSE,
        table=_TABLE,
        record_id=kiosk_id,
        recipients=readers,
    )


def _check_others(
    store: Records,
    site_id: UUID,
    others: Sequence[Chain],
    keys: Mapping[bytes, PrivateSealingKey],
    noted: Collection[AuditHead],
) -> Iterator[Trail]:
    """Check trails, as many short ones together as one long one may need memory for."""
    for some in _together(others):
        with store.read() as transaction:
            ask_ahead(
                transaction,
                *(partial(_ask_for, transaction, site_id, one.kiosk_id) for one in some),
            )
            end_ahead(transaction)
            checked = [_check_other(transaction, site_id, one, keys, noted) for one in some]
        yield from checked


def _ask_for(transaction: Transaction, site_id: UUID, kiosk_id: UUID) -> None:
    next(audit.trail(transaction, site_id, kiosk_id), None)


def _together(others: Sequence[Chain]) -> Iterator[list[Chain]]:
    some: list[Chain] = []
    for one in others:
        if some and sum(other.entries for other in (*some, one)) > _ENTRIES_AT_A_TIME:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _check_other(
    transaction: Transaction,
    site_id: UUID,
    other: Chain,
    keys: Mapping[bytes, PrivateSealingKey],
    noted: Collection[AuditHead],
) -> Trail:
    try:
        first = _open_first_key(other.sealed_first_key, other.kiosk_id, keys)
    except VaultError:
        # These keys have opened another machine's, so this one was replaced or never existed.
        first = b""
    found = _verify(transaction, site_id, other.kiosk_id, first, noted)
    if not first:
        found = found._replace(chain=found.chain._replace(broken_at=0))
    return found.trail(clean(other.name))


class _Verified(NamedTuple):
    """What a check has found of a trail."""

    chain: ChainCheck
    end: int
    """How many entries there are up to its last one."""
    had: frozenset[AuditHead]
    """Those of the noted heads that it had once."""

    def trail(self, name: str) -> Trail:
        """Return it as the trail of the machine of this name."""
        ends = self.chain.broken_at is None and self.chain.entries > 0
        head = AuditHead.of(self.end, self.chain.last_tag) if ends else None
        return Trail(name, self.chain.entries, self.chain.broken_at, head, self.had)


def _verify(
    transaction: Transaction,
    site_id: UUID,
    kiosk_id: UUID,
    first: bytes,
    noted: Collection[AuditHead],
) -> _Verified:
    """Check a machine's trail, and where its folder was copied or put back each branch of it."""
    whole, end, tags = ChainCheck(None, 0, first, START_TAG), 0, _Tags()
    found = audit.trail(transaction, site_id, kiosk_id)
    for incarnation, branch in groupby(found, key=lambda one: one.incarnation):
        begin, checked = _verify_branch(branch, incarnation, kiosk_id, first, tags)
        end = begin + checked.entries
        whole = ChainCheck(
            checked.broken_at if whole.broken_at is None else whole.broken_at,
            whole.entries + checked.entries,
            checked.next_key,
            checked.last_tag,
        )
    had = (
        head
        for head in noted
        if head in {AuditHead.of(head.entries, tag) for tag in tags.at(head.entries - 1)}
    )
    return _Verified(whole, end, frozenset(had))


def _verify_branch(
    entries: Iterator[TrailEntry], incarnation: int, kiosk_id: UUID, first: bytes, tags: "_Tags"
) -> tuple[int, ChainCheck]:
    """Check one branch, which goes on behind an entry of those before; `tags` are theirs.

    Return where it begins, and the check with the position of the first broken entry.
    """
    head = next(entries)
    begin = head.entry.position if head.entry is not None and not tags.is_empty else 0
    before = tags.at(begin - 1)
    # A position that no branch reaches is not worth the way to its key.
    key = key_at(first, begin) if before else b""
    bodies = _bodies(head.entry, kiosk_id)
    fitting = (
        tag for tag in before if any(tag_entry(key, tag, body).tag == head.tag for body in bodies)
    )
    kept = tags.keep(incarnation, begin, chain([head], entries))
    tagged = ((_bodies(one.entry, kiosk_id), one.tag) for one in kept)
    checked = verify_chain(key, tagged, next(fitting, START_TAG))
    broken_at = None if checked.broken_at is None else begin + checked.broken_at
    return begin, checked._replace(broken_at=broken_at)


class _Tags:
    """The tags of the branches of a trail, to find behind which entry another one goes on."""

    def __init__(self) -> None:
        self._branches: dict[int, tuple[int, bytearray]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there was no branch yet."""
        return not self._branches

    def at(self, position: int) -> tuple[bytes, ...]:
        """Return the tags at a position, of every branch; before the first there is START_TAG."""
        if position < 0:
            return (START_TAG,)
        places = ((tags, (position - begin) * TAG_BYTES) for begin, tags in self._branches.values())
        return tuple(
            bytes(tags[place : place + TAG_BYTES])
            for tags, place in places
            if 0 <= place < len(tags)
        )

    def keep(
        self, incarnation: int, begin: int, entries: Iterable[TrailEntry]
    ) -> Iterator[TrailEntry]:
        """Return the entries of a branch that begins at a position, and keep their tags."""
        _, tags = self._branches[incarnation] = (begin, bytearray())
        for one in entries:
            tags += one.tag[:TAG_BYTES].ljust(TAG_BYTES, b"\0")
            yield one


def _bodies(entry: AuditEntry | None, kiosk_id: UUID) -> tuple[bytes, ...]:
    # An entry that cannot be read has no body, which no tag fits.
    return (b"",) if entry is None else tuple(form(entry, kiosk_id) for form in FORMS)


def _open_first_key(
    sealed: bytes, kiosk_id: UUID, keys: Mapping[bytes, PrivateSealingKey]
) -> bytes:
    opened = open_sealed(sealed, purpose=_PURPOSE, table=_TABLE, record_id=kiosk_id, keys=keys)
    try:
        return bytes.fromhex(str(opened["key"]))
    except (KeyError, ValueError):
        raise VaultError("The first key of the audit trail is damaged.") from None
