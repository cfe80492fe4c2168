"""The folders of texts and configuration of this installation."""

import re
from pathlib import Path

from kiosk.errors import SetupError

ENGLISH = "en"
"""The language that every text exists in."""

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PACKAGE = Path(__file__).parent.parent


def assets_dir() -> Path:
    """Return the folder of texts: inside an installed package, else at the top of the checkout.

    Raises SetupError where it is missing.
    """
    return _shipped(_PACKAGE, packed="_assets", checkout="assets")


def config_dir() -> Path:
    """Return the folder of the configuration that is shipped, found like `assets_dir`."""
    return _shipped(_PACKAGE, packed="_config", checkout="config")


def is_language_code(text: str) -> bool:
    """Return whether `text` has the shape of a language code (BCP 47) and may name a folder."""
    return _LANGUAGE_CODE.fullmatch(text) is not None


def read_text(path: Path) -> str:
    """Return the text of a shipped file; raises SetupError where it is missing or damaged."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SetupError(f"The file {path} is missing; install the kiosk again.") from None
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"The file {path} cannot be read; install the kiosk again.") from None


def _shipped(package: Path, *, packed: str, checkout: str) -> Path:
    for folder in (package / packed, package.parent / checkout):
        if folder.is_dir():
            return folder
    raise SetupError(f"The folder {checkout}/ is missing; install the kiosk again.")
