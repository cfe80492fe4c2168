"""Files that only their owner may read, replaced as a whole."""

import contextlib
import os
from pathlib import Path

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
