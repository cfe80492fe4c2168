"""Makes passes, and opens the sealed names of the participants who carry them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Entropy
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.passes import SECRET_BYTES, derive_lookup, derive_name_key
from kiosk.domain.staff import Purpose
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records.database.ahead import run_together
from kiosk.records.database.writing import add_made_here, add_reference
from kiosk.records.schema.tables import Membership, Participant, Passcard
from kiosk.usecases.site import SealingKeys, SiteInfo
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import lock_name, open_sealed, seal

PARTICIPANT = "participant"
"""The table that a sealed name is bound to."""


class PassMaker:
    """Writes participants, passes and memberships of one site, inside a transaction of a desk."""

    def __init__(self, entropy: Entropy, site: SiteInfo, sealing: SealingKeys) -> None:
        self._entropy = entropy
        self._site = site
        self._sealing = sealing

    def make(
        self, transaction: Transaction, now: datetime, secret: bytes, name: str, language: str
    ) -> UUID:
        """Write a participant and their pass by a cleaned name; return the participant's id."""
        participant = uuid7(now, self._entropy(ENTROPY_BYTES))
        sealed = seal(
            {"name": name},
            purpose=Purpose.ROSTER.value,
            table=PARTICIPANT,
            record_id=participant,
            recipients=self._sealing[Purpose.ROSTER],
        )
        add_made_here(
            transaction,
            Participant(
                id=participant,
                site_id=self._site.site_id,
                kiosk_id=self._site.kiosk_id,
                sealed_name=sealed,
                language=language,
                created_at=now,
            ),
        )
        self.add_card(transaction, now, participant, secret, (name, language))
        return participant

    def add_card(
        self,
        transaction: Transaction,
        now: datetime,
        participant_id: UUID,
        secret: bytes,
        name: tuple[str, str],
    ) -> None:
        """Write one more pass of a participant by (first name, language)."""
        first_name, language = name
        add_made_here(
            transaction,
            Passcard(
                id=uuid7(now, self._entropy(ENTROPY_BYTES)),
                site_id=self._site.site_id,
                kiosk_id=self._site.kiosk_id,
                lookup=derive_lookup(secret),
                participant_id=participant_id,
                name_box=lock_name(first_name, derive_name_key(secret)),
                language=language,
                created_at=now,
            ),
        )

    def enrol(
        self,
        transaction: Transaction,
        now: datetime,
        participant_id: UUID,
        group_ids: Iterable[UUID],
    ) -> None:
        """Put a participant on the lists of enrolled groups."""
        rows = [
            Membership(
                id=uuid7(now, self._entropy(ENTROPY_BYTES)),
                site_id=self._site.site_id,
                participant_id=participant_id,
                group_id=group_id,
            )
            for group_id in group_ids
        ]
        run_together(transaction, *(partial(add_reference, transaction, row) for row in rows))


class NameOpener:
    """Opens participants' names with the roster keys of one desk, and keeps them until it ends."""

    def __init__(self, keys: Mapping[bytes, PrivateSealingKey]) -> None:
        """Take the roster keys by key id."""
        self._keys = keys
        self.opened: dict[UUID, str | None] = {}
        """By participant; None where the name cannot be opened."""

    def open_all(self, sealed: Mapping[UUID, bytes]) -> None:
        """Open the names, by participant, that are not opened yet."""
        for participant_id, name in sealed.items():
            if participant_id not in self.opened:
                self.opened[participant_id] = self.open(participant_id, name)

    def open(self, participant_id: UUID, sealed: bytes) -> str | None:
        """Return a cleaned name, or None where it cannot be opened: the person still counts."""
        try:
            opened = open_sealed(
                sealed,
                purpose=Purpose.ROSTER.value,
                table=PARTICIPANT,
                record_id=participant_id,
                keys=self._keys,
            )
        except VaultError:
            return None
        name = opened.get("name")
        return clean(name) or None if isinstance(name, str) else None


def new_draft(entropy: Entropy, now: datetime) -> JoinDraft:
    """Return the ids of a new pass, before anything is written."""
    return JoinDraft(uuid7(now, entropy(ENTROPY_BYTES)), entropy(SECRET_BYTES))
