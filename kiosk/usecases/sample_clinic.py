"""The sample clinic of `kiosk demo`: invented people, and a session that is always open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.callbacks.wishes import CallerWish, Wish
from kiosk.domain.groups.groups import GroupPlan, SessionPlan
from kiosk.domain.passes import SECRET_BYTES, Code, CodeKind, decode, derive_lookup, encode
from kiosk.domain.policy import Rules
from kiosk.domain.staff import Role
from kiosk.domain.working_time import WorkingCalendar
from kiosk.errors import SetupError
from kiosk.records import passes as pass_rows
from kiosk.records import site as site_rows
from kiosk.records import staff
from kiosk.records.database.store import Records
from kiosk.usecases.access import Access
from kiosk.usecases.groups.plan_import import add_group, add_sessions
from kiosk.usecases.setup import ClinicPlan, KeepRecovery, found_clinic
from kiosk.usecases.site import SiteInfo, load_sealing_keys, load_site
from kiosk.usecases.staff.accounts import AccountMaker, NewAccount
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.usecases.visitor_desk import VisitorDesk
from kiosk.vault.passphrases import DEFAULT_COST, Cost

PASSPHRASE = "demo demo demo"  # noqa: S105  the sample clinic's, printed by the command
PIN = "2580"
MANAGER = NewAccount("manager", PASSPHRASE, frozenset({Role.MANAGER}), is_sample=True)
STAFF = (
    NewAccount("facilitator", PASSPHRASE, frozenset({Role.FACILITATOR}), is_sample=True),
    NewAccount(
        "caller",
        PASSPHRASE,
        frozenset({Role.CALLER}),
        offers=frozenset({CallerWish.WOMAN}),
        is_sample=True,
    ),
)
PEOPLE = {"Mei": "en", "Ravi": "en", "王小明": "zh", "Nur Aisyah": "ms"}
"""Invented first names, each with the language of the pass."""
_BLOCK = timedelta(hours=2)
"""One session starts every two hours and lasts an hour and a half; with half an hour before its
start, exactly one is open at any minute."""
_LEAD = timedelta(minutes=30)
_AHEAD = 24
"""How many sessions are planned ahead: two days."""
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_ZONES = ("Asia/Singapore", "Europe/London", "America/Los_Angeles")
"""At any time of the year it is daytime in one of them."""
_DAYTIME = range(5, 19)
"""Hours in which a day has more than one session left."""
_GROUPS = (
    ("Wellness group", "Room 2", "Level 2, left at the lift"),
    ("Recovery workshop", "Room 5", "Level 1, behind the café"),
    ("Carers' circle", "Room 3", "Level 2, right at the lift"),
)


@dataclass(frozen=True, slots=True)
class SamplePass:
    """One sample pass."""

    name: str
    digits: str


class SampleClinic:
    """Makes the sample clinic in a database, and completes one whose making was cut off."""

    def __init__(
        self, store: Records, clock: Clock, entropy: Entropy, cost: Cost = DEFAULT_COST
    ) -> None:
        """Take the cost of the passphrases."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._cost = cost

    def is_complete(self, passes: Iterable[SamplePass]) -> bool:
        """Return whether all is made; the passes are made last."""
        with self._store.read() as transaction:
            if site_rows.this_machine(transaction) is None:
                return False
            kept = (pass_rows.find(transaction, derive_lookup(_secret(one))) for one in passes)
            return all(card is not None for card in kept)

    def complete(self, passes: Iterable[SamplePass], keep_recovery: KeepRecovery) -> None:
        """Make what is missing: clinic, groups, staff, passes (about a second).

        `keep_recovery` is called where the clinic itself is made. Raises SetupError where the
        database holds another clinic.
        """
        with self._store.read() as transaction:
            is_new = site_rows.this_machine(transaction) is None
        if is_new:
            found_clinic(
                self._store, self._clock, self._entropy, self._plan(), keep_recovery, self._cost
            )
        site = load_site(self._store)
        sealing = load_sealing_keys(self._store, site)
        context = Context(
            self._store,
            self._clock,
            self._entropy,
            site,
            sealing,
            Rules(),
            WorkingCalendar(site.zone),
        )
        access = Access(context, self._cost)
        self._add_staff(site, access)
        desk = access.pass_desk(_signed_in(access, STAFF[0]))
        for number, (name, label, room) in enumerate(_GROUPS):
            add_group(self._store, site, GroupPlan(_group_id(site, number), name, label, room))
        send_sample_requests(context)
        for one in passes:
            draft = JoinDraft(desk.new_pass().id, _secret(one))
            desk.issue_pass(one.name, PEOPLE.get(one.name, "en"), draft)

    def plan_sessions(self) -> None:
        """Plan the next two days, so that a session is open now and others are later today.

        Near the end of a day the clinic moves to a time zone where it is daytime.
        """
        now = self._clock.now()
        site = load_site(self._store)
        if now.astimezone(site.zone).hour not in _DAYTIME:
            with self._store.write() as transaction:
                site_rows.set_zone(transaction, site.site_id, _zone(now).key)
        first = (now - _EPOCH) // _BLOCK
        plans = tuple(_session(site, block) for block in range(first, first + _AHEAD))
        add_sessions(self._store, site, plans)

    def _plan(self) -> ClinicPlan:
        return ClinicPlan(
            name="Sample clinic",
            zone=_zone(self._clock.now()),
            country="SG",
            manager=MANAGER,
            pin=PIN,
            symbols="7K",
        )

    def _add_staff(self, site: SiteInfo, access: Access) -> None:
        with self._store.read() as transaction:
            known = {account.staff.login for account in staff.accounts(transaction, site.site_id)}
        missing = [account for account in STAFF if account.login not in known]
        if missing:
            manager = _signed_in(access, MANAGER)
            maker = AccountMaker(self._store, self._clock, self._entropy, site, manager, self._cost)
            for account in missing:
                maker.add(account)


