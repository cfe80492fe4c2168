"""How every command shows its use, and what it raises where something cannot be done."""

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from kiosk.cli.exit_codes import WRONG_USE
from kiosk.errors import KioskError

_BRACES = str.maketrans("", "", "{}")


class NotDone(KioskError):  # noqa: N818  a name like those in kiosk.errors
    """What was asked for cannot be done now; nothing was written."""


class Noun(TyperGroup):
    """A command with many verbs, whose help leaves out what it can so that it fits a screen."""

    def format_help_text(self, _ctx: Any, formatter: Any) -> None:
        """Write what it is about right under the first line."""
        with formatter.indentation():
            formatter.write_text(self.help or "")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs alone; a reader of this has found --help."""
        self.format_commands(ctx, formatter)


class Verb(TyperCommand):
    """A command that takes words: its help names each, without their types and codes."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the first line."""
        return [piece.translate(_BRACES) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what each word and each option is for."""
        words: list[tuple[str, str]] = []
        options: list[tuple[str, str]] = []
        for one in self.get_params(ctx):
            if isinstance(one, TyperArgument):
                words.append((one.metavar or str(one.name).upper(), one.help or ""))
            elif (record := one.get_help_record(ctx)) is not None:
                options.append(record)
        for title, rows in (("Arguments", words), ("Options", options)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def print_help(context: typer.Context) -> None:
    """Print the help of a command that was typed without a verb."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG_USE)


def wrong(option: str, sentence: str) -> typer.BadParameter:
    """Make the error of an option with a value that will not do."""
    return typer.BadParameter(sentence, param_hint=f"'{option}'")
