"""`kiosk staff`: who may do what, and their passphrases."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, assert_never
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.arguments import ManagerOption
from kiosk.cli.output import Format, FormatOption, show, show_one, write
from kiosk.cli.sign_in import (
    NEW_PASSPHRASE_VARIABLE,
    ask_passphrase,
    new_passphrase,
    open_for_staff,
    refusal_error,
    signed_in,
)
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.domain.callbacks.request import CallLanguage
from kiosk.domain.callbacks.wishes import CallerWish
from kiosk.domain.staff import (
    LONGEST_LOGIN,
    AccountProblem,
    AccountView,
    PassphraseProblem,
    Role,
    is_login,
    normalise_login,
)
from kiosk.domain.text import clean
from kiosk.presentation.staff import PASSPHRASE_PROBLEMS

if TYPE_CHECKING:
    from kiosk.usecases.staff.accounts_desk import AccountsDesk, Answer


app = typer.Typer(
    cls=Noun, help="Accounts of staff.", invoke_without_command=True, callback=print_help
)
LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="Whose account.")]
RolesArgument = Annotated[
    list[Role], typer.Argument(metavar="ROLES", help=f"One or more of {', '.join(Role)}.")
]
_LANGUAGES = f"Spoken on the phone: {', '.join(CallLanguage)}."
_OFFERS = f"What visitors may wish a caller to be: {', '.join(CallerWish)}."
_COLUMNS = (
    "login", "roles", "languages", "offers", "disabled", "must_change", "created_at", "account_id",
)  # fmt: skip
_UNCHANGED = "Nothing was changed; give the command again."
_PROBLEMS = {
    AccountProblem.LOGIN_ODD: f"A login has 1 to {LONGEST_LOGIN} plain characters; choose another.",
    AccountProblem.LOGIN_TAKEN: "There is an account of this login already; choose another.",
    AccountProblem.NO_ROLE: f"An account needs a role: {', '.join(Role)}.",
    AccountProblem.UNKNOWN: "There is no account of this login; see `kiosk staff list`.",
    AccountProblem.LAST_MANAGER: "Nobody else is a manager; make somebody one first.",
    AccountProblem.OWN_PASSPHRASE: "For your own passphrase leave out the login.",
    AccountProblem.DISABLED: "The account is disabled; open it by `kiosk staff enable`.",
    AccountProblem.NEEDS_PASSPHRASE: "The new roles open more, and need a new passphrase.",
}


@app.command("list")
def list_(user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """List all accounts, disabled ones too.

    Asks for your passphrase, or reads KIOSK_PASSPHRASE. An account without languages gets calls
    in every language.
    """
    with signed_in(user) as (kiosk, access, staff):
        found = access.accounts_desk(staff).accounts()
        rows = [_cells(one, kiosk.site.zone) for one in found]
    show(rows, form, columns=_COLUMNS[:-1] if form is Format.TABLE else _COLUMNS, empty="")


@app.command(cls=Verb)
def add(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The name to sign in with.")],
    roles: RolesArgument,
    user: ManagerOption,
    language: Annotated[
        list[CallLanguage] | None,
        typer.Option(metavar="CODE", help=f"{_LANGUAGES} May be repeated."),
    ] = None,
    offers: Annotated[
        list[CallerWish] | None,
        typer.Option(metavar="CODE", help=f"{_OFFERS} May be repeated."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make an account, with a first passphrase to hand over.

    It is asked for unseen, or read from KIOSK_NEW_PASSPHRASE, and has to be replaced at the first
    sign-in.
    """
    from kiosk.usecases.staff.accounts import NewAccount

    name = normalise_login(login)
    if not is_login(name):
        raise wrong("LOGIN", _PROBLEMS[AccountProblem.LOGIN_ODD])

    def make(desk: "AccountsDesk") -> "Answer":
        if any(one.login == name for one in desk.accounts()):
            return AccountProblem.LOGIN_TAKEN
        first = _first_passphrase(name, "No account was made; give the command again.")
        spoken, offered = frozenset(language or ()), frozenset(offers or ())
        return desk.add(NewAccount(name, first, frozenset(roles), spoken, offered))

    _change(user, make, form)


