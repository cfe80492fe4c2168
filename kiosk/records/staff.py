"""Queries for staff accounts, failed sign-ins, and the public keys that records are sealed to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select, text, update
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import Role, Staff
from kiosk.records.database.ahead import UNAWAITED
from kiosk.records.schema.columns import is_central, table
from kiosk.records.schema.system_tables import PublicKey, SignInAttempt, StaffAccount

_account = table(StaffAccount).c
_attempt = table(SignInAttempt).c
_accounts = (
    select(
        _account.id,
        _account.login,
        _account.roles,
        _account.wrapped_keys,
        _account.disabled_at,
        _account.must_change,
        _account.languages,
        _account.created_at,
        _account.offers,
    )
    .where(_account.site_id == bindparam("site"), _account.deleted_at.is_(None))
    .order_by(_account.login)
)
_by_id = _accounts.where(_account.id == bindparam("account"))
_by_login = _accounts.where(_account.login == bindparam("name")).limit(1)
_failures = select(_attempt.failures, _attempt.failed_at).where(
    _attempt.digest == bindparam("asked")
)
_NEVER = datetime(1, 1, 2, tzinfo=UTC)
_FORGET_THERE = text("SELECT kiosk_forget_attempts(:asked, :since)")
_forget_here = delete(table(SignInAttempt)).where(
    or_(
        _attempt.digest == bindparam("asked"),
        _attempt.failed_at < bindparam("since", type_=_attempt.failed_at.type),
    )
)
_key = table(PublicKey).c
_keys_in_use = (
    select(_key.purpose, _key.raw)
    .where(
        _key.site_id == bindparam("site"),
        _key.retired_at.is_(None),
        _key.deleted_at.is_(None),
    )
    .order_by(_key.holder, _key.id)
)
_ROLES = {role.value for role in Role}
_LANGUAGES = {language.value for language in CallLanguage}
_OFFERS = {wish.value for wish in CallerWish}


@dataclass(frozen=True, slots=True)
class Account:
    """A staff account as it is stored."""

    staff: Staff
    wrapped_keys: str
    disabled: bool
    must_change: bool
    languages: frozenset[CallLanguage]
    """What they speak on the phone; empty stands for all."""
    created_at: datetime
    offers: frozenset[CallerWish] = frozenset()
    """Which of `CallerWish` they are; empty where nothing is told."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins in a row."""

    count: int
    last_at: datetime


def accounts(transaction: Transaction, site_id: UUID) -> tuple[Account, ...]:
    """Return every account of a site, by login, disabled ones too."""
    rows = transaction.connection().execute(_accounts, {"site": site_id})
    return tuple(_read(row) for row in rows)


def find_by_login(transaction: Transaction, site_id: UUID, login: str) -> Account | None:
    """Find an account by its login (as `domain.staff.normalise_login` writes it)."""
    found = transaction.connection().execute(_by_login, {"site": site_id, "name": login}).first()
    return None if found is None else _read(found)


def find_by_id(transaction: Transaction, site_id: UUID, account_id: UUID) -> Account | None:
    """Find an account by its id."""
    wanted = {"site": site_id, "account": account_id}
    found = transaction.connection().execute(_by_id, wanted).first()
    return None if found is None else _read(found)


def failures(transaction: Transaction, digest: bytes) -> Failures | None:
    """Return the failures in a row under one digest."""
    found = transaction.connection().execute(_failures, {"asked": digest}).first()
    return None if found is None else Failures(*found)


def add_failure(
    transaction: Transaction, site_id: UUID, kiosk_id: UUID, digest: bytes, at: datetime
) -> None:
    """Write the first failure under one digest, at a machine of a site."""
    values = {"digest": digest, "site_id": site_id, "kiosk_id": kiosk_id}
    first = insert(table(SignInAttempt)).values(failures=1, failed_at=at, **values)
    transaction.connection().execute(first, execution_options={UNAWAITED: True})


def set_failures(transaction: Transaction, digest: bytes, count: int, at: datetime) -> None:
    """Write how many failures in a row there are under one digest, and when the last was."""
    attempt = update(table(SignInAttempt)).where(_attempt.digest == digest)
    change = attempt.values(failures=count, failed_at=at)
    transaction.connection().execute(change, execution_options={UNAWAITED: True})


def forget_failures(transaction: Transaction, digest: bytes) -> None:
    """Begin the count under one digest anew."""
    _delete_attempts(transaction, digest, _NEVER)


def forget_failures_before(transaction: Transaction, at: datetime) -> None:
    """Drop failures older than `at`, so that names typed by mistake do not pile up."""
    _delete_attempts(transaction, b"", at)


def _delete_attempts(transaction: Transaction, digest: bytes, since: datetime) -> None:
    """Delete what was tried under one digest, and all that was tried before `since`."""
    # A desk's role may delete nothing at the centre; a function does it for its own clinic.
    forget = _FORGET_THERE if is_central(transaction) else _forget_here
    wanted = {"asked": digest, "since": since}
    transaction.connection().execute(forget, wanted, execution_options={UNAWAITED: True})


def _read(row: Iterable[Any]) -> Account:
    id_, login, roles, wrapped_keys, disabled_at, must_change, languages, created_at, offers = row
    # A role of a later version gives no right in this one.
    held = frozenset(Role(code) for code in roles.split(",") if code in _ROLES)
    codes = languages.split(",")
    spoken = frozenset(CallLanguage(code) for code in codes if code in _LANGUAGES)
    staff = Staff(id_, login, held)
    offered = frozenset(CallerWish(code) for code in offers.split(",") if code in _OFFERS)
    is_disabled = disabled_at is not None
    return Account(staff, wrapped_keys, is_disabled, must_change, spoken, created_at, offered)


def keys_in_use(transaction: Transaction, site_id: UUID) -> list[tuple[str, bytes]]:
    """Return purpose and raw bytes of every key that new records are sealed to."""
    rows = transaction.connection().execute(_keys_in_use, {"site": site_id})
    return [(row.purpose, row.raw) for row in rows]
