"""Fills a clinic's lists with texts that would steer a program, a terminal or a spreadsheet.

All of them are entered as staff and visitors enter them, so what is refused stays refused. Names
in requests are sealed as they are: whoever has the public key can seal anything.
"""

from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch
from uuid import uuid4

from kiosk.bootstrap.data_folder import DATABASE
from kiosk.bootstrap.files import FOLDER
from kiosk.bootstrap.kiosk import Kiosk, open_kiosk
from kiosk.devices.clock import entropy
from kiosk.domain.callbacks.actions import AddNote, Claim, Done, Escalate, Undo
from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.staff import Role
from kiosk.domain.text import Name, check_name
from kiosk.errors import SetupError
from kiosk.records.database.store import sqlite_module
from kiosk.usecases.access import Access
from kiosk.usecases.callbacks import submission
from kiosk.usecases.site import load_sealing_keys
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import SignedIn
from kiosk.usecases.visitor_desk import VisitorDesk
from tests.journeys.clinic import PASSPHRASE
from tests.support.desks import CHEAP
from tests.support.drafts import plain_draft

MARKUP: Final = "[red]x[/] [@click=app.quit]y[/]"
FORMULA: Final = '=HYPERLINK("x")'
COMMAND: Final = "$(reboot)"
HOSTILE: Final = (
    MARKUP,
    FORMULA,
    COMMAND,
    "\x1b[31mRed\x1b[2J\x1b]0;title\x07",
    "C1\x9b2J\x9d0;t\x9c\u200b\x00\x08",
    "\u202eneddih\u202c \u2067Lim\u2069 \u200fTan",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🏳\ufe0f\u200d🌈",
    "Z" + "\u0301" * 40 + "algo",
    "W" * 300,
    "தமிழ்ச்செல்வன் s/o குமார்",
    "王小明龘𠮷",
    "Two\nlines\tand\r\x85three\u2028four",
    "../../etc/passwd",
    "%s %n {0} {self.app} \\x1b[2J",
)
SHOWN: Final = ("[red]x[/]", "=HYPERLINK(", "$(reboot)", "王小明", "%s %n {0}")
"""Parts of them that a list has to show as they are."""


def fill_lists(folder: Path, login: str) -> None:
    """Enter `HOSTILE` in every list of the clinic in `folder`, as `login`, who has every role."""
    kiosk = open_kiosk(folder)
    try:
        access = kiosk.access()
        signed_in = access.sign_in(login, PASSPHRASE)
        assert isinstance(signed_in, SignedIn)
        _add_staff(kiosk, signed_in)
        _plan_and_come(access, signed_in, kiosk)
        _ask_for_calls(kiosk)
        _note_on_calls(access, signed_in)
    finally:
        kiosk.store.close()
    _name_files(folder / FOLDER)
    _name_machines(folder / DATABASE)


def _add_staff(kiosk: Kiosk, manager: SignedIn) -> None:
    maker = AccountMaker(kiosk.store, kiosk.clock, entropy, kiosk.site, manager, CHEAP)
    for text in HOSTILE:
        with suppress(SetupError):
            maker.add(NewAccount(text, PASSPHRASE, frozenset(Role), is_sample=True))


def _plan_and_come(access: Access, signed_in: SignedIn, kiosk: Kiosk) -> None:
    """Make a group of each text: members, a session that is on, and one that is called off."""
    groups, roster = access.groups_desk(signed_in), access.roster_desk(signed_in)
    passes, now = access.pass_desk(signed_in), kiosk.clock.now()
    since, until = now - timedelta(minutes=10), now + timedelta(minutes=50)
    for number, text in enumerate(HOSTILE):
        group = GroupPlan(uuid4(), text, text, text, about=text, enrolled=number % 2 == 0)
        on, off = (SessionPlan(uuid4(), group.id, since, until, text) for _ in range(2))
        groups.add_group(group)
        groups.add_session(on)
        groups.add_session(off)
        name = check_name(text)
        if isinstance(name, Name):
            passes.issue_pass(name.text, "en", groups=[group.id])
            for session in (on, off):
                roster.add_person(session.id, name.text, "en", roster.new_pass())
        groups.cancel_sessions([off.id], text)


def _ask_for_calls(kiosk: Kiosk) -> None:
    sealing = load_sealing_keys(kiosk.store, kiosk.site)
    desk = VisitorDesk(kiosk.store, kiosk.clock, entropy, kiosk.site, kiosk.settings.rules, sealing)
    with patch.object(submission, "clean", str):
        for number, text in enumerate(HOSTILE):
            phone = f"+6581235{number:03}" if number % 2 else text[:40]
            desk.request_callback(replace(plain_draft(desk), preferred_name=text, phone=phone))


def _note_on_calls(access: Access, signed_in: SignedIn) -> None:
    """Note, escalate and take back; some by one whose login is hostile."""
    colleague = access.sign_in(COMMAND, PASSPHRASE)
    assert isinstance(colleague, SignedIn)
    desks = access.callback_desk(signed_in), access.callback_desk(colleague)
    rows = desks[0].worklist().rows
    for number, (row, text) in enumerate(zip(rows, HOSTILE, strict=False)):
        desk, id_ = desks[number % 2], row.request.id
        for action in (AddNote(text), Claim(), Undo(text), Claim(), Escalate(text))[
            : 2 + number % 4
        ]:
            done = desk.act(id_, row.state.revision, action)
            assert isinstance(done, Done)
            row = done.row


def _name_files(folder: Path) -> None:
    """Put plan files into the import folder, of which none can be read."""
    folder.mkdir(exist_ok=True)
    for text in HOSTILE:
        name = text.replace("/", "_").replace("\0", "")[:60]
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def _name_machines(database: Path) -> None:
    """Put machines beside this one, as a centre may name them."""
    with closing(sqlite_module().connect(database)) as records:
        names = [row[1] for row in records.execute("PRAGMA table_info(kiosk_device)")]
        chosen = ", ".join({"id": "?", "name": "?"}.get(name, name) for name in names)
        for text in HOSTILE:
            records.execute(
                f"INSERT INTO kiosk_device ({', '.join(names)}) SELECT {chosen}"  # noqa: S608
                " FROM kiosk_device LIMIT 1",
                (uuid4().bytes, text),
            )
        records.commit()
