"""Signing in on the command line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from kiosk import bootstrap
from kiosk.errors import AccessRefused

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.usecases.access import Access, SignedIn


def passphrase(*, new: bool = False) -> str:
    """Return the passphrase from KIOSK_PASSPHRASE, else from a prompt that shows nothing.

    A `new` one is asked for twice.
    """
    given = os.environ.get("KIOSK_PASSPHRASE")
    if given is not None:
        return given
    answer: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True)
    return answer


@contextmanager
def signed_in(user: str) -> "Iterator[tuple[Kiosk, Access, SignedIn]]":
    """Open the data folder, sign `user` in, and close the folder afterwards.

    Raises AccessRefused with the same words for every wrong name or passphrase.
    """
    from kiosk.usecases.access import SignInRefused

    kiosk = bootstrap.open_kiosk(bootstrap.data_dir())
    try:
        access = kiosk.access()
        answer = access.sign_in(user, passphrase())
        if isinstance(answer, SignInRefused):
            wait = answer.wait_seconds
            again = f"; try again in {wait} seconds" if wait else "; try again"
            raise AccessRefused(f"The name or the passphrase is not right{again}.")
        yield kiosk, access, answer
    finally:
        kiosk.store.close()
