"""Printers for pages: those of the system (CUPS), or a command of the clinic's.

None of them is waited for longer than the limits here, whatever it does. What is to be printed lies
in a private file that goes with the job.
"""

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from kiosk.devices.export_folder import overwrite
from kiosk.domain.printing import FILE_MARK, PrintResult, PrintState
from kiosk.domain.text import clean
from kiosk.errors import SetupError

SPOOL: Final = "printing"
"""The folder in the data folder where files lie while they are printed."""
_SECONDS: Final = 60.0
"""How long a command may take, and how long the system's printer is watched."""
_ASK_SECONDS: Final = 10.0
"""How long the printer service may take for an answer."""
_POLL_SECONDS: Final = 1.0
_KILL_SECONDS: Final = 2.0
_MOST_OUTPUT: Final = 20_000
"""Bytes of what a program prints that are read."""
_REQUEST: Final = re.compile(r"request id is (\S+)")
_TITLE: Final = "kiosk"
"""What a job is called in the system's queue, where others can read it."""
NO_PRINTER: Final = PrintResult(
    PrintState.MISSING,
    "No printer is set up here. A manager names one under [print] in kiosk.toml; see"
    " `kiosk guide printers`.",
)


class PagePrinter(Protocol):
    """Prints files."""

    def print_file(self, path: Path) -> PrintResult:
        """Print a PDF or a plain text, and return what became of it; never raises.

        The file may be gone afterwards.
        """
        ...

    def describe(self) -> tuple[bool, str]:
        """Return whether it can be used as far as is known, and a sentence about it."""
        ...


@contextmanager
def spooled(data: Path, content: bytes, suffix: str) -> Iterator[Path]:
    """Yield a file (0600) of a data folder that holds `content` while the block runs.

    Raises SetupError where it cannot be written.
    """
    folder = data / SPOOL
    path = folder / f"{secrets.token_hex(8)}{suffix}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with _only_one(folder):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        raise _not_written(error) from None
    with os.fdopen(handle, "wb") as file:
        try:
            file.write(content)
            file.flush()
            yield path
        except OSError as error:
            raise _not_written(error) from None
        finally:
            _drop(path)


def clear_spool(data: Path) -> None:
    """Overwrite and delete what a crash has left; what another program prints just now stays."""
    folder = data / SPOOL
    with suppress(OSError), _only_one(folder):
        for path in folder.iterdir():
            with suppress(OSError):
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _drop(path)
                finally:
                    os.close(handle)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Keep others from making files in a folder, or clearing it, while the block runs."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _drop(path: Path) -> None:
    with suppress(OSError):
        overwrite(path)
    path.unlink(missing_ok=True)


def _not_written(error: OSError) -> SetupError:
    return SetupError(f"What is to be printed cannot be written to the disk ({error.strerror}).")


@dataclass(frozen=True, slots=True)
class CommandPrinter:
    """Prints by a program of the clinic's."""

    words: tuple[str, ...]
    """The program and its arguments; `FILE_MARK` in them stands for the file."""
    seconds: float = _SECONDS

    def print_file(self, path: Path) -> PrintResult:
        """Run the command, and stop it where it takes too long."""
        try:
            ended = _run([word.replace(FILE_MARK, str(path)) for word in self.words], self.seconds)
        except OSError as error:
            return _failed(f"The print command cannot be started ({error.strerror}); mend it.")
        if ended.status is None:
            return _failed(
                f"The print command did not end within {self.seconds:.0f} seconds and was stopped;"
                " see whether the printer is on and has paper."
            )
        if ended.status:
            return _failed(
                f"The print command ended with status {ended.status}; see whether the printer is"
                " on and has paper."
            )
        return PrintResult(PrintState.SENT, "Sent to the printer.")

    def describe(self) -> tuple[bool, str]:
        """Return whether the program is there."""
        program = clean(self.words[0])
        if shutil.which(self.words[0]) is None:
            return False, f"The print command {program} is not there; mend [print] command."
        return True, f"Pages are printed by the command {program}."


