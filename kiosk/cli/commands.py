"""The commands of `kiosk` and what each takes."""

from contextlib import redirect_stdout
from enum import StrEnum
from io import StringIO
from typing import Annotated, Any

import typer
from typer.completion import shell_complete
from typer.core import TyperGroup

from kiosk.cli import (
    attendance,
    audit,
    callbacks,
    central,
    content,
    groups,
    guide,
    init,
    kiosks,
    metrics,
    notice,
    passes,
    person,
    reports,
    retention,
    screens,
    sessions,
    speech,
    staff,
    sync,
)
from kiosk.cli import doctor as health
from kiosk.cli.output import Format, FormatOption, write
from kiosk.cli.usage import Noun, Verb, print_help

_LONGEST = 27
"""Characters about a noun, so that two stand beside each other in 80 columns."""
COMPLETION_VARIABLE = "_KIOSK_COMPLETE"
"""Set by the script when a shell asks how a line goes on."""


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


class Overview(Noun):
    """All commands on one screen."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of `kiosk`; `kiosk completion` is there for Typer's own two."""
        own = super().get_params(ctx)
        return [one for one in own if one.name not in ("install_completion", "show_completion")]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs, then the nouns."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, one) for name, one in found if one is not None and not one.hidden]
        verbs = [
            (name, one.get_short_help_str(limit=formatter.width))
            for name, one in shown
            if not isinstance(one, TyperGroup)
        ]
        nouns = [
            (name, one.get_short_help_str(limit=_LONGEST))
            for name, one in shown
            if isinstance(one, TyperGroup)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(verbs)
        name_width = max(len(name) for name, _ in nouns)
        cells = [f"{name:<{name_width}}  {about}" for name, about in nouns]
        half = (len(cells) + 1) // 2
        width = max(map(len, cells[:half]))
        rows = [
            f"{left:<{width}}  {right}".rstrip()
            for left, right in zip(cells[:half], [*cells[half:], ""], strict=False)
        ]
        with formatter.section("Each with commands of its own"):
            for row in rows:
                formatter.write(f"{'':>{formatter.current_indent}}{row}\n")


app = typer.Typer(
    cls=Overview,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)


@app.callback()
def kiosk(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """A kiosk for a waiting room; KIOSK_DATA_DIR is its folder. Also: --version."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"kiosk {installed('kiosk')}")
        raise typer.Exit
    print_help(context)


@app.command()
def demo(
    *,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only make the sample clinic.")
    ] = False,
) -> int:
    """Try the visitor's kiosk with a sample clinic.

    F12 scans a sample pass. The data folder is KIOSK_DATA_DIR, else one of its own.

    Staff: manager, facilitator, caller and clinician, each with the passphrase "demo demo demo";
    the PIN of the maintenance screen is 2580.
    """
    return screens.prepare_demo() if prepare else screens.demo()


@app.command()
def run(
    *,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Numbered questions, for a braille line or a screen reader."),
    ] = False,
) -> int:
    """Show the visitor's kiosk on this terminal.

    Its data folder is KIOSK_DATA_DIR, else your own one for the kiosk.
    """
    return screens.run_plainly() if plain else screens.run()


@app.command()
def desk() -> int:
    """Show the staff's desk on this terminal.

    It has rosters, callbacks, groups and reports.
    Sign in with your own name and passphrase. Its data folder is KIOSK_DATA_DIR, else your own
    one for the kiosk.
    """
    return screens.desk()


app.command()(init.init)


@app.command()
def doctor(form: FormatOption = Format.TABLE) -> int:
    """Look whether this machine is fit to be a kiosk.

    Looks at the terminal, settings, database, keys, clock, disk, helplines and variables. Run it
    on the kiosk's own terminal. Exits with 1 where something fails.
    """
    return health.doctor(form)


app.command(cls=Verb)(metrics.metrics)
app.command(cls=Verb)(guide.guide)


@app.command(cls=Verb)
def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print a script that completes commands and options in a shell.

    For bash put this line into ~/.bashrc: eval "$(kiosk completion bash)"
    """
    script, kiosk = StringIO(), context.find_root().command
    with redirect_stdout(script):
        shell_complete(kiosk, {}, "kiosk", COMPLETION_VARIABLE, f"source_{shell.value}")
    # Without blank lines around it: zsh reads the first line of a file.
    write(script.getvalue().strip())


app.add_typer(passes.app, name="passes", short_help="Members and their passes.")
app.add_typer(attendance.app, name="attendance", short_help="Who has arrived.")
app.add_typer(callbacks.app, name="callbacks", short_help="Who asked to be called.")
app.add_typer(groups.app, name="groups", short_help="Groups and their plans.")
app.add_typer(sessions.app, name="sessions", short_help="When the groups meet.")
app.add_typer(staff.app, name="staff", short_help="Accounts of staff.")
app.add_typer(reports.app, name="reports", short_help="Figures of whole weeks.")
app.add_typer(person.app, name="person", short_help="One person's data.")
app.add_typer(retention.app, name="retention", short_help="How long records stay.")
app.add_typer(audit.app, name="audit", short_help="Who did what.")
app.add_typer(kiosks.app, name="kiosks", short_help="The clinic's machines.")
app.add_typer(central.app, name="central", short_help="One database for many.")
app.add_typer(sync.app, name="sync", short_help="Send to the centre.")
app.add_typer(content.app, name="content", short_help="Languages of the screens.")
app.add_typer(notice.app, name="notice", short_help="Telling that calls wait.")
app.add_typer(speech.app, name="speech", short_help="The kiosk's voice.")
