"""`kiosk doctor`: is this machine fit to stand in a waiting room?"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk import bootstrap
from kiosk.cli.output import Format, show
from kiosk.domain.health import (
    Finding,
    Verdict,
    colour_finding,
    disk_finding,
    letters_finding,
    terminal_finding,
)
from kiosk.errors import KioskError


def doctor(form: Annotated[Format, typer.Option("--format")] = Format.TABLE) -> int:
    """Look at the terminal, database, keys, clock, helplines, disk and settings.

    Exits with 1 where something fails.
    """
    findings = [*_terminal(), *_folder(bootstrap.data_dir()), _helplines(), _variables()]
    rows = [
        {"subject": f.subject, "verdict": f.verdict, "finding": f.sentence} for f in findings
    ]
    show(rows, form, columns=("subject", "verdict", "finding"), empty="")
    return 1 if any(f.verdict is Verdict.FAIL for f in findings) else 0


def _terminal() -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    yield terminal_finding(size.columns, size.lines)
    yield colour_finding(
        os.environ.get("TERM", ""),
        os.environ.get("COLORTERM", ""),
        no_color="NO_COLOR" in os.environ,
    )


def _folder(folder: Path) -> Iterator[Finding]:
    yield from _settings(folder)
    try:
        kiosk = bootstrap.open_kiosk(folder)
    except KioskError as error:
        yield Finding("database", Verdict.FAIL, str(error))
    else:
        yield from _database(kiosk)
        kiosk.store.close()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    yield disk_finding(shutil.disk_usage(there).free)


def _settings(folder: Path) -> Iterator[Finding]:
    from kiosk.content.take_home import read_take_home
    from kiosk.settings import read_settings

    try:
        settings = read_settings(folder)
        items = read_take_home(folder / "take-home.toml")
    except KioskError as error:
        yield Finding("settings", Verdict.FAIL, str(error))
        return
    panel = settings.panel
    yield Finding("settings", Verdict.OK, f"Read from {folder}.")
    rows = shutil.get_terminal_size().lines
    yield letters_finding(panel.height_mm, panel.distance_mm, rows)
    missing = "Fill in the addresses in take-home.toml." if not items else f"{len(items)} to show."
    yield Finding("take-home material", Verdict.OK if items else Verdict.LOOK, missing)


def _database(kiosk: bootstrap.Kiosk) -> Iterator[Finding]:
    whole = kiosk.store.examine()
    yield Finding(
        "database",
        Verdict.OK if whole else Verdict.FAIL,
        "Whole." if whole else "Damaged; stop the kiosk, copy the folder, and restore a backup.",
    )
    try:
        kiosk.visitor_side()
        yield Finding("keys", Verdict.OK, "Requests and names can be sealed.")
    except KioskError as error:
        yield Finding("keys", Verdict.FAIL, str(error))
    status = kiosk.maintenance().status()
    local = status.now.astimezone(kiosk.site.zone)
    shown = f"It says {local:%Y-%m-%d %H:%M} in {kiosk.site.zone.key}"
    yield Finding(
        "clock",
        Verdict.OK if status.clock_ok else Verdict.FAIL,
        f"{shown}." if status.clock_ok else f"{shown}, before the last record; set it.",
    )
    if status.parked:
        words = f"{status.parked} records are set aside; a manager looks at them."
        yield Finding("records", Verdict.LOOK, words)


def _helplines() -> Finding:
    from kiosk.content.helplines import helplines

    lines = helplines("en", datetime.now(UTC).date())
    if lines.overdue:
        return Finding(
            "helplines",
            Verdict.FAIL,
            f"They should have been checked by {lines.review_by}; ring each line, then change"
            " verified_on and review_by in helplines.toml.",
        )
    words = f"Checked on {lines.verified_on}; check again by {lines.review_by}."
    return Finding("helplines", Verdict.OK, words)


def _variables() -> Finding:
    from kiosk.settings import unknown_variables

    unknown = unknown_variables()
    if unknown:
        words = f"Nothing reads {', '.join(unknown)}; mend the name or remove it."
        return Finding("variables", Verdict.LOOK, words)
    return Finding("variables", Verdict.OK, "Every KIOSK_ variable is known.")