@dataclass(frozen=True, slots=True)
class SystemPrinter:
    """Prints by CUPS, and watches the job for a while."""

    name: str = ""
    """Empty: the system's default."""
    seconds: float = _SECONDS
    pause: Callable[[float], None] = time.sleep

    def print_file(self, path: Path) -> PrintResult:
        """Hand the file to the printer service, and see whether it comes out."""
        destination = ("-d", self.name) if self.name else ()
        ended = _ask("lp", *destination, "-t", _TITLE, str(path))
        if ended is None:
            return NO_PRINTER
        if ended.status is None:
            return _failed(
                "The system's printer service does not answer; see whether it runs"
                " (`systemctl status cups`)."
            )
        request = _REQUEST.search(ended.output)
        if ended.status or request is None:
            why = clean(ended.output) or f"status {ended.status}"
            return _failed(f"The system's printer did not take it ({why}).")
        # The service has its own copy now.
        _drop(path)
        return self._watch(request[1])

    def _watch(self, job: str) -> PrintResult:
        """Wait until a job has left the queue, and no longer than the limit."""
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            listed = _ask("lpstat", "-o")
            if listed is None or listed.status != 0:
                return PrintResult(PrintState.SENT, "Sent to the printer.")
            if job not in (line.split(" ", 1)[0] for line in listed.output.splitlines()):
                return PrintResult(PrintState.PRINTED, "Printed.")
            self.pause(_POLL_SECONDS)
        return PrintResult(
            PrintState.WAITING,
            f"It waits at the printer{self._describe_halt(job)} and comes once the printer can;"
            f" `cancel {clean(job)}` takes it back.",
        )

    def _describe_halt(self, job: str) -> str:
        """Return why the printer of a job stands still, as the system says, in brackets."""
        listed = _ask("lpstat", "-p", job.rpartition("-")[0])
        lines = listed.output.splitlines() if listed is not None else []
        return f" ({clean(lines[1])})" if len(lines) > 1 else ""

    def describe(self) -> tuple[bool, str]:
        """Return which printers the system has, and whether the one to use is among them."""
        listed = _ask("lpstat", "-e")
        if listed is None:
            # Nothing is wrong with a machine that prints nothing.
            return not self.name, "There is none (no `lp` here); passes go into files to print."
        if listed.status is None:
            return False, "The printer service does not answer; see whether it runs."
        names = [clean(line) for line in listed.output.splitlines()] if not listed.status else []
        if self.name and self.name not in names:
            there = f"the system has {', '.join(names)}" if names else "the system has none"
            return False, f"There is no printer {self.name}; {there}. Mend [print] printer."
        if not names:
            return True, "The system has none; passes go into files to print."
        used = self.name or _default_of(_ask("lpstat", "-d")) or ""
        if not used:
            there = ", ".join(names)
            return False, f"The system has {there} and no default; name one by [print] printer."
        others = [name for name in names if name != used]
        also = f"; the system also has {', '.join(others)}" if others else ""
        return True, f"Pages go to {used}{also}."


def _default_of(answer: "_Ended | None") -> str | None:
    found = re.search(r"destination: (\S+)", answer.output) if answer is not None else None
    return None if found is None else clean(found[1])


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a program ended."""

    status: int | None
    """None where it was stopped."""
    output: str


def _ask(program: str, *arguments: str) -> _Ended | None:
    """Run a program of the printer service; None where there is none."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        return _run([path, *arguments], _ASK_SECONDS)
    except OSError:
        return None


def _run(words: Sequence[str], seconds: float) -> _Ended:
    """Run a program without a shell, a terminal or input; OSError where it cannot be started.

    One that takes longer than `seconds` is stopped, with all that it has started.
    """
    import signal
    import subprocess
    from tempfile import TemporaryFile

    # A passphrase may be among the variables of a script that prints.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    # Into a file: a pipe would be waited for as long as anything holds its other end.
    with TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the clinic's own command, run without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**kept, "LC_ALL": "C"},
            start_new_session=True,
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # One that hangs in a broken device goes when that lets go.
            with suppress(subprocess.TimeoutExpired):
                process.wait(_KILL_SECONDS)
            status = None
        output.seek(0)
        return _Ended(status, output.read(_MOST_OUTPUT).decode("utf-8", "replace"))


def _failed(sentence: str) -> PrintResult:
    return PrintResult(PrintState.FAILED, sentence)
