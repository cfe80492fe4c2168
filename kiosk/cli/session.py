"""Signing in on the command line, and asking for what nobody may read over a shoulder."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk import bootstrap
from kiosk.domain.staff import (
    LONGEST_PASSPHRASE,
    SHORTEST_PASSPHRASE,
    PassphraseProblem,
    check_passphrase,
)
from kiosk.errors import AccessRefused, SetupError

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.usecases.access import Access, SignInRefused
    from kiosk.usecases.staff_desk import SignedIn


PASSPHRASE_VARIABLE = "KIOSK_PASSPHRASE"  # noqa: S105  the name of a variable


def from_variable(name: str) -> str | None:
    """Return what the variable `name` says; None where it is not set."""
    return os.environ.get(name)


def ask_unseen(question: str, variable: str) -> str:
    """Return what is typed unseen; SetupError, which names `variable`, without a terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError(f"There is no terminal to ask on; set {variable} instead.")
    return getpass.getpass(f"{question}: ", sys.stderr)


@contextmanager
def signed_in(user: str) -> "Iterator[tuple[Kiosk, Access, SignedIn]]":
    """Open the data folder, sign `user` in, and close the folder afterwards.

    Raises AccessRefused with the same words for every wrong name or passphrase.
    """
    from kiosk.domain.text import clean
    from kiosk.usecases.access import SignInRefused

    kiosk = open_for_staff()
    try:
        access = kiosk.access()
        answer = access.sign_in(clean(user), passphrase())
        if isinstance(answer, SignInRefused):
            raise refused(answer)
        if answer.must_change:
            raise AccessRefused(
                "Choose a passphrase of your own first:"
                f" `kiosk staff passphrase --user {answer.staff.login}`."
            )
        yield kiosk, access, answer
    finally:
        kiosk.store.close()


def open_for_staff() -> "Kiosk":
    """Open the data folder for staff; SetupError on a kiosk whose staff work at the centre."""
    from kiosk.bootstrap.data_folder import refuse_staff_work

    folder = bootstrap.data_dir()
    refuse_staff_work(folder)
    return bootstrap.open_kiosk(folder)


def refused(answer: "SignInRefused") -> AccessRefused:
    """Make the error of a sign-in that failed, with the wait before the next."""
    wait = answer.wait_seconds
    again = f"; try again in {wait} seconds" if wait else "; try again"
    return AccessRefused(f"The name or the passphrase is not right{again}.")


def passphrase() -> str:
    """Return the passphrase of whoever gives the command."""
    given = from_variable(PASSPHRASE_VARIABLE)
    return ask_unseen("Passphrase", PASSPHRASE_VARIABLE) if given is None else given


NEW_PASSPHRASE_VARIABLE = "KIOSK_NEW_PASSPHRASE"  # noqa: S105  the name of a variable
_TRIES = 3
_RULE = (
    f"A passphrase has {SHORTEST_PASSPHRASE} to {LONGEST_PASSPHRASE} characters; four or five"
    " words that belong together only for you are good."
)


def new_passphrase(whose: str, variable: str, otherwise: str) -> str:
    """Return a new passphrase from `variable`, else as it was typed twice.

    `whose` begins the question; `otherwise` is said after three tries that came to nothing.
    Raises SetupError.
    """
    return new_secret(
        f"{whose} ({SHORTEST_PASSPHRASE} characters or more)",
        variable,
        lambda text: not isinstance(check_passphrase(text), PassphraseProblem),
        _RULE,
        otherwise,
    )


def new_secret(
    question: str, variable: str, is_good: Callable[[str], bool], rule: str, otherwise: str
) -> str:
    """Return a new secret from `variable`, else as it was typed twice.

    Raises SetupError with the `rule` that the variable breaks, or `otherwise` after three tries.
    """
    given = from_variable(variable)
    if given is not None:
        if not is_good(given):
            raise SetupError(rule)
        return given
    for _ in range(_TRIES):
        secret = ask_unseen(question, variable)
        if not is_good(secret):
            sys.stderr.write(f"{rule}\n")
        elif ask_unseen("The same once more", variable) == secret:
            return secret
        else:
            sys.stderr.write("The two were not the same; begin again.\n")
    raise SetupError(otherwise)
