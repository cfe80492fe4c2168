"""`kiosk doctor`: is this machine fit to stand in a waiting room?"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kiosk.bootstrap.data_folder import DATABASE, data_dir, has_database
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.cli.exit_codes import FAILED
from kiosk.cli.output import Format, show
from kiosk.content.shaping import drawing_problem
from kiosk.devices.clock import is_synchronised
from kiosk.devices.swaps import read_swaps
from kiosk.domain.health import (
    CentralContact,
    Finding,
    Verdict,
    central_finding,
    clock_finding,
    colour_finding,
    disk_finding,
    drawing_finding,
    first_hour_finding,
    helplines_finding,
    language_finding,
    letters_finding,
    notice_finding,
    pictures_finding,
    retention_finding,
    scanner_finding,
    speech_finding,
    swap_finding,
    terminal_finding,
)
from kiosk.domain.text import clean
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.records.central.link import CentralLink
    from kiosk.settings import Settings


_STREAMS = (1, 0, 2)
"""Output first: that is where a kiosk draws."""


def doctor(form: Format) -> int:
    """Print what was found about this machine; return 1 where something fails."""
    findings = examine(data_dir(), datetime.now(UTC).date())
    rows = [{"subject": f.subject, "verdict": f.verdict, "finding": f.sentence} for f in findings]
    show(rows, form, columns=("subject", "verdict", "finding"), empty="")
    return FAILED if any(f.verdict is Verdict.FAIL for f in findings) else 0


def examine(folder: Path, today: date) -> tuple[Finding, ...]:
    """Return all findings, whatever is broken; `today` is compared with the helplines' date."""
    from kiosk.records.database.errors import is_read_only
    from kiosk.settings import Settings, read_settings

    found: list[Finding] = []
    # The values without file and variables, where those cannot be read.
    settings = Settings.model_construct()
    try:
        settings = read_settings(folder)
        found.append(Finding("settings", Verdict.OK, f"Read from {folder}."))
    except KioskError as error:
        found.append(Finding("settings", Verdict.FAIL, str(error)))
    found += _terminal(settings)
    found.append(drawing_finding(drawing_problem()))
    found.append(scanner_finding())
    kiosks: list[Kiosk] = []
    try:
        found += _findings_or_error("database", lambda: _database(folder, settings, kiosks))
        found += _findings_or_error("helplines", lambda: _helplines(today, kiosks))
        found += _findings_or_error("languages", lambda: _languages(folder, kiosks))
    finally:
        for kiosk in kiosks:
            kiosk.store.close()
    found += _findings_or_error("take-home material", lambda: _take_home(folder))
    found += _findings_or_error("wishes", lambda: _wishes(folder))
    found += _printers(folder, settings)
    found.append(_speech(folder, settings))
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    found.append(disk_finding(free, is_read_only=is_read_only(there)))
    found.append(swap_finding(read_swaps()))
    found.append(_variables())
    return tuple(found)


