"""How much of something a test does: little every day, more for `pytest --full`."""

import os

FULL_VARIABLE = "TESTS_FULL"
"""Is set where `--full` was asked for."""


def amount(everyday: int, full: int, variable: str | None = None) -> int:
    """Return how often; a number in the environment variable goes before both."""
    given = os.environ.get(variable) if variable else None
    return int(given) if given else full if FULL_VARIABLE in os.environ else everyday
