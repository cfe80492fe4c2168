"""Files that only their owner may read: whole or not there, and never in place of another."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kiosk.errors import SetupError


def write_private(path: Path, content: bytes) -> None:
    """Write a file (0600) in one step, in place of an older one; SetupError where it cannot be."""
    new = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        raise SetupError(
            f"{path} cannot be written ({error.strerror}); mend its disk or its rights."
        ) from None


@contextmanager
def new_private_file(path: Path) -> Iterator[BinaryIO]:
    """Lend a new file (0600) to fill; it goes again where the block fails.

    Raises SetupError where there is one of this name, or it cannot be made or written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags, 0o600)
    except OSError as error:
        raise SetupError(
            f"{path} cannot be made ({error.strerror}); name a new file in a folder of yours."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SetupError(f"{path} cannot be written ({error.strerror}).") from None
        raise
