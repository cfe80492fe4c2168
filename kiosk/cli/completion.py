"""`kiosk completion`: what makes a shell complete the commands and their options."""

from enum import StrEnum
from typing import Annotated

import typer

from kiosk.cli.output import write

VARIABLE = "_KIOSK_COMPLETE"
"""Set by the script when a shell asks how a line goes on."""


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print a script that completes commands and options in a shell.

    For bash put this line into ~/.bashrc: eval "$(kiosk completion bash)"
    """
    from typer._completion_shared import get_completion_script

    write(get_completion_script(prog_name="kiosk", complete_var=VARIABLE, shell=shell.value))


def prepare() -> None:
    """Let Typer answer the shell that asks; it does so when the command line is run."""
    from typer._completion_classes import completion_init

    completion_init()
