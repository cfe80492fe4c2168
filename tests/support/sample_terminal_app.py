"""Runs the sample app as `kiosk run` runs its own: harden, splash, then Textual.

`python -m tests.support.sample_terminal_app KIND LOG`, KIND being plain, unbreakable,
broken-input, broken-styles or tamil, LOG the file for crashes, and for what Tamil logs.
"""

import logging
import sys
from pathlib import Path
from unittest.mock import patch

from kiosk.ui.terminal.startup import harden_process, splash


def main(kind: str, log: Path) -> int:
    harden_process()
    splash()

    # Textual reads the environment when it is imported.
    from kiosk.ui.terminal import app, driver
    from tests.support import sample_app

    def crash_log(error: str, place: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{error} at {place}\n")

    kinds = {
        "broken-styles": sample_app.BadStyles,
        "unbreakable": sample_app.NoBreaking,
        "tamil": sample_app.TamilApp,
    }
    sample = kinds.get(kind, sample_app.SampleApp)(crash_log=crash_log)
    if kind == "tamil":
        logging.basicConfig(filename=log, level=logging.INFO)
        with patch.object(app, "_ANSWERED_WITHIN", 0.3):
            return app.run_locked(sample)
    if kind != "broken-input":
        return app.run_locked(sample)
    with patch.object(driver.Intake, "feed", sample_app.broken_feed):
        return app.run_locked(sample)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
