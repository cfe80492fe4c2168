"""A caller of a prepared clinic, and the floor of their list: the bare loop that opens it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.devices.clock import entropy
from kiosk.domain.staff import Purpose, Role
from kiosk.records.database.store import sqlite_module
from kiosk.usecases.access import Access
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.submission import CALLBACK_REQUEST
from kiosk.usecases.sample_clinic import PASSPHRASE
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import SignedIn
from kiosk.vault.keys import PrivateSealingKey
from kiosk.vault.sealing import open_sealed

LOGIN = "bench"
"""Has two roles: somebody with one starts at their place, and nobody could ask for it."""

Sealed = Sequence[tuple[UUID, bytes]]
"""Requests with what was sealed of them."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is signed in."""

    kiosk: Kiosk
    access: Access
    signed_in: SignedIn

    @property
    def keys(self) -> Mapping[bytes, PrivateSealingKey]:
        """What opens the requests."""
        return self.signed_in.keys[Purpose.CALLBACKS]

    def desk(self) -> CallbackDesk:
        """Open a new desk, which has opened nothing yet."""
        return self.access.callback_desk(self.signed_in)

    def sealed(self) -> Sealed:
        """Read every request as it is sealed."""
        database = sqlite_module().connect(self.kiosk.folder / DATABASE)
        found = database.execute("SELECT id, sealed FROM callback_request")
        rows = [(UUID(bytes=id_), blob) for id_, blob in found]
        database.close()
        return rows


@contextmanager
def caller(folder: Path) -> Iterator[Caller]:
    """Open a data folder and sign the caller in."""
    kiosk = open_kiosk(folder)
    try:
        access = kiosk.access()
        yield Caller(kiosk, access, _sign_in(access, LOGIN))
    finally:
        kiosk.store.close()


def add_caller(folder: Path) -> None:
    """Add the caller's account to a sample clinic."""
    kiosk = open_kiosk(folder)
    try:
        manager = _sign_in(kiosk.access(), "manager")
        maker = AccountMaker(kiosk.store, kiosk.clock, entropy, kiosk.site, manager)
        maker.add(NewAccount(LOGIN, PASSPHRASE, frozenset({Role.CALLER, Role.FACILITATOR})))
    finally:
        kiosk.store.close()


def _sign_in(access: Access, login: str) -> SignedIn:
    answer = access.sign_in(login, PASSPHRASE)
    assert isinstance(answer, SignedIn)
    return answer


def open_each(sealed: Sealed, keys: Mapping[bytes, PrivateSealingKey]) -> None:
    """Open sealed requests in a loop, and do nothing with them."""
    for id_, blob in sealed:
        open_sealed(
            blob,
            purpose=Purpose.CALLBACKS.value,
            table=CALLBACK_REQUEST,
            record_id=id_,
            keys=keys,
        )
