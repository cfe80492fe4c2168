"""What every command says about its use."""

import typer

from kiosk.cli.codes import WRONG_USE


def print_help(context: typer.Context) -> None:
    """Print the help of a command that was typed without the part that says what to do."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(WRONG_USE)


def wrong(option: str, sentence: str) -> typer.BadParameter:
    """Make the error of an option with a value that will not do."""
    return typer.BadParameter(sentence, param_hint=f"'{option}'")
