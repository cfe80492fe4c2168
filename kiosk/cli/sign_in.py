"""Signing in on the command line, and asking for what nobody may read over a shoulder."""

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kiosk.bootstrap.data_folder import data_dir
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.domain.staff import SHORTEST_PASSPHRASE, PassphraseProblem, check_passphrase
from kiosk.errors import AccessRefused, SetupError
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS, describe_pin_problem

if TYPE_CHECKING:
    from kiosk.bootstrap.kiosk import Kiosk
    from kiosk.usecases.access import Access, SignInRefused
    from kiosk.usecases.staff_desk import SignedIn


PASSPHRASE_VARIABLE = "KIOSK_PASSPHRASE"  # noqa: S105  the name of a variable
NEW_PASSPHRASE_VARIABLE = "KIOSK_NEW_PASSPHRASE"  # noqa: S105  the name of a variable
_TRIES = 3


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
        answer = access.sign_in(clean(user), ask_passphrase())
        if isinstance(answer, SignInRefused):
            raise refusal_error(answer)
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

    folder = data_dir()
    refuse_staff_work(folder)
    return open_kiosk(folder)


def ask_passphrase() -> str:
    """Return the user's own passphrase: KIOSK_PASSPHRASE, else as typed unseen."""
    given = from_variable(PASSPHRASE_VARIABLE)
    return ask_unseen("Passphrase", PASSPHRASE_VARIABLE) if given is None else given


def refusal_error(answer: "SignInRefused") -> AccessRefused:
    """Make the error of a sign-in that failed, with the wait before the next."""
    wait = answer.wait_seconds
    again = f"; try again in {wait} seconds" if wait else "; try again"
    return AccessRefused(f"The name or the passphrase is not right{again}.")


def new_passphrase(whose: str, variable: str, otherwise: str, names: Iterable[str]) -> str:
    """Return a new passphrase from `variable`, else as it was typed twice.

    `whose` begins the question; `names` are those that it must not be made of. Raises SetupError,
    with the sentence `otherwise` after three tries.
    """
    known = tuple(names)

    def find_problem(text: str) -> str:
        checked = check_passphrase(text, *known)
        return PASSPHRASE_PROBLEMS[checked] if isinstance(checked, PassphraseProblem) else ""

    question = f"{whose} ({SHORTEST_PASSPHRASE} characters or more)"
    return _new_secret(question, variable, find_problem, otherwise)


def new_pin(otherwise: str) -> str:
    """Return a new PIN of the maintenance screen (4 to 12 digits) from KIOSK_PIN, else as typed.

    Raises SetupError, with the sentence `otherwise` after three tries.
    """
    question = "A PIN for the maintenance screen (4 to 12 digits)"
    return _new_secret(question, "KIOSK_PIN", describe_pin_problem, otherwise)


def _new_secret(
    question: str, variable: str, find_problem: Callable[[str], str], otherwise: str
) -> str:
    """Return a new secret from `variable`, else as it was typed twice.

    Raises SetupError with the problem of the variable's value, or `otherwise` after three tries.
    """
    given = from_variable(variable)
    if given is not None:
        if problem := find_problem(given):
            raise SetupError(problem)
        return given
    for _ in range(_TRIES):
        secret = ask_unseen(question, variable)
        if problem := find_problem(secret):
            sys.stderr.write(f"{problem}\n")
        elif ask_unseen("The same once more", variable) == secret:
            return secret
        else:
            sys.stderr.write("The two were not the same; begin again.\n")
    raise SetupError(otherwise)


def ask_unseen(question: str, variable: str) -> str:
    """Return what is typed unseen; SetupError, which names `variable`, without a terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError(f"There is no terminal to ask on; set {variable} instead.")
    return getpass.getpass(f"{question}: ", sys.stderr)


def from_variable(name: str) -> str | None:
    """Return the value of the variable `name`; None where it is not set."""
    return os.environ.get(name)
