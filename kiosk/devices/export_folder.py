"""Files that were exported on this machine: which are old, and how they are deleted."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from kiosk.errors import SetupError

UNFINISHED = ".export-"
"""Begins the name of a folder in which a workbook is put together; a power cut may leave one."""
_BLOCK = bytes(1 << 16)


class OldFile(NamedTuple):
    """One exported file."""

    path: Path
    at: datetime
    """When it was last written."""


def files_older_than(folder: Path | None, before: datetime) -> list[OldFile]:
    """Return the files of the folder that were written before a time (inclusive), oldest first.

    Folders (but for what a cut-off export left) and links in it are left alone; a folder that is
    not there has no files. SetupError where it cannot be read.
    """
    if folder is None or not folder.is_dir() or folder.is_symlink():
        return []
    found = []
    try:
        cut_off = (one for one in folder.glob(f"{UNFINISHED}*") if not one.is_symlink())
        for place in (folder, *filter(Path.is_dir, cut_off)):
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        at = datetime.fromtimestamp(entry.stat(follow_symlinks=False).st_mtime, UTC)
                        found.append(OldFile(Path(entry.path), at))
    except OSError as error:
        raise _cleaning_failed(error) from None
    return sorted((file for file in found if file.at <= before), key=lambda file: file.at)


def overwrite_and_delete(files: Iterable[OldFile]) -> int:
    """Overwrite and delete files, and return how many were deleted.

    A file that is no longer there is no error. SetupError where one cannot be deleted, once all
    others are.
    """
    gone, trouble = 0, None
    for file in files:
        try:
            overwrite(file.path)
            file.path.unlink()
            gone += 1
        except FileNotFoundError:
            continue
        except OSError as error:
            trouble = error
    if trouble is not None:
        raise _cleaning_failed(trouble)
    return gone


def overwrite(path: Path) -> None:
    """Overwrite a file's blocks, which a disk keeps when it is deleted; some disks copy anyway."""
    number = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(number)
        # A file with a second name lives on under that name.
        if status.st_nlink == 1:
            for start in range(0, status.st_size, len(_BLOCK)):
                os.write(number, _BLOCK[: status.st_size - start])
            os.fsync(number)
    finally:
        os.close(number)


def _cleaning_failed(error: OSError) -> SetupError:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return SetupError(f"The exports folder cannot be cleaned ({reason}); mend its rights.")
