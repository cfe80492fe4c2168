"""Speech Dispatcher over its socket, by a small server that speaks SSIP as version 0.11 does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kiosk.devices.speech import Speaker, SpeechParts
from kiosk.devices.speech_dispatcher import Dispatcher, find_dispatcher
from kiosk.domain.speech import Utterance
from kiosk.errors import SoundTrouble
from tests.support.sounds import FakeHeadphones, until

VOICES = "249-Amira\ten-GB\tnone\r\n249-Li\tzh\tnone\r\n249-Kavi\tta\tnone\r\n249 OK\r\n"


@dataclass
class Server:
    """Answers one connection after the other."""

    path: Path
    module: str = "rhvoice"
    voices: str = VOICES
    ends: bool = True
    """Whether what is said comes to its end by itself."""
    is_mute: bool = False
    lines: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        self._socket.listen()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            with suppress(OSError), connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("r", encoding="utf-8", newline="\r\n") as file:
            for line in file:
                self._take(connection, line.removesuffix("\r\n"))

    def _take(self, connection: socket.socket, line: str) -> None:
        if self.lines and self.lines[-1] == "SPEAK":
            self.said.append(line)
            self.lines.append("TEXT")
        elif line == ".":
            number = len(self.said)
            # An event of something else may come between a question and its answer.
            answer = f"701-99\r\n701-1\r\n701 BEGIN\r\n225-{number}\r\n225 OK QUEUED\r\n"
            if self.ends:
                answer += f"702-{number}\r\n702-1\r\n702 END\r\n"
            connection.sendall(answer.encode())
        else:
            self.lines.append(line)
            connection.sendall(self._answer(line).encode())

    def _answer(self, line: str) -> str:
        if self.is_mute:
            return ""
        if line == "LIST SYNTHESIS_VOICES":
            return self.voices
        if line == "GET OUTPUT_MODULE":
            return f"251-{self.module}\r\n251 OK GET RETURNED\r\n"
        return "230 OK RECEIVING DATA\r\n" if line == "SPEAK" else "200 OK\r\n"

    def close(self) -> None:
        for one in (self._socket, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._thread.join(5)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder of its own whose path is short enough for the name of a socket."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def server(short: Path) -> Iterator[Server]:
    made = Server(short / "sock")
    yield made
    made.close()


def test_it_speaks_by_the_voices_that_are_there(server: Server) -> None:
    dispatcher = Dispatcher(server.path)
    can = [one for one in ("en", "cmn", "ta", "ms", "nan") if dispatcher.can_say(one)]
    assert can == ["en", "cmn", "ta"]
    number = dispatcher.begin(".\r\nQUIT\r\n您好", "cmn", 150, 0.5)
    assert dispatcher.wait(number, lambda: True)
    # One line, which can neither end the text nor be a command.
    assert server.said == [".. QUIT 您好"]
    assert server.lines[-5:-1] == [
        "SET SELF LANGUAGE zh",
        "SET SELF RATE 0",
        "SET SELF VOLUME 0",
        "SPEAK",
    ]
    dispatcher.close()


def test_what_is_not_wanted_any_more_is_cancelled(server: Server) -> None:
    server.ends = False
    dispatcher = Dispatcher(server.path)
    number = dispatcher.begin("Hello", "en", 90, 1.0)
    asked = iter([True, True, False])
    assert not dispatcher.wait(number, lambda: next(asked))
    assert server.lines[-1] == "CANCEL SELF"
    dispatcher.close()


def test_chinese_is_not_left_to_an_engine_that_may_name_its_characters(server: Server) -> None:
    server.module = "espeak-ng"
    dispatcher = Dispatcher(server.path)
    assert dispatcher.can_say("ta")
    assert not dispatcher.can_say("cmn")
    dispatcher.close()


def test_one_that_does_not_answer_is_not_waited_for(server: Server) -> None:
    server.is_mute = True
    with pytest.raises(SoundTrouble, match="does not answer"):
        Dispatcher(server.path, 0.05)


def test_one_that_never_comes_to_an_end_is_not_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.devices.speech_dispatcher._LEAST_SECONDS", 0.0)
    server.ends = False
    dispatcher = Dispatcher(server.path)
    number = dispatcher.begin("a", "en", 150, 1.0)
    with pytest.raises(SoundTrouble, match="does not end"):
        dispatcher.wait(number, lambda: True)
    dispatcher.close()


def test_one_that_ends_is_trouble(server: Server) -> None:
    server.ends = False
    dispatcher = Dispatcher(server.path)
    number = dispatcher.begin("Hello", "en", 150, 1.0)
    server.close()
    with pytest.raises(SoundTrouble, match=r"ended|answer"):
        dispatcher.wait(number, lambda: True)
    dispatcher.close()


def test_it_is_found_by_its_socket(short: Path) -> None:
    variables = {"XDG_RUNTIME_DIR": str(short)}
    assert find_dispatcher(variables) is None
    (short / "speech-dispatcher").mkdir()
    path = short / "speech-dispatcher/speechd.sock"
    path.touch()
    assert find_dispatcher(variables) is None
    path.unlink()
    server = Server(path)
    found = find_dispatcher(variables)
    assert found is not None
    found.close()
    server.voices = "249 OK\r\n"
    assert find_dispatcher(variables) is None
    server.close()


def test_a_speaker_speaks_by_it_without_a_player(server: Server) -> None:
    dispatcher = Dispatcher(server.path)
    speaker = Speaker(
        SpeechParts(
            voices={"zh": "cmn"},
            find_players=list,
            find_engines=list,
            find_dispatcher=lambda: dispatcher,
            headphones=FakeHeadphones,
        )
    )
    assert speaker.wait_until_found(10)
    speaker.say([Utterance("Hello.", "en"), Utterance("您好", "zh"), Utterance("Hai", "ms")])
    assert until(lambda: not speaker.is_speaking)
    assert server.said == ["Hello.", "您好"]
    assert speaker.measures.said_by == "speech-dispatcher"
    server.ends = False
    speaker.say([Utterance("Wait.", "en")])
    assert until(lambda: server.said[-1] == "Wait.")
    speaker.stop()
    assert until(lambda: server.lines[-1] == "CANCEL SELF")
    speaker.close()
