"""The manager's desk of staff accounts: roles, languages, passphrases, disabling."""

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import (
    AccountProblem,
    AccountView,
    PassphraseProblem,
    Role,
    check_passphrase,
    is_login,
    may_take,
    normalise_login,
    purposes_of_roles,
)
from kiosk.errors import AccessRefused
from kiosk.records import staff
from kiosk.records.database.writing import add_reference, change_reference
from kiosk.records.schema.system_tables import StaffAccount
from kiosk.usecases.staff.accounts import NewAccount, build_account, format_codes
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk
from kiosk.vault.keys import NO_KEYS, KeyRing, Rights, wrap_ring
from kiosk.vault.passphrases import DEFAULT_COST, Cost

Answer = AccountView | AccountProblem | PassphraseProblem
"""An account as it is now, or why nothing was changed."""


class AccountsDesk(StaffDesk):
    """The manager's desk of staff accounts; made by `Access.accounts_desk` after sign-in.

    What a method changes works at once, also for staff who are signed in. Methods that take a
    passphrase need some 0.1 s, so call them in a thread.
    """

    role = Role.MANAGER

    def __init__(self, context: Context, signed_in: SignedIn, cost: Cost = DEFAULT_COST) -> None:
        """Take the manager, whose keys are passed on, and the cost of a passphrase."""
        super().__init__(context, signed_in)
        self._cost = cost

    def accounts(self) -> tuple[AccountView, ...]:
        """Return every account, by login, disabled ones too."""
        accounts = partial(staff.accounts, site_id=self._site.site_id)
        with self._reading(accounts, whole=True) as (transaction, _now):
            return tuple(_view(one) for one in accounts(transaction))

    def add(self, new: NewAccount) -> Answer:
        """Add an account whose passphrase has to be replaced at the first sign-in."""
        problem = _problem_of(new, self._site.name)
        if problem is not None:
            return problem
        made_at = self._clock.now()
        id_, keys = self._new_id(made_at), self._held(new.roles)
        row = build_account(self._site, id_, new, keys, made_at, self._cost, must_change=True)
        with self._writing() as (transaction, now):
            if staff.find_by_login(transaction, self._site.site_id, row.login) is not None:
                return AccountProblem.LOGIN_TAKEN
            add_reference(transaction, row)
            self._audit(transaction, now, AuditAction.STAFF_ADDED, id_)
            return self._view_of(transaction, id_)

    def set_roles(self, account_id: UUID, roles: frozenset[Role], passphrase: str = "") -> Answer:
        """Set the roles of an account.

        Roles that open more than before need a new `passphrase` (else NEEDS_PASSPHRASE), to be
        replaced at the next sign-in; keys of roles that were taken away are dropped then, or at
        once where a `passphrase` is given. A disabled account gets its keys when it is enabled.
        """
        if not roles:
            return AccountProblem.NO_ROLE
        chosen: str | PassphraseProblem = ""
        if passphrase:
            chosen = self._check_passphrase(self._find(account_id), passphrase)
        if isinstance(chosen, PassphraseProblem):
            return chosen
        values: dict[str, object] = {"roles": format_codes(roles)}
        rewrapped = {**values, **self._wrap(account_id, roles, chosen)} if chosen else values
        with self._writing() as (transaction, now):
            account = staff.find_by_id(transaction, self._site.site_id, account_id)
            if account is None:
                return AccountProblem.UNKNOWN
            if Role.MANAGER not in roles and self._is_last_manager(transaction, account):
                return AccountProblem.LAST_MANAGER
            if roles == account.staff.roles:
                return self._view_of(transaction, account_id)
            opens_more = not account.disabled and not may_take(account.staff.roles, roles)
            if opens_more and not chosen:
                return AccountProblem.NEEDS_PASSPHRASE
            new_values = values if account.disabled else rewrapped
            change_reference(transaction, StaffAccount, account_id, new_values)
            self._audit(transaction, now, AuditAction.STAFF_ROLES_SET, account_id)
            return self._view_of(transaction, account_id)

    def set_languages(self, account_id: UUID, languages: Iterable[CallLanguage]) -> Answer:
        """Set the languages that an account speaks on the phone; none stands for all."""
        values = {"languages": format_codes(languages)}
        return self._change(account_id, values, AuditAction.STAFF_LANGUAGES_SET)

    def set_offers(self, account_id: UUID, offers: Iterable[CallerWish]) -> Answer:
        """Set which of `wishes.CallerWish` an account is; none where nothing is told."""
        values = {"offers": format_codes(offers)}
        return self._change(account_id, values, AuditAction.STAFF_OFFERS_SET)

    def disable(self, account_id: UUID) -> Answer:
        """Disable an account at once; LAST_MANAGER where no manager would be left to enable it.

        Its keys are deleted, so that whoever edits the file enables nothing.
        """
        with self._writing() as (transaction, now):
            account = staff.find_by_id(transaction, self._site.site_id, account_id)
            if account is None:
                return AccountProblem.UNKNOWN
            if self._is_last_manager(transaction, account):
                return AccountProblem.LAST_MANAGER
            if not account.disabled:
                values = {"disabled_at": now, "wrapped_keys": NO_KEYS}
                change_reference(transaction, StaffAccount, account_id, values)
                self._audit(transaction, now, AuditAction.STAFF_DISABLED, account_id)
            return self._view_of(transaction, account_id)

    def enable(self, account_id: UUID, passphrase: str) -> Answer:
        """Enable a disabled account with a passphrase, to be replaced at the next sign-in."""
        return self._give_passphrase(account_id, passphrase, enables=True)

    def reset_passphrase(self, account_id: UUID, passphrase: str) -> Answer:
        """Set a passphrase for an account, to be replaced at the next sign-in."""
        return self._give_passphrase(account_id, passphrase, enables=False)

    def _give_passphrase(self, account_id: UUID, passphrase: str, *, enables: bool) -> Answer:
        """Lock the keys of an account's roles by a new passphrase."""
        known = self._find(account_id)
        chosen = self._check_passphrase(known, passphrase)
        if isinstance(chosen, PassphraseProblem):
            return chosen
        if account_id == self._staff.id and not enables:
            return AccountProblem.OWN_PASSPHRASE
        if known is None:
            return AccountProblem.UNKNOWN
        values = {**self._wrap(account_id, known.staff.roles, chosen), "disabled_at": None}
        action = AuditAction.STAFF_ENABLED if enables else AuditAction.PASSPHRASE_GIVEN
        with self._writing() as (transaction, now):
            account = staff.find_by_id(transaction, self._site.site_id, account_id)
            if account is None:
                return AccountProblem.UNKNOWN
            if account.disabled and not enables:
                return AccountProblem.DISABLED
            if enables and not account.disabled:
                return _view(account)
            change_reference(transaction, StaffAccount, account_id, values)
            self._audit(transaction, now, action, account_id)
            return self._view_of(transaction, account_id)

    def _change(
        self, account_id: UUID, values: Mapping[str, object], action: AuditAction
    ) -> Answer:
        with self._writing() as (transaction, now):
            if staff.find_by_id(transaction, self._site.site_id, account_id) is None:
                return AccountProblem.UNKNOWN
            change_reference(transaction, StaffAccount, account_id, values)
            self._audit(transaction, now, action, account_id)
            return self._view_of(transaction, account_id)

    def _find(self, account_id: UUID) -> staff.Account | None:
        find = partial(staff.find_by_id, site_id=self._site.site_id, account_id=account_id)
        # One's own account is asked for twice: every sign-in is looked at first.
        is_other = account_id != self._staff.id
        with self._reading(find, whole=is_other) as (transaction, _now):
            return find(transaction)

    def _check_passphrase(
        self, account: staff.Account | None, typed: str
    ) -> str | PassphraseProblem:
        """Check a new passphrase for an account, whose login it must not be."""
        login = "" if account is None else account.staff.login
        return check_passphrase(typed, login, self._site.name)

    def _wrap(self, account_id: UUID, roles: frozenset[Role], chosen: str) -> dict[str, object]:
        """Return the columns with the keys of `roles` wrapped under a passphrase to be replaced."""
        keys = self._held(roles)
        rights = Rights(roles, must_change=True)
        text = wrap_ring(keys, chosen, account=account_id, rights=rights, cost=self._cost)
        return {"wrapped_keys": text, "must_change": True}

    def _held(self, roles: frozenset[Role]) -> KeyRing:
        """Return those of the manager's own keys that `roles` open."""
        keys = self._signed_in.keys
        wanted = purposes_of_roles(roles)
        if not wanted <= keys.keys():
            raise AccessRefused("Your account holds not every key; another manager has to do this.")
        return {purpose: keys[purpose] for purpose in wanted}

    def _is_last_manager(self, transaction: Transaction, account: staff.Account) -> bool:
        managers = {
            one.staff.id
            for one in staff.accounts(transaction, self._site.site_id)
            if Role.MANAGER in one.staff.roles and not one.disabled
        }
        return managers == {account.staff.id}

    def _view_of(self, transaction: Transaction, account_id: UUID) -> AccountView | AccountProblem:
        account = staff.find_by_id(transaction, self._site.site_id, account_id)
        return AccountProblem.UNKNOWN if account is None else _view(account)


def _problem_of(new: NewAccount, clinic: str) -> AccountProblem | PassphraseProblem | None:
    """Return why an account cannot be made; None where it can."""
    if not is_login(normalise_login(new.login)):
        return AccountProblem.LOGIN_ODD
    if not new.roles:
        return AccountProblem.NO_ROLE
    checked = check_passphrase(new.passphrase, new.login, clinic)
    return checked if isinstance(checked, PassphraseProblem) else None


def _view(account: staff.Account) -> AccountView:
    return AccountView(
        id=account.staff.id,
        login=account.staff.login,
        roles=account.staff.roles,
        languages=account.languages,
        disabled=account.disabled,
        must_change=account.must_change,
        created_at=account.created_at,
        offers=account.offers,
    )
