"""Files that leave the program: private, new, whole or not there, named without anybody's name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from kiosk.errors import SetupError

FOLDER = "exports"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_ENDINGS = (4, 8, 12)
"""Hexadecimal digits of the id at the end of a name: more where a name is taken."""


def exports_folder(data: Path) -> Path:
    """Return the exports folder (0700) of a data folder, made where it is missing."""
    folder = data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            raise SetupError(f"{folder} is a link; put a folder in its place.")
        folder.chmod(0o700)
    except OSError as error:
        raise SetupError(f"{folder} cannot be made ({error.strerror}).") from None
    return folder


def new_export(folder: Path, stem: str, suffix: str, day: date, id_: UUID) -> tuple[Path, int]:
    """Make a new file (0600) such as callbacks-2026-11-23-7f3a.xlsx; returns it opened.

    `suffix` has its dot; `day` is the clinic's, `id_` a new one. Raises SetupError where no file
    can be made in `folder`.
    """
    for length in _ENDINGS:
        path = folder / f"{stem}-{day.isoformat()}-{id_.hex[-length:]}{suffix}"
        try:
            return path, os.open(path, _FLAGS, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise SetupError(f"{path} cannot be made ({error.strerror}).") from None
    raise SetupError(f"{folder} holds too many files of today; take some away.")


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """Lend a new file (0600) to fill; it goes again where the block fails.

    Raises SetupError where there is one of this name, or it cannot be made or written.
    """
    try:
        handle = os.open(path, _FLAGS, 0o600)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be made ({error.strerror}); name a new file in a folder of yours."
        ) from None
    with filling(path, handle) as file:
        yield file


@contextmanager
def filling(path: Path, handle: int) -> Iterator[BinaryIO]:
    """Lend a file that was just made; it goes again where the block fails.

    Raises SetupError where it cannot be written.
    """
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SetupError(f"{path} cannot be written ({error.strerror}).") from None
        raise
