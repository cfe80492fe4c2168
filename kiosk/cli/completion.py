"""`kiosk completion`: what makes a shell complete the commands and their options."""

from contextlib import redirect_stdout
from enum import StrEnum
from io import StringIO
from typing import Annotated

import typer
from typer.completion import shell_complete

from kiosk.cli.output import write

VARIABLE = "_KIOSK_COMPLETE"
"""Set by the script when a shell asks how a line goes on."""


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print a script that completes commands and options in a shell.

    For bash put this line into ~/.bashrc: eval "$(kiosk completion bash)"
    """
    script, kiosk = StringIO(), context.find_root().command
    with redirect_stdout(script):
        shell_complete(kiosk, {}, "kiosk", VARIABLE, f"source_{shell.value}")
    # Without blank lines around it: zsh reads the first line of a file.
    write(script.getvalue().strip())
