"""The helplines that a clinic's visitors see, and publishing others."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.content.helplines import (
    HelplineFile,
    Helplines,
    check_helplines,
    helplines,
    helplines_in_force,
    redated,
    shipped_helplines,
    shipped_text,
)
from kiosk.devices.clock import Clock
from kiosk.errors import SetupError
from kiosk.records import site as records
from kiosk.records.database.store import Records
from kiosk.usecases.site import SiteInfo

_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class HelplinesInForce:
    """The list that visitors see."""

    lines: Helplines
    """In English."""
    published_at: datetime | None
    """When a manager published it; None where it is the one that came with the program."""
    passed_over: str
    """Why a published list is not the one shown, in one sentence; empty where none is."""
    published_by: str = ""
    """Login of who published it, and so has rung every line; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class HelplinesPublished:
    """A list has been kept for every kiosk."""

    at: datetime
    verified_on: date
    review_by: date
    lines: int


@dataclass(frozen=True, slots=True)
class HelplinesMissing:
    """A list leaves out what visitors see now; nothing has been published."""

    names: tuple[str, ...]
    """Lines by their English names, and languages such as "all words in ms"."""


def read_in_force(store: Records, clock: Clock, site: SiteInfo) -> HelplinesInForce:
    """Return the list this clinic's visitors see; SetupError where no list can be read at all."""
    with store.read() as transaction:
        return now_in_force(transaction, site, clock.now())


def read_published(store: Records, site: SiteInfo) -> str:
    """Return the published list (TOML) for visitors; empty where the program's own is shown."""
    return read_and_check_published(store, site)[0]


def read_and_check_published(store: Records, site: SiteInfo) -> tuple[str, str]:
    """Return the published list (TOML) and why it is not to be shown; one of the two is empty."""
    with store.read() as transaction:
        return _check_published(records.latest_helplines(transaction, site.site_id), site)


def now_in_force(transaction: Transaction, site: SiteInfo, now: datetime) -> HelplinesInForce:
    """Return the same as `read_in_force`, in a transaction."""
    found = records.latest_helplines(transaction, site.site_id)
    text, passed_over = _check_published(found, site)
    today = now.astimezone(site.zone).date()
    return HelplinesInForce(
        helplines("en", today, published=text),
        found.published_at if found is not None and text else None,
        passed_over,
    )


def check_list(text: str, site: SiteInfo, now: datetime) -> HelplineFile:
    """Return a list that is to be published, parsed; SetupError with what is wrong with it."""
    today = now.astimezone(site.zone).date()
    try:
        file = check_helplines(text, site.country)
    except ValueError as error:
        raise SetupError(f"The helplines {error}; mend the file.") from None
    shipped = shipped_helplines()
    # A clock that is earlier than the program's own list is wrong, and must not refuse it.
    if file.verified_on > max(today, shipped.verified_on):
        raise SetupError(f"The helplines were verified on {file.verified_on}, which is to come.")
    if file.review_by < today:
        raise SetupError(f"The helplines were to be reviewed by {file.review_by}; ring each line.")
    if file.verified_on < shipped.verified_on:
        raise SetupError(
            f"The helplines were verified on {file.verified_on}, before those that came with the"
            f" program ({shipped.verified_on}), which kiosks would go on showing; ring each line."
        )
    return file


def rung_today(transaction: Transaction, site: SiteInfo, now: datetime) -> str:
    """Return the list that visitors see, dated by today; to be rung again after as long as before.

    SetupError where it is not fit to be published.
    """
    found = records.latest_helplines(transaction, site.site_id)
    text = _check_published(found, site)[0] or shipped_text()
    file = helplines_in_force(text)
    # A clock that is earlier than the list is wrong, and makes it no older.
    day = max(now.astimezone(site.zone).date(), file.verified_on)
    try:
        return redated(text, day, day + (file.review_by - file.verified_on))
    except ValueError as error:
        raise SetupError(f"The helplines {error}; publish a list of the clinic's own.") from None


def find_left_out(file: HelplineFile, site: SiteInfo, transaction: Transaction) -> tuple[str, ...]:
    """Return the names of the lines and languages that visitors see now and `file` lacks."""
    before = helplines_in_force(
        _check_published(records.latest_helplines(transaction, site.site_id), site)[0]
    )
    ids = {entry.id for entry in file.entries}
    lines = [entry.texts["en"][0] for entry in before.entries if entry.id not in ids]
    languages = sorted(before.languages - file.languages)
    return (*lines, *(f"all words in {code}" for code in languages))


def add_published(
    transaction: Transaction, site: SiteInfo, row_id: UUID, text: str, now: datetime
) -> datetime:
    """Keep a checked list; return its time, which is after that of every other list.

    So a list published while the clock was ahead does not hide later ones.
    """
    last = records.latest_helplines(transaction, site.site_id)
    at = now if last is None else max(now, last.published_at + _STEP)
    records.add_helplines(transaction, row_id, site.site_id, records.PublishedHelplines(text, at))
    return at


def _check_published(found: records.PublishedHelplines | None, site: SiteInfo) -> tuple[str, str]:
    """Return the text to show, or empty with a sentence why the published list is not shown."""
    if found is None:
        return "", ""
    try:
        file = check_helplines(found.text, site.country)
    except ValueError as error:
        return "", f"The published list is not shown: the helplines {error}."
    if helplines_in_force(found.text) != file:
        return "", (
            f"The published list of {file.verified_on} is not shown: the one that came with the"
            " program is newer."
        )
    return found.text, ""