def _findings_or_error(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what `look` finds, and an error that stops it as a finding too."""
    try:
        yield from look()
    except KioskError as error:
        yield Finding(subject, Verdict.FAIL, str(error))


def _terminal(settings: "Settings") -> Iterator[Finding]:
    size = _terminal_size()
    if size is None:
        words = "There is none here; run this on the kiosk's own terminal."
        yield Finding("terminal size", Verdict.LOOK, words)
        return
    yield terminal_finding(size.columns, size.lines)
    yield colour_finding(
        os.environ.get("TERM", ""),
        os.environ.get("COLORTERM", ""),
        no_color="NO_COLOR" in os.environ,
    )
    yield from _pictures()
    yield letters_finding(settings.panel.height_mm, settings.panel.distance_mm, size.lines)


def _pictures() -> Iterator[Finding]:
    """Ask the terminal what it can show, where it is both the input and the output."""
    from kiosk.content.shaping import drawing_problem
    from kiosk.ui.terminal.answers import ask_terminal

    if not (os.isatty(0) and os.isatty(1)):
        return
    asking = ask_terminal(0, 1)
    shows, problem = asking.can_show, asking.why_not or drawing_problem()
    yield pictures_finding("" if shows is None else shows.protocol, problem.rstrip("."))


def _terminal_size() -> os.terminal_size | None:
    """Return the size of the terminal itself; a kiosk ignores COLUMNS and LINES."""
    for stream in _STREAMS:
        with suppress(OSError):
            size = os.get_terminal_size(stream)
            if size.columns and size.lines:
                return size
    return None


def _database(folder: Path, settings: "Settings", opened: list[Kiosk]) -> Iterator[Finding]:
    """Yield the findings of the database and what is in it; `opened` gets what is to be closed."""
    from kiosk.devices.clock import SystemClock
    from kiosk.errors import SetupError
    from kiosk.records.central.link import read_link
    from kiosk.records.database.store import Store
    from kiosk.usecases.site import load_site

    if not has_database(folder):
        link = read_link(folder)
        if link is None:
            raise SetupError(f"There is no clinic in {folder} yet; make one with `kiosk init`.")
        yield from _findings_or_error("centre", lambda: _central_without_records(link))
        kiosk = open_kiosk(folder)
        opened.append(kiosk)
        yield from _findings_or_error("keys", lambda: _keys(kiosk))
        yield from _findings_or_error("retention", lambda: _retention(kiosk))
        yield from _findings_or_error("first hour", lambda: _first_hour(kiosk))
        yield from _findings_or_error("notice", lambda: _notice(kiosk))
        return
    store = Store.open(folder / DATABASE)
    with ExitStack() as undo:
        undo.callback(store.close)
        kiosk = Kiosk(folder, settings, store, load_site(store), SystemClock())
        undo.pop_all()
    opened.append(kiosk)
    yield from _findings_or_error("database", lambda: _integrity(kiosk))
    yield from _findings_or_error("keys", lambda: _keys(kiosk))
    yield from _findings_or_error("clock", lambda: _clock(kiosk))
    yield from _findings_or_error("centre", lambda: _central(kiosk))
    yield from _findings_or_error("retention", lambda: _retention(kiosk))
    yield from _findings_or_error("first hour", lambda: _first_hour(kiosk))
    yield from _findings_or_error("notice", lambda: _notice(kiosk))


def _integrity(kiosk: Kiosk) -> Iterator[Finding]:
    if kiosk.store.examine():
        yield Finding("database", Verdict.OK, "Whole.")
    else:
        words = "Damaged; stop the kiosk, copy the folder, and restore a backup."
        yield Finding("database", Verdict.FAIL, words)


def _retention(kiosk: Kiosk) -> Iterator[Finding]:
    """Yield whether retention runs by itself; on a kiosk with a centre the desks see to it."""
    from kiosk.presentation.records import describe_hold_and_command, describe_retention

    status = kiosk.retention_status()
    if status.past.agreed is None and not kiosk.is_for_desks:
        return
    hold = "" if status.hold is None else describe_hold_and_command(status.hold)
    words = describe_retention(status, kiosk.site.zone)
    yield retention_finding(words, hold, is_overdue=status.is_overdue)


def _first_hour(kiosk: Kiosk) -> Iterator[Finding]:
    """Yield what of the first hour is open; a kiosk with a centre leaves that to the desks."""
    from kiosk.presentation.menu import describe_first_step

    if kiosk.is_for_desks:
        steps = kiosk.first_hour().open
        yield first_hour_finding([describe_first_step(step) for step in steps])


def _notice(kiosk: Kiosk) -> Iterator[Finding]:
    """Yield whether notices to staff arrive, where somebody is to be told."""
    from kiosk.bootstrap.notices import open_sender
    from kiosk.presentation.notices import describe_notice_trouble
    from kiosk.usecases.callbacks.notices import read_notice_states

    is_set_up = kiosk.settings.notice.is_set_up
    if is_set_up:
        # What is missing for it has a sentence of its own.
        open_sender(kiosk)
    states = read_notice_states(kiosk.store, kiosk.site)
    troubles = [words for one in states if (words := describe_notice_trouble(one, kiosk.site.zone))]
    if is_set_up or troubles:
        yield notice_finding(troubles)


def _keys(kiosk: Kiosk) -> Iterator[Finding]:
    kiosk.access()
    yield Finding("keys", Verdict.OK, "Requests and names can be sealed.")


def _clock(kiosk: Kiosk) -> Iterator[Finding]:
    status = kiosk.maintenance().status()
    local = status.now.astimezone(kiosk.site.zone)
    doubtful, synchronised = not status.clock_ok, is_synchronised()
    yield clock_finding(local, kiosk.site.zone.key, doubtful=doubtful, synchronised=synchronised)
    if status.parked and not status.has_central:
        words = f"{status.parked} are set aside; a manager has to look at them."
        yield Finding("records", Verdict.LOOK, words)


def _central(kiosk: Kiosk) -> Iterator[Finding]:
    """Yield how a machine with records of its own reaches its centre, if it has one."""
    from kiosk.bootstrap.syncing import ask_central
    from kiosk.records.central.link import read_link

    link, status = read_link(kiosk.folder), kiosk.maintenance().status()
    if link is None:
        yield central_finding(None, status.now, kiosk.site.zone)
        return
    reached = ask_central(link, kiosk.clock)
    offset = status.clock_offset_ms if reached.offset_ms is None else reached.offset_ms
    problem = reached.problem or status.problem or ""
    contact = CentralContact(
        status.contact_at, problem, status.pending, status.parked, offset, status.folder
    )
    yield central_finding(contact, status.now, kiosk.site.zone)


def _central_without_records(link: "CentralLink") -> Iterator[Finding]:
    """Yield how a machine without records of its own reaches its centre."""
    from kiosk.bootstrap.syncing import ask_central
    from kiosk.devices.clock import SystemClock

    now, reached = SystemClock().now(), ask_central(link, SystemClock())
    at = None if reached.problem else now
    contact = CentralContact(at, reached.problem or "", offset_ms=reached.offset_ms)
    yield central_finding(contact, now, ZoneInfo("UTC"))


def _helplines(today: date, opened: list[Kiosk]) -> Iterator[Finding]:
    """Yield how fresh the list is that visitors see; the shipped one where there is no clinic."""
    from kiosk.content.helplines import helplines, shipped_helplines
    from kiosk.usecases.helplines import read_and_check_published

    shipped_helplines()
    published = passed_over = ""
    for kiosk in opened:
        published, passed_over = read_and_check_published(kiosk.store, kiosk.site)
    lines = helplines("en", today, published=published)
    yield helplines_finding(
        lines.verified_on, lines.review_by, overdue=lines.overdue, passed_over=passed_over
    )


def _languages(folder: Path, opened: list[Kiosk]) -> Iterator[Finding]:
    """Yield how whole each language of the screens is, and who has checked it."""
    from kiosk.content.assets import ENGLISH, assets_dir
    from kiosk.content.languages import read_languages
    from kiosk.content.reviews import examine_language, read_reviews
    from kiosk.usecases.helplines import read_published

    published = "".join(read_published(kiosk.store, kiosk.site) for kiosk in opened)
    reviews = read_reviews(folder)
    for language in read_languages(assets_dir()):
        if language.code != ENGLISH:
            yield language_finding(examine_language(language.code, reviews, published))


def _take_home(folder: Path) -> Iterator[Finding]:
    """Yield how much there is to take home, and by its title what has no address yet."""
    from kiosk.content.articles import read_take_home, titles_without_address
    from kiosk.settings import TAKE_HOME_NAME

    path = folder / TAKE_HOME_NAME
    items, missing = read_take_home(path), titles_without_address(path)
    words = f"{len(items)} to show."
    if missing:
        titles = ", ".join(f"'{clean(title)}'" for title in missing)
        words += f" Without an address, and so not shown: {titles}; fill it in in {path}."
    is_whole = items and not missing
    yield Finding("take-home material", Verdict.OK if is_whole else Verdict.LOOK, words)


def _wishes(folder: Path) -> Iterator[Finding]:
    """Yield how much visitors may wish for."""
    from kiosk.content.wishes import read_wishes
    from kiosk.settings import WISHES_NAME

    offered = read_wishes(folder / WISHES_NAME)
    topics = "1 topic" if len(offered.topics) == 1 else f"{len(offered.topics)} topics"
    words = f"Visitors may wish for {', '.join(offered.wishes) or 'nothing'}, and name {topics}."
    if offered.is_empty:
        words = f"Visitors are not asked for any; {folder / WISHES_NAME} would name them."
    yield Finding("wishes", Verdict.OK, words)


def _printers(folder: Path, settings: "Settings") -> Iterator[Finding]:
    """Yield which printers this machine has; a slip printer is asked how it is."""
    from kiosk.bootstrap.printing import Printing

    printing = Printing(folder, settings.print)
    is_well, words = printing.page_printer().describe()
    yield Finding("printer", Verdict.OK if is_well else Verdict.LOOK, words)
    if printing.has_slip_printer:
        is_well, words = printing.slip_printer().describe()
        yield Finding("slip printer", Verdict.OK if is_well else Verdict.LOOK, words)


def _speech(folder: Path, settings: "Settings") -> Finding:
    from kiosk.bootstrap.speech import examine_speech

    return speech_finding(examine_speech(folder, settings.speech))


def _variables() -> Finding:
    from kiosk.settings import unknown_variables

    unknown = unknown_variables(os.environ)
    if unknown:
        words = f"Nothing reads {', '.join(unknown)}; mend the name or remove it."
        return Finding("variables", Verdict.LOOK, words)
    return Finding("variables", Verdict.OK, "Every KIOSK_ variable is known.")
