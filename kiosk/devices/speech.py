"""Speaks by what this machine has: recordings, speech-dispatcher or an engine, and a player.

One thread does all that takes time. The screens only change what it is to say, and kill the player,
so that silence never waits for anything.
"""

import logging
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Final

from kiosk.devices.headphones import Headphones
from kiosk.devices.players import (
    Player,
    PlayerProgram,
    Samples,
    SoundFormat,
    find_players,
)
from kiosk.devices.recordings import Recordings, read_recording
from kiosk.devices.speech_dispatcher import Dispatcher, find_dispatcher
from kiosk.devices.synthesis import SpeechEngine, find_engines
from kiosk.domain.speech import RATES, USUAL_RATE, USUAL_VOLUME, VOLUMES, Utterance, sayable
from kiosk.errors import PlayerTrouble, SoundTrouble

_log = logging.getLogger("kiosk.speech")
_AHEAD_SECONDS: Final = 0.4
"""How much is handed to the player before it is heard; what is louder or softer waits for it."""
_STEP_SECONDS: Final = 0.1
_GAP_SECONDS: Final = 0.2
"""The silence after an utterance."""
_BACK_SECONDS: Final = 0.3
"""How far a pause goes back, so that no word is lost."""
_DRAIN_SECONDS: Final = 3.0
"""How long a player may take for its last samples, beyond their own time."""
_CLOSE_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 20.0
"""How often what is missing is looked for: somebody may plug it in."""
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 120.0
"""How long what has failed is left alone, doubled each time."""
_GAIN_BITS: Final = 12


class _TurnOverError(Exception):
    """Something else is to be said, or nothing."""


@dataclass(slots=True)
class SpeechParts:
    """What a speaker is made of; each is looked for in its own thread."""

    recordings: Path | None = None
    """The folder of the clinic's recorded sentences."""
    voices: Mapping[str, str] = field(default_factory=dict)
    """The engine's names of languages by their code; empty where one is not to be spoken.

    A language that is not in it is named by its code.
    """
    speaker_gain: float = 1.0
    """What samples for the speaker are multiplied by at most; headphones get them as they are."""
    find_players: Callable[[], list[PlayerProgram]] = find_players
    find_engines: Callable[[], list[SpeechEngine]] = find_engines
    find_dispatcher: Callable[[], Dispatcher | None] = find_dispatcher
    headphones: Callable[[Callable[[bool], None]], Headphones] = Headphones
    attempt: Callable[[Callable[[], None], Callable[[Exception], None]], None] = lambda work, _: (
        work()
    )
    """Does the first, and the second where it breaks by an error that nobody expected."""


@dataclass(slots=True)
class _Patience:
    """When something that has failed is tried again."""

    wait: float = field(default_factory=lambda: _FIRST_WAIT)
    until: float = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until

    def fail(self) -> None:
        self.until = time.monotonic() + self.wait
        self.wait = min(2 * self.wait, _LONGEST_WAIT)


@dataclass(slots=True)
class _Wish:
    """What the screens want."""

    turn: int = 0
    """Another number for each change of what is to be said."""
    plan: Sequence[Utterance] | None = None
    is_aloud: bool = False
    is_paused: bool = False
    volume: int = USUAL_VOLUME
    rate: int = USUAL_RATE
    is_fresh: bool = False
    """Whether engines with nothing in their memory are wanted."""
    is_closed: bool = False


@dataclass(slots=True)
class SpeechMeasures:
    """What was measured of what was said last, for staff; nothing of the text."""

    first_sound: float | None = None
    """Seconds from the wish to the first sample that was handed to a player."""
    said_by: str = ""
    trouble: str = ""
    """Why something was not said; empty where it was."""


