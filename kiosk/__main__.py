"""The `kiosk` command: something on the screen at once, then the command line."""

import gc
import os
import sys
from contextlib import suppress
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import cache_from_source
from types import CodeType

_WITHOUT_SCREEN = {"--help", "--prepare", "--plain"}


class _Loader(SourceFileLoader):
    """Compiles a module anew where its compiled file is cut short, as a power cut may leave it.

    Python itself looks at the first 16 bytes alone; it would not start again until somebody
    deleted the file.
    """

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of a module, and drop its compiled file where that cannot be read."""
        try:
            return super().get_code(fullname)
        except (EOFError, ValueError, TypeError, ImportError):
            path = self.get_filename(fullname)
            with suppress(OSError):
                os.unlink(cache_from_source(path))  # noqa: PTH108 - pathlib may be what was cut
            return self.source_to_code(self.get_data(path), path)


def main() -> int:
    """Run the command line and return its exit code; a splash covers the start of a screen."""
    _survive_cut_modules()
    # What the kiosk writes is for this user alone, also what libraries write (a rotated log).
    os.umask(0o077)
    words = sys.argv[1:]
    has_screen = words[:1] in (["run"], ["demo"], ["desk"]) and not _WITHOUT_SCREEN & set(words)
    if has_screen:
        from kiosk.ui.terminal.startup import EXIT_REPLACED, harden_process, splash

        harden_process()
        splash()
        # Nothing made while starting is garbage; bootstrap turns collection on again.
        gc.disable()
    from kiosk.cli.main import run

    code = run()
    if has_screen and code == EXIT_REPLACED:
        # Another program in this process: what is still open of the old file is never closed by
        # SQLite, which would delete files of the new one.
        with suppress(OSError):
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this process's own command
    return code


def _survive_cut_modules() -> None:
    """Let every module that is imported from now on be read by `_Loader`."""
    loaders = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (_Loader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
    sys.path_hooks.insert(0, FileFinder.path_hook(*loaders))
    sys.path_importer_cache.clear()


if __name__ == "__main__":
    sys.exit(main())
