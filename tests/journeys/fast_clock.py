"""Makes the monotonic clock of a kiosk run faster, so that nobody waits for an idle minute."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SPEED: Final = 10
_SITE: Final = f"""
import time

_real, _began = time.monotonic, time.monotonic()


def _fast() -> float:
    return _began + (_real() - _began) * {SPEED}


time.monotonic = _fast
"""


def fast_clock(folder: Path) -> Mapping[str, str]:
    """Return variables with which a kiosk's seconds pass ten times as fast.

    `folder` gets the module that Python runs at its start. The shortest allowed times are set.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
    return {
        "PYTHONPATH": str(folder),
        "KIOSK_VISIT__IDLE_SECONDS": "20",
        "KIOSK_VISIT__WARNING_SECONDS": "20",
        "KIOSK_VISIT__RESULT_SECONDS": "4",
        "KIOSK_VISIT__RECEIPT_SECONDS": "30",
    }
