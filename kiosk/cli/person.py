"""`kiosk person`: what is kept of one person, handed over, corrected or erased."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.arguments import ManagerOption, checked_name, checked_phone, from_input
from kiosk.cli.output import Format, FormatOption, show, write
from kiosk.cli.sign_in import signed_in
from kiosk.cli.usage import NotDone, Noun, Verb, print_help, wrong
from kiosk.content.languages import format_language
from kiosk.domain.person.data import Corrected, NotThere, PersonData
from kiosk.domain.person.erasure import EraseReason
from kiosk.errors import SetupError
from kiosk.presentation import person as words

if TYPE_CHECKING:
    from kiosk.usecases.admin.person_desk import PersonDesk


app = typer.Typer(
    cls=Noun, help="One person's data.", invoke_without_command=True, callback=print_help
)
CodeArgument = Annotated[
    str,
    typer.Argument(
        metavar="CODE",
        help='A reference such as 7K4Q-FMRF, or what a scanner reads from a slip or a pass; "-"'
        " reads it from the input, so that no history keeps it.",
    ),
]
_COLUMNS = ("part", "about", "words")


@app.command("show", cls=Verb)
def show_person(code: CodeArgument, user: ManagerOption, form: FormatOption = Format.TABLE) -> None:
    """Show what is kept by a slip, a pass or a reference.

    This is noted. Asks for your passphrase, or reads KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk = access.person_desk(staff)
        data, zone = _found(desk, code), kiosk.site.zone
        others = desk.same_number(data.id) if data.requests else ()
    parts = words.describe_person(data, zone, format_language)
    if form is Format.TABLE:
        for part in parts:
            write(part.title)
            wide = max((len(about) for about, _ in part.lines), default=0)
            write("\n".join(f"  {about:<{wide}}  {text}" for about, text in part.lines) + "\n")
        if others:
            write(f"Other requests of the same number, maybe of others: {', '.join(others)}.")
        return
    rows = [
        {"part": part.title, "about": about, "words": text}
        for part in parts
        for about, text in part.lines
    ]
    show(rows, form, columns=_COLUMNS, empty="")


@app.command(cls=Verb)
def export(code: CodeArgument, user: ManagerOption) -> None:
    """Write a person's data as JSON and as a page to hand over.

    This is noted. Asks for your passphrase, or reads KIOSK_PASSPHRASE. Prints both paths.
    """
    from kiosk.bootstrap.files import export_context, export_target
    from kiosk.exports.writing import export_person

    with signed_in(user) as (kiosk, access, staff):
        desk = access.person_desk(staff)
        data = desk.export(_found(desk, code).id)
        if isinstance(data, NotThere):
            raise NotDone(words.NOT_THERE[data])
        context = export_context(kiosk, staff.staff.login, "One person's data")
        paths = export_person(data, export_target(kiosk), context)
    for path in paths:
        write(str(path))
    sys.stderr.write(
        f"Hand it over, then delete it; it goes by itself after {context.delete_by}.\n"
    )


@app.command(cls=Verb)
def correct(
    code: CodeArgument,
    user: ManagerOption,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The right name.")] = "",
    phone: Annotated[
        str, typer.Option("--phone", metavar="NUMBER", help="The right number of a request.")
    ] = "",
) -> None:
    """Correct the name or the number.

    A request is entered anew, and the earlier one merged into it: nothing is overwritten. "-" for
    a name or a number reads it from the input. Asks for your passphrase, or reads
    KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (kiosk, access, staff):
        desk = access.person_desk(staff)
        data = _found(desk, code)
        new_name = checked_name(from_input(name)) if name else data.current_name
        if data.requests:
            typed = from_input(phone) if phone else data.current_phone
            number = checked_phone(typed, kiosk.site.country)
            answer = desk.correct_request(data.id, new_name, number)
        elif not name:
            raise wrong("--name", "A member has a name alone; say the right one.")
        else:
            answer = desk.correct_name(data.id, new_name)
    if not isinstance(answer, Corrected):
        raise NotDone(words.NOT_CORRECTED[answer])
    write(
        f"Corrected; its reference is now {answer.reference}." if answer.reference else
        f"Corrected. {words.OLD_GREETING}"
    )  # fmt: skip


@app.command(cls=Verb)
def erase(
    code: CodeArgument,
    user: ManagerOption,
    reason: Annotated[
        EraseReason,
        typer.Option("--reason", metavar="CODE", help=f"{', '.join(EraseReason)}."),
    ] = EraseReason.WISH,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the reference.")] = False,
) -> None:
    """Erase for good what is kept by a slip, a pass or a reference.

    Says what goes and what stays, then asks for the reference. Asks for your passphrase, or reads
    KIOSK_PASSPHRASE.
    """
    with signed_in(user) as (_, access, staff):
        desk = access.person_desk(staff)
        data = _found(desk, code)
        sys.stderr.write(f"{_review(data)}\n")
        if not yes:
            _confirm(data)
        done = desk.erase(data.id, reason)
    if isinstance(done, NotThere):
        raise NotDone(words.NOT_THERE[done])
    write(words.describe_erased(done))


def _found(desk: "PersonDesk", code: str) -> PersonData:
    data = desk.find(from_input(code))
    if isinstance(data, NotThere):
        raise NotDone(words.NOT_THERE[data])
    return data


def _review(data: PersonData) -> str:
    going = "\n".join(f"  - {one}" for one in words.describe_what_goes(data))
    staying = "\n".join(f"  - {one}" for one in words.describe_what_stays(data))
    return f"This goes, and cannot be brought back:\n{going}\nThis stays:\n{staying}"


def _confirm(data: PersonData) -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise SetupError("There is no terminal to ask on; say --yes instead.")
    typed = typer.prompt(f"To erase it, type {data.word}", default="", show_default=False, err=True)
    if not data.is_word(typed):
        raise NotDone("Nothing was erased.")
