"""New secrets on the command line: typed twice, unseen, until they will do."""

import sys
from collections.abc import Callable

from kiosk.cli.signin import ask_unseen, from_variable
from kiosk.domain.passphrases import LONGEST, SHORTEST, PassphraseProblem, check_passphrase
from kiosk.errors import SetupError

NEW_PASSPHRASE_VARIABLE = "KIOSK_NEW_PASSPHRASE"  # noqa: S105  the name of a variable
_TRIES = 3
_RULE = (
    f"A passphrase has {SHORTEST} to {LONGEST} characters; four or five words that belong together"
    " only for you are good."
)


def new_passphrase(whose: str, variable: str, otherwise: str) -> str:
    """Return a new passphrase from `variable`, else as it was typed twice.

    `whose` begins the question; `otherwise` is said after three tries that came to nothing.
    Raises SetupError.
    """
    return new_secret(
        f"{whose} ({SHORTEST} characters or more)",
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
