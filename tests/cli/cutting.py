"""Cuts the making of a demo off at each of its steps, and says what the next start makes of it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select, table

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.cli.demo import digits, prepare
from kiosk.records.database.store import Store
from tests.support.desks import CHEAP

TABLES = ("site", "public_key", "staff_account", "support_group", "participant", "passcard")
STEPS = ((Store, "write"), (os, "fsync"), (Path, "replace"), (Path, "mkdir"))
"""What is about to be called when the power goes."""


class State(NamedTuple):
    """What a folder holds."""

    rows: dict[str, int]
    files: list[str]
    digits: tuple[str, ...]


class Mended(NamedTuple):
    """A folder that was cut off, and what the next start made of it."""

    known: tuple[str, ...]
    """The digits of the passes that were listed before."""
    after: State


def cut_offs(place: Path) -> Iterator[Mended]:
    """Yield what the next start makes of each cut; the last one comes after the end."""
    folder = place / "demo"
    cuts: list[Path] = []

    def cut_off() -> None:
        cuts.append(place / str(len(cuts)))
        if folder.exists():
            # By a program of its own, for to close a file here would end the locks on it. Its
            # copy is what a kill leaves: the files as they are, and nobody who has them open.
            subprocess.run(["cp", "-rp", folder, cuts[-1]], check=True)

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, _behind(cut_off, getattr(owner, name)))
        prepare(folder, cost=CHEAP)
        cut_off()
    for cut in cuts:
        known = digits(cut)
        prepare(cut, cost=CHEAP)
        yield Mended(known, state(cut))


def state(folder: Path) -> State:
    """Return what a folder holds."""
    store = Store.open(folder / DATABASE)
    try:
        with store.read() as transaction:
            counts = {name: select(func.count()).select_from(table(name)) for name in TABLES}
            rows = {name: transaction.scalar(query) or 0 for name, query in counts.items()}
    finally:
        store.close()
    return State(rows, sorted(path.name for path in folder.iterdir()), digits(folder))


def _behind(first: Callable[[], object], function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(*words: Any, **options: Any) -> Any:
        first()
        return function(*words, **options)

    return called