class Speaker:
    """Implements the protocol Speech of `kiosk.domain.speech`."""

    def __init__(self, parts: SpeechParts) -> None:
        """Begin to look for what this machine has; nothing waits for it."""
        self._parts = parts
        self._wish = _Wish()
        self._changed = Condition()
        self._player: Player | None = None
        self._program: PlayerProgram | None = None
        self._engines: list[SpeechEngine] = []
        self._dispatcher: Dispatcher | None = None
        self._recordings = Recordings(None)
        self._has_spoken = False
        """Whether an engine may remember what it has said."""
        self._patience: dict[str, _Patience] = {}
        self._logged: set[str] = set()
        self._asked_at = 0.0
        self._is_speaking = False
        self._found = Event()
        self.measures = SpeechMeasures()
        self._tell: Callable[[bool], None] = lambda _: None
        self._headphones = parts.headphones(self._plugged)
        self._thread = Thread(target=self._work, name="speech", daemon=True)
        self._thread.start()

    @property
    def is_able(self) -> bool:
        """Whether there is what speaks and what plays it, as far as was found."""
        return bool(self._dispatcher or (self._program and (self._engines or self._recordings)))

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or waits while it is paused."""
        return self._is_speaking

    @property
    def has_headphones(self) -> bool:
        """Whether headphones are known to be plugged in."""
        return bool(self._headphones.are_in)

    @property
    def knows_headphones(self) -> bool:
        """Whether this machine can tell, for staff."""
        return self._headphones.are_in is not None

    def watch_headphones(self, tell: Callable[[bool], None]) -> None:
        """Have `tell` called when headphones are plugged in or out."""
        self._tell = tell

    def _plugged(self, are_in: bool) -> None:  # noqa: FBT001 - told by the headphones
        self.stop()
        self._tell(are_in)

    def can_say(self, language: str) -> bool:
        """Return whether there is a voice for a language, as far as was found."""
        voice = self._voice(language)
        if self._dispatcher is not None and self._dispatcher.can_say(voice):
            return True
        return self._program is not None and any(one.can_say(voice) for one in self._engines)

    def _voice(self, language: str) -> str:
        return self._parts.voices.get(language, language)

    def _can_say_this(self, one: Utterance) -> bool:
        is_recorded = self._program is not None and self._recordings.find(one) is not None
        return is_recorded or self.can_say(one.language)

    def say(self, utterances: Sequence[Utterance], *, aloud: bool = False) -> None:
        """Say these instead of whatever is being said."""
        with self._changed:
            self._hush()
            self._wish.plan, self._wish.is_aloud = tuple(utterances), aloud
            self._is_speaking = bool(utterances)
            self._asked_at, self.measures = time.monotonic(), SpeechMeasures()

    def stop(self) -> None:
        """Fall silent at once."""
        with self._changed:
            self._hush()

    def _hush(self) -> None:
        wish = self._wish
        wish.turn += 1
        wish.plan, wish.is_paused, self._is_speaking = None, False, False
        if self._player is not None:
            self._player.kill()
        self._changed.notify_all()

    def pause(self) -> bool:
        """Stop where it is, or go on from there."""
        with self._changed:
            self._wish.is_paused = self._is_speaking and not self._wish.is_paused
            if self._wish.is_paused and self._player is not None:
                self._player.kill()
            self._changed.notify_all()
            return self._wish.is_paused

    def change_rate(self, step: int) -> bool:
        """Speak faster or slower from the next utterance on."""
        with self._changed:
            if not 0 <= self._wish.rate + step < len(RATES):
                return False
            self._wish.rate += step
            return True

    def change_volume(self, step: int) -> bool:
        """Speak louder or softer at once."""
        with self._changed:
            if not 0 <= self._wish.volume + step < len(VOLUMES):
                return False
            self._wish.volume += step
            return True

    def reset(self) -> None:
        """Fall silent, at the usual rate and volume, with engines that remember nothing."""
        with self._changed:
            self._hush()
            self._wish.volume, self._wish.rate = USUAL_VOLUME, USUAL_RATE
            self._wish.is_fresh = True

    def close(self) -> None:
        """End all that runs; it is waited for a moment, and no longer."""
        with self._changed:
            self._hush()
            self._wish.is_closed = True
        self._headphones.close()
        self._thread.join(_CLOSE_SECONDS)

    def wait_until_found(self, seconds: float) -> bool:
        """Wait until this machine was looked over, for staff; return whether it can speak."""
        self._found.wait(seconds)
        return self.is_able

    # What follows runs in the speaker's own thread.

    def _work(self) -> None:
        self._parts.attempt(self._look, self._broken)
        self._found.set()
        while not self._wish.is_closed:
            self._parts.attempt(self._work_once, self._broken)
        self._drop_player()
        for engine in self._engines:
            engine.close()
        if self._dispatcher is not None:
            self._dispatcher.close()

    def _broken(self, error: Exception) -> None:
        self._drop_player()
        self._is_speaking = False
        self._note(f"speech broke off ({type(error).__name__})")

    def _look(self) -> None:
        """Find what is missing, and have it ready."""
        self._recordings = Recordings(self._parts.recordings)
        if self._dispatcher is None and self._patient("speech-dispatcher").is_over:
            self._dispatcher = self._parts.find_dispatcher()
        if self._program is None:
            self._program = self._find_program()
        # No engine runs where nothing could play what it makes.
        if self._program is not None:
            self._engines = self._engines or self._parts.find_engines()
            self._warm()

    def _find_program(self) -> PlayerProgram | None:
        """Return the first player that has not failed just now."""
        for program in self._parts.find_players():
            if self._patient(program.name).is_over:
                return program
        return None

    def _warm(self) -> None:
        for engine in self._engines:
            try:
                engine.warm()
            except SoundTrouble as trouble:
                self._failed(engine.name, trouble)

    def _work_once(self) -> None:
        """Wait for a wish, and do it."""
        with self._changed:
            wish = self._wish
            if wish.plan is None and not wish.is_fresh and not wish.is_closed:
                is_timely = self._changed.wait(None if self.is_able else _LOOK_SECONDS)
                if not is_timely:
                    wish.is_fresh = True
                return
            turn, plan, wish.plan = wish.turn, wish.plan, None
            is_fresh, wish.is_fresh = wish.is_fresh, False
            may_be_private = wish.is_aloud or self.has_headphones
        if is_fresh:
            if self._has_spoken:
                for engine in self._engines:
                    engine.close()
                self._has_spoken = False
            self._look()
        if plan is not None:
            self._say_all(turn, sayable(plan, self._can_say_this, may_be_private=may_be_private))

    def _say_all(self, turn: int, said: list[Utterance]) -> None:
        try:
            if not self._is_played(turn, said):
                # From the start, where there is another player.
                self._is_played(turn, said)
        except _TurnOverError:
            pass
        finally:
            self._drop_player()
            with self._changed:
                if turn == self._wish.turn:
                    self._is_speaking = False

    def _is_played(self, turn: int, said: list[Utterance]) -> bool:
        """Return whether all was said, as far as something can; False where a player failed."""
        try:
            for one in said:
                self._say_one(turn, one)
            self._drain(turn)
        except PlayerTrouble as trouble:
            self._drop_player()
            if self._program is not None:
                self._failed(self._program.name, trouble)
            self._program = self._find_program()
            return self._program is None
        return True

    def _say_one(self, turn: int, one: Utterance) -> None:
        """Say an utterance by the first that can; where that fails, by the next."""
        rate, voice = RATES[self._wish.rate], self._voice(one.language)
        recording = self._recordings.find(one)
        if recording is not None and self._plays(turn, "recording", read_recording(recording)):
            return
        dispatcher = self._dispatcher
        is_theirs = dispatcher is not None and dispatcher.can_say(voice)
        if dispatcher is not None and is_theirs and self._is_dispatched(turn, dispatcher, one):
            return
        for engine in self._engines:
            if not engine.can_say(voice) or not self._patient(engine.name).is_over:
                continue
            self._has_spoken = True
            if self._plays(turn, engine.name, engine.speak(one.text, voice, rate)):
                return

    def _plays(self, turn: int, name: str, samples: Samples) -> bool:
        """Return whether samples were played to their end."""
        try:
            with closing(samples):
                self._play(turn, name, samples)
        except PlayerTrouble:
            self._check(turn)
            raise
        except SoundTrouble as trouble:
            self._check(turn)
            self._failed(name, trouble)
            return False
        self._succeeded(name)
        return True

    def _play(self, turn: int, name: str, samples: Samples) -> None:
        """Play samples as they come; from a little before where it was paused, after a pause."""
        heard, position, form = bytearray(), 0, SoundFormat()
        has_more = True
        while has_more or position < len(heard):
            if self._waits(turn) or (self._player is not None and self._player.is_killed):
                position = max(0, position - form.bytes_in(self._drop_player() + _BACK_SECONDS))
                self._wait_for_end_of_pause(turn)
            if position >= len(heard):
                got = next(samples, None)
                has_more = got is not None
                form, more = got or (form, bytes(form.bytes_in(_GAP_SECONDS)))
                heard += more
            piece = bytes(heard[position : position + form.bytes_in(_STEP_SECONDS)])
            position += self._feed(turn, name, form, piece)

    def _feed(self, turn: int, name: str, form: SoundFormat, samples: bytes) -> int:
        """Hand samples to the player once it needs them, and return how many bytes it took."""
        player = self._player_for(turn, form)
        with self._changed:
            while not self._wish.is_paused and (early := player.ahead - _AHEAD_SECONDS) > 0:
                self._check(turn)
                self._changed.wait(early)
            self._check(turn)
            if self._wish.is_paused:
                return 0
            gain = VOLUMES[self._wish.volume]
        gain *= 1.0 if self.has_headphones else self._parts.speaker_gain
        try:
            player.write(scale(samples, gain))
        except PlayerTrouble:
            if player.is_killed:
                # By a pause at this very moment, or something else is to be said.
                return 0
            raise
        self._measure(turn, f"{name}, {player.name}")
        return len(samples)

    def _measure(self, turn: int, said_by: str) -> None:
        with self._changed:
            if turn == self._wish.turn and self.measures.first_sound is None:
                self.measures = SpeechMeasures(time.monotonic() - self._asked_at, said_by)

    def _player_for(self, turn: int, form: SoundFormat) -> Player:
        """Return a running player for samples of a form."""
        if self._player is not None and self._player.form == form and not self._player.is_killed:
            return self._player
        if self._player is not None:
            if not self._player.is_killed:
                self._drain(turn)
            self._drop_player()
        if self._program is None:
            raise PlayerTrouble("nothing here plays sound")
        player = Player(self._program, form)
        with self._changed:
            if turn == self._wish.turn:
                self._player = player
                return player
        player.bury()
        raise _TurnOverError

    def _drop_player(self) -> float:
        """Let go of the player, and return how many seconds of what it had were not heard."""
        with self._changed:
            player, self._player = self._player, None
        if player is None:
            return 0.0
        unheard = player.kill()
        player.bury()
        return unheard

    def _drain(self, turn: int) -> None:
        """Let the player play what it has."""
        player = self._player
        if player is None or player.is_killed:
            return
        until = time.monotonic() + player.ahead + _DRAIN_SECONDS
        player.finish()
        while player.status is None and time.monotonic() < until:
            with self._changed:
                self._check(turn)
                self._changed.wait(_STEP_SECONDS / 4)
        self._check(turn)
        if player.status is None and not player.is_killed:
            raise PlayerTrouble(f"{player.name} hangs")
        if player.status and not player.is_killed:
            raise PlayerTrouble(f"{player.name} ended with status {player.status}")
        self._succeeded(player.name)

    def _is_dispatched(self, turn: int, dispatcher: Dispatcher, one: Utterance) -> bool:
        """Return whether speech-dispatcher has said an utterance; after a pause from its start."""
        self._drain(turn)
        self._drop_player()
        voice = self._voice(one.language)
        while True:
            if self._waits(turn):
                self._wait_for_end_of_pause(turn)
            gain = VOLUMES[self._wish.volume]
            gain *= 1.0 if self.has_headphones else self._parts.speaker_gain
            try:
                begun = dispatcher.begin(one.text, voice, RATES[self._wish.rate], gain)
                self._measure(turn, dispatcher.name)
                if dispatcher.wait(
                    begun, lambda: turn == self._wish.turn and not self._wish.is_paused
                ):
                    self._succeeded(dispatcher.name)
                    return True
            except SoundTrouble as trouble:
                self._failed("speech-dispatcher", trouble)
                dispatcher.close()
                self._dispatcher = None
                self._check(turn)
                return False

    def _check(self, turn: int) -> None:
        if turn != self._wish.turn:
            raise _TurnOverError

    def _waits(self, turn: int) -> bool:
        """Return whether it is paused."""
        self._check(turn)
        return self._wish.is_paused

    def _wait_for_end_of_pause(self, turn: int) -> None:
        with self._changed:
            while self._waits(turn):
                self._changed.wait()

    def _patient(self, name: str) -> _Patience:
        return self._patience.setdefault(name, _Patience())

    def _failed(self, name: str, trouble: SoundTrouble) -> None:
        self._patient(name).fail()
        self._note(f"{name}: {trouble}")

    def _succeeded(self, name: str) -> None:
        if self._patience.pop(name, None) is not None:
            self._logged.clear()

    def _note(self, words: str) -> None:
        """Log a trouble once, until something works again."""
        self.measures = SpeechMeasures(trouble=words)
        if words not in self._logged:
            self._logged.add(words)
            _log.warning("%s", words)


def scale(samples: bytes, gain: float) -> bytes:
    """Return samples of 16 bits, softer by `gain` (0 to 1)."""
    factor = round(gain * (1 << _GAIN_BITS))
    if factor >= 1 << _GAIN_BITS:
        return samples
    numbers = array("h", samples)
    return array("h", [(one * factor) >> _GAIN_BITS for one in numbers]).tobytes()