@app.command(cls=Verb)
def disable(login: LoginArgument, user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Shut an account at once; opening it again takes a new passphrase."""
    _change(user, lambda desk: desk.disable(_named(desk, login).id), form)


@app.command(cls=Verb)
def enable(login: LoginArgument, user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Open an account again, with a new passphrase to hand over.

    It is asked for unseen, or read from KIOSK_NEW_PASSPHRASE, and has to be replaced at the next
    sign-in.
    """

    def open_again(desk: "AccountsDesk") -> "Answer":
        account = _named(desk, login)
        if not account.disabled:
            return account
        return desk.enable(account.id, _first_passphrase(account.login, _UNCHANGED))

    _change(user, open_again, form)


@app.command(cls=Verb)
def roles(
    login: LoginArgument,
    wanted: RolesArgument,
    user: ManagerOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what somebody may do; all their roles.

    Roles that open more need a new passphrase, asked for unseen or read from
    KIOSK_NEW_PASSPHRASE, to be replaced at the next sign-in.
    """

    def give(desk: "AccountsDesk") -> "Answer":
        account = _named(desk, login)
        answer = desk.set_roles(account.id, frozenset(wanted))
        if answer is not AccountProblem.NEEDS_PASSPHRASE:
            return answer
        new = _first_passphrase(account.login, _UNCHANGED)
        return desk.set_roles(account.id, frozenset(wanted), new)

    _change(user, give, form)


@app.command(cls=Verb)
def languages(
    login: LoginArgument,
    user: ManagerOption,
    spoken: Annotated[
        list[CallLanguage] | None, typer.Argument(metavar="LANGUAGES", help=_LANGUAGES)
    ] = None,
    every: Annotated[bool, typer.Option("--every", help="Every language instead.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say in which languages somebody calls."""
    if every is bool(spoken):
        raise wrong("LANGUAGES", "name them, or give --every")
    _change(user, lambda desk: desk.set_languages(_named(desk, login).id, spoken or ()), form)


@app.command("offers", cls=Verb)
def set_offers(
    login: LoginArgument,
    user: ManagerOption,
    offered: Annotated[
        list[CallerWish] | None, typer.Argument(metavar="OFFERS", help=_OFFERS)
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Nothing is told instead.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say whether somebody is who visitors may wish for.

    For some days the list puts a request first for who is wished for; then it is everybody's.
    """
    if none is bool(offered):
        raise wrong("OFFERS", "name them, or give --none")
    _change(user, lambda desk: desk.set_offers(_named(desk, login).id, offered or ()), form)


@app.command(cls=Verb)
def passphrase(
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Your login.")],
    login: Annotated[
        str, typer.Argument(metavar="LOGIN", help="Somebody else who lost theirs.")
    ] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Replace your passphrase, or give somebody a new one.

    The new one is asked for unseen, or read from KIOSK_NEW_PASSPHRASE. To give one to somebody
    else needs the role manager; they have to replace it at the next sign-in.
    """
    if not login or normalise_login(login) == normalise_login(user):
        _change_own(user, form)
        return

    def give(desk: "AccountsDesk") -> "Answer":
        account = _named(desk, login)
        if account.disabled:
            return AccountProblem.DISABLED
        return desk.reset_passphrase(account.id, _first_passphrase(account.login, _UNCHANGED))

    _change(user, give, form)


def _change_own(user: str, form: Format) -> None:
    """Replace a passphrase by its owner's own choice; a first one too."""
    from kiosk.usecases.access import SignInRefused

    kiosk = open_for_staff()
    try:
        old = ask_passphrase()
        new = new_passphrase(
            "Your new passphrase", NEW_PASSPHRASE_VARIABLE, _UNCHANGED, (user, kiosk.site.name)
        )
        answer = kiosk.access().change_passphrase(clean(user), old, new)
    finally:
        kiosk.store.close()
    if isinstance(answer, SignInRefused):
        raise refusal_error(answer)
    if isinstance(answer, PassphraseProblem):
        raise NotDone(PASSPHRASE_PROBLEMS[answer])
    if form is Format.TABLE:
        write("Your passphrase was changed.")
    else:
        row = {"login": answer.staff.login, "must_change": answer.must_change}
        show_one(row, form, columns=tuple(row))


def _change(user: str, change: "Callable[[AccountsDesk], Answer]", form: Format) -> None:
    """Change something about an account, and print how it is then."""
    with signed_in(user) as (kiosk, access, staff):
        answer = change(access.accounts_desk(staff))
        zone = kiosk.site.zone
    match answer:
        case AccountView():
            show_one(_cells(answer, zone), form, columns=_COLUMNS)
        case AccountProblem():
            raise NotDone(_PROBLEMS[answer])
        case PassphraseProblem():
            raise NotDone(PASSPHRASE_PROBLEMS[answer])
        case _:
            assert_never(answer)


def _first_passphrase(login: str, otherwise: str) -> str:
    question = f"New passphrase for {login}"
    return new_passphrase(question, NEW_PASSPHRASE_VARIABLE, otherwise, (login,))


def _named(desk: "AccountsDesk", typed: str) -> AccountView:
    """Find an account by its login."""
    login = normalise_login(typed)
    found = next((one for one in desk.accounts() if one.login == login), None)
    if found is None:
        raise NotDone(_PROBLEMS[AccountProblem.UNKNOWN])
    return found


def _cells(account: AccountView, zone: ZoneInfo) -> dict[str, object]:
    return {
        "login": account.login,
        "roles": sorted(account.roles),
        "languages": sorted(account.languages),
        "offers": sorted(account.offers),
        "disabled": account.disabled,
        "must_change": account.must_change,
        "created_at": account.created_at.astimezone(zone),
        "account_id": account.id,
    }