def new_sample_passes(entropy: Entropy) -> tuple[SamplePass, ...]:
    """Return a new pass for each of `PEOPLE`; nothing is written."""
    return tuple(SamplePass(name, encode(CodeKind.PASS, entropy(SECRET_BYTES))) for name in PEOPLE)


def send_sample_requests(context: Context) -> None:
    """Send each sample request; one that was sent before stays as it is."""
    desk = VisitorDesk(
        context.store, context.clock, context.entropy, context.site, context.rules, context.sealing
    )
    for number, person in enumerate(_PEOPLE):
        id_ = uuid5(context.site.site_id, f"request {number}")
        desk.request_callback(
            CallbackDraft(
                id=id_,
                slip_secret=uuid5(id_, "slip").bytes,
                preferred_name=person.name,
                phone=person.phone,
                windows=person.windows,
                not_before=None,
                call_language=person.language,
                message_policy=person.messages,
                answered_by_other=person.others,
                share_with_team=number % 2 == 0,
                wishes=person.wishes,
                ui_language="en",
                consent_version="sample",
            )
        )


class _Person(NamedTuple):
    """An invented visitor; the last has the number of the first, as a duplicate request has."""

    name: str
    phone: str
    language: CallLanguage
    windows: frozenset[Window]
    messages: MessagePolicy = MessagePolicy.NONE
    others: AnsweredByOther = AnsweredByOther.ASK_FOR_NAME
    wishes: frozenset[str] = frozenset()


_ANY = frozenset({Window.ANY})
_MORNINGS = frozenset({Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING})
_AFTERNOONS = frozenset({Window.WEEKDAY_AFTERNOON, Window.WEEKDAY_EVENING})
_PEOPLE = (
    _Person(
        "Mei",
        "+6581230001",
        CallLanguage.MANDARIN,
        _MORNINGS,
        MessagePolicy.TEXT,
        wishes=frozenset({Wish.WOMAN, Wish.TEXT, "about_work_study"}),
    ),
    _Person("Ravi", "+6581230002", CallLanguage.TAMIL, _AFTERNOONS),
    _Person(
        "Uncle Lim",
        "+6562230003",
        CallLanguage.HOKKIEN,
        _ANY,
        wishes=frozenset({Wish.INTERPRETER}),
    ),
    _Person(
        "Aisyah",
        "+6591230004",
        CallLanguage.MALAY,
        _AFTERNOONS,
        MessagePolicy.NAME_AND_NUMBER,
        AnsweredByOther.SAY_CLINIC,
        frozenset({Wish.CARER, "about_groups"}),
    ),
    _Person("王小明", "+6581230005", CallLanguage.MANDARIN, _ANY),
    _Person("Sam", "+447700900123", CallLanguage.ENGLISH, _ANY),
    _Person("Mei Mei", "+6581230001", CallLanguage.MANDARIN, _MORNINGS),
)


def _secret(one: SamplePass) -> bytes:
    code = decode(one.digits)
    if not isinstance(code, Code):
        raise SetupError("A sample pass is damaged; remove the demo's folder and make it anew.")
    return code.secret


def _session(site: SiteInfo, block: int) -> SessionPlan:
    number = block % len(_GROUPS)
    starts_at = _EPOCH + block * _BLOCK + _LEAD
    return SessionPlan(
        id=uuid5(site.site_id, f"session {block}"),
        group_id=_group_id(site, number),
        starts_at=starts_at,
        ends_at=starts_at + _BLOCK - _LEAD,
        room=_GROUPS[number][2],
    )


def _group_id(site: SiteInfo, number: int) -> UUID:
    return uuid5(site.site_id, f"group {number}")


def _zone(now: datetime) -> ZoneInfo:
    """Return the first zone in which it is daytime."""
    zones = [ZoneInfo(name) for name in _ZONES]
    return next((z for z in zones if now.astimezone(z).hour in _DAYTIME), zones[0])


def _signed_in(access: Access, account: NewAccount) -> SignedIn:
    answer = access.sign_in(account.login, PASSPHRASE)
    if not isinstance(answer, SignedIn):
        raise SetupError(
            "The demo's data folder holds another clinic; name another folder by KIOSK_DATA_DIR."
        )
    return answer
