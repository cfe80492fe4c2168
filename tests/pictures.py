"""The pictures of the README, drawn from the real screens of the sample clinic.

Run `python -m tests.pictures` after a screen in them has changed.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

from kiosk.content.qr import encode_svg, qr_matrix
from kiosk.domain.passes import SECRET_BYTES, CodeKind, encode
from kiosk.domain.policy import Rules
from kiosk.domain.working_time import WorkingCalendar
from kiosk.records.database.store import Store
from kiosk.usecases.access import Access
from kiosk.usecases.sample_clinic import (
    MANAGER,
    PASSPHRASE,
    STAFF,
    SampleClinic,
    SamplePass,
    new_sample_passes,
)
from kiosk.usecases.site import load_sealing_keys, load_site
from kiosk.usecases.staff_desk import Context, SignedIn
from tests.support.desks import CHEAP, Clinic, SetClock
from tests.support.deskscreens import at_desk
from tests.support.extract import CHECKOUT
from tests.support.pictures import svg
from tests.support.screens import at_kiosk

FOLDER = CHECKOUT / "assets" / "pictures"


async def draw(folder: Path) -> dict[str, str]:
    """Return the SVG of each picture by its file's name; `folder` is empty.

    It is a Monday at noon, and in colour, so that every run draws the same.
    """
    with patch.dict(os.environ), _sample_clinic(folder) as (clinic, passes):
        os.environ.pop("NO_COLOR", None)
        home = await _home(clinic)
        _arrive(clinic, passes)
        roster = await _roster(clinic)
    return {"home.svg": home, "roster.svg": roster, "test-card.svg": _test_card()}


def _test_card() -> str:
    """Return the code that a scanner is tried with; it belongs to nobody."""
    digits = encode(CodeKind.TEST_CARD, bytes(SECRET_BYTES))
    return encode_svg(qr_matrix(digits, level="Q", numeric=True, max_version=4))


async def _home(clinic: Clinic) -> str:
    async with at_kiosk(clinic) as visitor:
        return svg(visitor.strips(), "The first screen of the visitor's kiosk")


def _arrive(clinic: Clinic, passes: tuple[SamplePass, ...]) -> None:
    """Let everybody come to the next group, and two guests."""
    session = clinic.visitor.sessions_today().open_now[0]
    for one, minutes in zip(passes, (14, 6, 9, 5), strict=True):
        clinic.clock.move(minutes=minutes)
        clinic.visitor.check_in(one.digits, session.id)
    for _ in range(2):
        clinic.visitor.count_me_in(clinic.id(), session.id)
    clinic.clock.move(minutes=2)


async def _roster(clinic: Clinic) -> str:
    async with at_desk(clinic) as colleague:
        await colleague.sign_in(STAFF[0].login, PASSPHRASE)
        await colleague.keys("g", "enter", "n")
        return svg(colleague.strips(), "A facilitator's roster, with its names shown")


@contextmanager
def _sample_clinic(folder: Path) -> Iterator[tuple[Clinic, tuple[SamplePass, ...]]]:
    clock, entropy = SetClock(), Random(1).randbytes
    store = Store.open(folder / "kiosk.db", create=True)
    try:
        sample, passes = SampleClinic(store, clock, entropy, CHEAP), new_sample_passes(entropy)
        sample.complete(passes, lambda _site, _keys: None)
        sample.plan_sessions()
        site = load_site(store)
        sealing = load_sealing_keys(store, site)
        context = Context(store, clock, entropy, site, sealing, Rules(), WorkingCalendar(site.zone))
        manager = Access(context, CHEAP).sign_in(MANAGER.login, PASSPHRASE)
        assert isinstance(manager, SignedIn)
        yield Clinic(store, folder, clock, entropy, site, sealing, manager, {}), passes
    finally:
        store.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as made:
        for name, picture in asyncio.run(draw(Path(made))).items():
            (FOLDER / name).write_text(picture, encoding="utf-8")
