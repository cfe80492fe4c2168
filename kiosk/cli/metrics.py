"""`kiosk metrics`: numbers for a monitor, as OpenMetrics text."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from kiosk.bootstrap.data_folder import data_dir
from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.cli.arguments import absolute
from kiosk.cli.output import write
from kiosk.cli.usage import NotDone


def metrics(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Replaced whole; else it is printed.")
    ] = None,
) -> None:
    """Write numbers for a monitor (OpenMetrics).

    What waits, what is late, which machine is silent. Needs no passphrase and opens nothing that
    is sealed. A kiosk with a centre tells of itself alone.
    """
    from kiosk.exports.openmetrics import format_openmetrics
    from kiosk.usecases.admin.metrics import MetricsReader

    kiosk = open_kiosk(data_dir())
    try:
        rules, calendar = kiosk.settings.rules, kiosk.calendar()
        given = (kiosk.store, kiosk.clock, kiosk.site, rules, calendar)
        text = format_openmetrics(MetricsReader(*given, is_for_desks=kiosk.is_for_desks).read())
    finally:
        kiosk.store.close()
    if file is None:
        write(text.rstrip("\n"))
    else:
        _replace(absolute(file) or file, text)


def _replace(file: Path, text: str) -> None:
    """Write a file that a monitor of another user reads, whole or not at all."""
    new = ""
    try:
        handle, new = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as content:
            os.fchmod(content.fileno(), 0o644)
            content.write(text)
            content.flush()
            os.fsync(content.fileno())
        Path(new).replace(file)
    except OSError as error:
        if new:
            with suppress(OSError):
                Path(new).unlink()
        raise NotDone(f"{file} cannot be written ({error.strerror}).") from None
