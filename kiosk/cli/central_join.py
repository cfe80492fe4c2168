"""`kiosk central join` and `reset`: a machine comes to its centre, and leaves it."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.central_asking import asked_code, show_fingerprint
from kiosk.cli.output import write
from kiosk.cli.usage import NotDone
from kiosk.errors import SetupError

if TYPE_CHECKING:
    from kiosk.vault.bundles import SignedBundle

_VISITORS = "visitor.lock"
"""Held by `kiosk run` as long as it shows."""
_WORD = "reset"
_JOINED = {
    "kiosk": "This machine is kiosk {symbols} of its centre. Next: `kiosk doctor`, `kiosk run`.",
    "desk": "This machine is desk {symbols} of its centre. Next: `kiosk desk`.",
}
_TO_PULL = "Not all was pulled yet; `kiosk sync --once` brings the rest."
_LONGEST_FILE = 300_000


def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle that `enrol` wrote.")],
) -> None:
    """Make this new machine one of its centre's.

    Shows the bundle's fingerprint, and asks for the one-time code (or reads KIOSK_CODE) and, for
    a kiosk, for a PIN of the maintenance screen (or reads KIOSK_PIN). A run that was cut off is
    made whole by the next one.
    """
    from kiosk import bootstrap
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.sync.first_rows import Place
    from kiosk.sync.joining import check_place
    from kiosk.sync.joining import join as join_centre

    folder, signed = bootstrap.data_dir(), _read_bundle(file)
    bundle = signed.bundle
    refuse_demo(folder)
    place = Place(folder, folder / bootstrap.DATABASE, SystemClock(), entropy)
    done = _JOINED[bundle.kind].format(symbols=bundle.symbols)
    if check_place(place, bundle):
        write(done)
        return
    show_fingerprint(signed.fingerprint)
    sys.stderr.write(f"Fingerprint: {signed.fingerprint}\nCompare it with the one at `enrol`.\n")
    code = asked_code()
    signed.check(code)
    bootstrap.make_folder(folder)
    with alone(folder):
        joined = join_centre(place, bundle, code, _new_pin_hash)
    write(done if joined.pulled else f"{done}\n{_TO_PULL}")


def reset(
    yes: Annotated[bool, typer.Option("--yes", help='Do not ask for the word "reset".')] = False,
) -> None:
    """Empty this machine, so that it can be enrolled again.

    Deletes database, link and exports of the data folder; settings stay. Refuses while records
    are unsent, unless `kiosk sync export` has written them to a file.
    """
    from kiosk import bootstrap
    from kiosk.usecases.centre_reset import look_before_reset, reset_machine

    folder = bootstrap.data_dir()
    database = folder / bootstrap.DATABASE
    if not folder.is_dir():
        raise SetupError(f"There is no data folder {folder}; nothing has to be emptied.")
    with alone(folder):
        found = look_before_reset(folder, database)
        if not yes:
            _ask_for_the_word(folder)
        reset_machine(folder, database)
    write(f"{folder} is empty: this machine can join a centre by a new bundle.")
    write(f"Next, at the centre: `kiosk central revoke {found.symbols or 'SYMBOLS'}`.")
    for path in found.exported:
        write(f"Unsent records stay in {path}; store them by `kiosk central import`.")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep kiosk and sync off a data folder meanwhile; StoreBusy where one is running."""
    from kiosk.records.lock import lock_folder
    from kiosk.sync.loop import LOCK

    with lock_folder(folder, _VISITORS), lock_folder(folder, LOCK):
        yield


def refuse_demo(folder: Path) -> None:
    """Raise SetupError where the folder is a demo's: everybody knows its passphrases."""
    from kiosk.cli.sample_folder import is_demo

    if is_demo(folder):
        raise SetupError(f"{folder} is a demo's; name another folder by KIOSK_DATA_DIR.")


def has_clinic(folder: Path) -> bool:
    """Say whether a data folder holds a machine's own database."""
    from kiosk import bootstrap

    return (folder / bootstrap.DATABASE).exists()


def write_bundle(path: Path, text: str) -> None:
    """Write a bundle to a new file that only its owner may read; SetupError where that fails."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from None


def _read_bundle(file: Path) -> "SignedBundle":
    from kiosk.vault.bundles import read_bundle

    try:
        with file.expanduser().open(encoding="utf-8") as opened:
            return read_bundle(opened.read(_LONGEST_FILE))
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SetupError(f"The bundle {file} cannot be read ({reason}).") from None


def _new_pin_hash() -> str:
    from kiosk.cli.newsecrets import new_secret
    from kiosk.vault.pins import hash_pin

    pin = new_secret(
        "A PIN for the maintenance screen (4 to 12 digits)",
        "KIOSK_PIN",
        lambda text: re.fullmatch(r"[0-9]{4,12}", text) is not None,
        "The PIN of the maintenance screen has 4 to 12 digits; choose another.",
        "Joining is not finished; run `kiosk central join` again with the same code.",
    )
    return hash_pin(pin)


def _ask_for_the_word(folder: Path) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError("There is no terminal to ask on; say --yes instead.")
    typed = typer.prompt(f'All of {folder} goes; type "{_WORD}" to go on', err=True)
    if typed.strip().lower() != _WORD:
        raise NotDone("Nothing was deleted.")
