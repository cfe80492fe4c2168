"""The exit codes of a kiosk, for its supervisor."""

from typing import Final

EXIT_ASKED: Final = 0
"""SIGTERM, or the app ended itself."""
EXIT_BROKEN: Final = 70
"""The program broke (EX_SOFTWARE)."""
EXIT_TERMINAL_GONE: Final = 74
"""The terminal went away: end of input, an input error or SIGHUP (EX_IOERR)."""
