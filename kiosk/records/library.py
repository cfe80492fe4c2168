"""Which SQLite library to use: one without the WAL-reset bug.

Versions 3.7.0 to 3.51.2 can damage a file that two connections write and checkpoint at once, as
kiosk and desk do. The `sqlcipher3` wheel carries a newer one; without a key its files are plain
SQLite files.
"""

import sqlite3
from types import ModuleType

from kiosk.errors import SetupError

FIRST_SOUND = (3, 51, 3)


def sqlite_module() -> ModuleType:
    """Give the DBAPI module of a sound SQLite, or raise SetupError."""
    if sqlite3.sqlite_version_info >= FIRST_SOUND:
        return sqlite3
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise SetupError(
            "This machine's SQLite is too old to share a file safely; "
            "install the package sqlcipher3 or SQLite 3.51.3 or later."
        ) from None
    if dbapi2.sqlite_version_info < FIRST_SOUND:
        raise SetupError("The package sqlcipher3 is too old; install version 0.6.4 or later.")
    module: ModuleType = dbapi2
    return module
