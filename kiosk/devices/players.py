"""Programs that play sound: PipeWire's, PulseAudio's or ALSA's, fed by their standard input.

Nothing of what is played is in their arguments, and none is waited for without an end.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.domain.text import clean
from kiosk.errors import PlayerTrouble, SoundTrouble

ASK_SECONDS: Final = 2.0
"""How long a program may take to say what it is."""
_WRITE_SECONDS: Final = 2.0
"""How long a player may take nothing before it counts as hanging."""
_TRY_SECONDS: Final = 5.0
_KILL_SECONDS: Final = 2.0
_SAMPLE_BYTES: Final = 2
_OWN_VARIABLES: Final = "KIOSK_"
_STEP: Final = 4096
_MOST_OUTPUT: Final = 20_000


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """How samples lie: 16 bits, signed, low byte first."""

    rate: int = 22050
    """Samples a second."""
    channels: int = 1

    @property
    def frame(self) -> int:
        """Bytes of one moment."""
        return _SAMPLE_BYTES * self.channels

    def seconds(self, count: int) -> float:
        """Return how long so many bytes sound."""
        return count / (self.rate * self.frame)

    def bytes_in(self, seconds: float) -> int:
        """Return how many bytes sound so long, in whole moments."""
        return max(0, int(seconds * self.rate)) * self.frame


Samples = Generator[tuple[SoundFormat, bytes], None, None]
"""Sound as it is made; to close it ends what makes it."""


def own_environment() -> dict[str, str]:
    """Return the variables for another program: a passphrase may be among the kiosk's own."""
    kept = {n: value for n, value in os.environ.items() if not n.startswith(_OWN_VARIABLES)}
    return {**kept, "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(runtime_folder())}


def start(words: Sequence[str], *, reads: bool = True, writes: bool = False) -> "Child":
    """Start a program in a session of its own; SoundTrouble where it cannot be started."""
    try:
        return Child(
            subprocess.Popen(  # noqa: S603 - fixed words, without a shell
                words,
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.PIPE if writes else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=own_environment(),
                start_new_session=True,
                bufsize=0,
            )
        )
    except OSError as error:
        name = Path(words[0]).name
        raise SoundTrouble(f"{name} cannot be started ({error.strerror})") from None


class Child:
    """A program that was started: killed at once, and never left as a zombie."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)

    def kill(self) -> None:
        """Kill it with all that it has started; another thread may wait for it meanwhile."""
        # Not once it was waited for: its number may be another program's by then.
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def bury(self) -> int | None:
        """Kill it, close what led to it, and return its status; None where it hangs in a device."""
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            return self.process.wait(_KILL_SECONDS)
        except subprocess.TimeoutExpired:
            return None


def ask_program(words: Sequence[str], seconds: float = ASK_SECONDS) -> str:
    """Return what a program prints about itself; empty where it does not within the time."""
    try:
        process = subprocess.Popen(  # noqa: S603 - fixed words, without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=own_environment(),
            start_new_session=True,
        )
    except OSError:
        return ""
    child = Child(process)
    output, until = bytearray(), time.monotonic() + seconds
    try:
        while len(output) < _MOST_OUTPUT and (piece := read_some(process, until)):
            output += piece
    except SoundTrouble:
        return ""
    finally:
        child.bury()
    return output[:_MOST_OUTPUT].decode("utf-8", "replace")


def read_some(process: "subprocess.Popen[bytes]", until: float, most: int = 65536) -> bytes:
    """Return what a program has written, waiting for it; empty at its end, SoundTrouble if late."""
    import select

    assert process.stdout is not None  # noqa: S101 - it was started so
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    while (left := until - time.monotonic()) > 0:
        if poll.poll(1000 * left):
            with suppress(BlockingIOError):
                return os.read(process.stdout.fileno(), most)
    raise SoundTrouble("it does not answer")


@dataclass(frozen=True, slots=True)
class PlayerProgram:
    """A program that plays what it reads."""

    name: str
    words: tuple[str, ...]
    """The program and its arguments; `{rate}` and `{channels}` stand for the format."""

    def command(self, form: SoundFormat) -> list[str]:
        """Return the words for one format."""
        return [word.format(rate=form.rate, channels=form.channels) for word in self.words]


_PULSE: Final = (
    "--raw",
    "--rate={rate}",
    "--channels={channels}",
    "--format=s16le",
    "--latency-msec=50",
)
_PIPEWIRE: Final = ("--rate={rate}", "--channels={channels}", "--format=s16", "--latency=50ms", "-")
_ALSA: Final = (
    "-q",
    "-t",
    "raw",
    "-f",
    "S16_LE",
    "-r",
    "{rate}",
    "-c",
    "{channels}",
    "--buffer-time=200000",
    "-",
)


def runtime_folder(variables: Mapping[str, str] = os.environ) -> Path:
    """Return where the sockets of this user's sound server are."""
    return Path(variables.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")


def find_players(
    variables: Mapping[str, str] = os.environ, root: Path = Path("/")
) -> list[PlayerProgram]:
    """Return what plays sound on this machine, the sound server's first.

    That of a server counts while its socket is there, and ALSA's while there is a device, or a
    configuration that names one elsewhere.
    """
    run, path = runtime_folder(variables), variables.get("PATH")
    found = []
    if (run / "pipewire-0").exists() and (program := shutil.which("pw-play", path=path)):
        # What reads bare samples unasked in older versions asks for this word in newer ones.
        raw = ("--raw",) if "--raw" in ask_program([program, "--help"]) else ()
        found.append(PlayerProgram("pw-play", (program, *raw, *_PIPEWIRE)))
    has_pulse = variables.get("PULSE_SERVER") or (run / "pulse/native").exists()
    if has_pulse and (program := shutil.which("paplay", path=path)):
        found.append(PlayerProgram("paplay", (program, *_PULSE)))
    is_alsa = any((root / "dev/snd").glob("pcm*p")) or variables.get("ALSA_CONFIG_PATH")
    if is_alsa and (program := shutil.which("aplay", path=path)):
        found.append(PlayerProgram("aplay", (program, *_ALSA)))
    return found


def try_player(program: PlayerProgram, seconds: float = 0.1) -> str:
    """Return why a moment of silence is not played, as the program says; empty where it is."""
    form = SoundFormat()
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, without a shell
            program.command(form),
            input=bytes(form.bytes_in(seconds)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=own_environment(),
            start_new_session=True,
            timeout=_TRY_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it hangs"
    except OSError as error:
        return error.strerror or "it cannot be started"
    if not done.returncode:
        return ""
    lines = done.stderr[:_MOST_OUTPUT].decode("utf-8", "replace").splitlines()
    return clean(lines[-1]) if lines else f"status {done.returncode}"


class Player:
    """A running player; what was written to it is heard a little later."""

    def __init__(self, program: PlayerProgram, form: SoundFormat) -> None:
        """Start it; SoundTrouble where it cannot be started."""
        self.form = form
        self.name = program.name
        try:
            self._child = start(program.command(form))
        except SoundTrouble as error:
            raise PlayerTrouble(str(error)) from None
        self._written = 0
        self.is_killed, self._unheard = False, 0.0
        self._began = time.monotonic()

    @property
    def ahead(self) -> float:
        """How many seconds of what was written are still to be heard."""
        return max(0.0, self._began + self.form.seconds(self._written) - time.monotonic())

    def write(self, samples: bytes) -> None:
        """Hand over samples; SoundTrouble where the player has ended, or takes nothing."""
        if not self.ahead:
            # It has been silent for want of samples.
            self._began = time.monotonic() - self.form.seconds(self._written)
        left, until = memoryview(samples), time.monotonic() + _WRITE_SECONDS
        pipe = self._child.process.stdin
        assert pipe is not None  # noqa: S101 - it was started so
        while left:
            self._wait(until)
            try:
                count = os.write(pipe.fileno(), left[:_STEP])
            except BlockingIOError:
                continue
            except OSError:
                raise PlayerTrouble(f"{self.name} has ended; is a sound device there?") from None
            left = left[count:]
            self._written += count
            until = time.monotonic() + _WRITE_SECONDS

    def _wait(self, until: float) -> None:
        import select

        poll = select.poll()
        pipe = self._child.process.stdin
        assert pipe is not None  # noqa: S101 - it was started so
        poll.register(pipe, select.POLLOUT)
        if not poll.poll(1000 * max(0.0, until - time.monotonic())):
            raise PlayerTrouble(f"{self.name} hangs")

    def finish(self) -> None:
        """Say that nothing more comes, so that the rest is heard and the player ends."""
        if self._child.process.stdin is not None:
            with suppress(OSError):
                self._child.process.stdin.close()

    @property
    def status(self) -> int | None:
        """How it has ended: 0 where all was played; None while it runs."""
        return self._child.process.poll()

    def kill(self) -> float:
        """Fall silent at once, and return how many seconds of what was written were not heard."""
        if not self.is_killed:
            self._unheard = self.ahead
            self.is_killed = True
        self._child.kill()
        return self._unheard

    def bury(self) -> None:
        """Kill it and let nothing of it stay."""
        self._child.bury()
