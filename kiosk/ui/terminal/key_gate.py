"""Keeps keys in order: the next one goes out when the one before it has been handled.

Textual inserts a character at once, but a bound key (Enter, Tab, Backspace) only after bubbling
up to the app, so keys typed fast overtake each other (Textual issue 6605). A probe follows each
key through the same queues and reports when it is through.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from kiosk.ui.terminal.messages import Scanned, TakenBack

Gated = events.Key | events.Paste | Scanned | TakenBack

_WAITING: Final = 96
_SETTLED: Final = 6
"""Probes after which what a key set off has reached the app: a key that bubbles up to a binding,
what the binding posts, what its screen makes of that, and what the app does about it."""
_ROUNDS: Final = 10
"""Probes for one key at most."""
_CHECK_EVERY: Final = 0.05
"""Seconds between two checks whether the probe was lost with its widget."""
_GIVE_UP: Final = 2.0
"""Seconds after which a handler that still works holds the next key no longer."""


class KeyProbe(Message, bubble=True):
    """Follows a key through the same queues; back at the app, the key has been handled."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn


class RepeatGuard:
    """Drops the second of two strokes of one key that come too soon after each other.

    A hand that shakes strikes twice (EN 301 549 V3.2.1, 5.8). Each stroke begins the time anew, so
    a key that is held does nothing more either; another key counts at once.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """How long the same key is left unheard; none is by 0."""
        self._key = ""
        self._at = 0.0

    def takes(self, key: str, at: float) -> bool:
        """Return whether a stroke at `at` (seconds of one clock) counts."""
        is_repeat = key == self._key and at - self._at < self.seconds
        self._key, self._at = key, at
        return not is_repeat

    def forget(self) -> None:
        """Let go of the last key."""
        self._key = ""


class GateApp(Protocol):
    """What the gate needs of the app; the app's own module imports this one."""

    @property
    def screen_stack(self) -> Sequence[Screen[object]]: ...

    @property
    def focused(self) -> Widget | None: ...

    @property
    def screen(self) -> Screen[object]: ...

    def post_message(self, message: Message) -> bool: ...


class KeyGate:
    """Lets one key, paste or scan through at a time."""

    def __init__(self, app: GateApp, deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        """`deliver` hands an event to Textual as if there were no gate."""
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Gated] = deque()
        self._busy = False
        self._turn = 0
        """Numbers the probes; an answer to an older one is late and means nothing."""
        self._round = 0
        self._through: Gated | None = None
        self._simple = False
        self._target: MessagePump | None = None
        self._check: asyncio.TimerHandle | None = None
        self._began = 0.0

    async def put(self, event: Gated) -> None:
        """Let `event` through now, or in its turn; beyond 96 waiting it is dropped."""
        if len(self._waiting) < _WAITING:
            self._waiting.append(event)
        if not self._busy:
            await self._next()

    def bubbled(self, event: events.Event) -> None:
        """Take note that a key came up to the app: no widget used it, so bindings run now."""
        if event is self._through:
            self._simple = False

    def forget(self) -> None:
        """Let go of the last key and its widget, which would keep its screen alive."""
        if not self._busy:
            self._target = self._through = None

    async def returned(self, turn: int) -> None:
        """Take a probe that is back; let the next event through once the key is through."""
        if turn != self._turn or not self._busy:
            return
        if self._check is not None:
            self._check.cancel()
        if self._settled():
            self._busy = False
            self._through = None
            self._target = self._current()
            await self._next()
        else:
            self._probe()

    def _settled(self) -> bool:
        """Whether nothing that the key set off can still change where the next one goes.

        What a key posts follows its probe, so more are sent behind it, and more while the focus
        moves.
        """
        if self._simple or self._round >= _ROUNDS:
            return True
        return self._round >= _SETTLED and self._target is self._current()

    def _current(self) -> MessagePump | None:
        if not self._app.screen_stack:
            return None  # the app is ending
        return self._app.focused or self._app.screen

    async def _next(self) -> None:
        if not self._waiting:
            return
        self._busy = True
        self._round = 0
        self._began = asyncio.get_running_loop().time()
        target = self._current()
        if target is not self._target:
            # A screen that has just come may not have its focus yet.
            self._simple = False
            self._probe()
            return
        event = self._waiting.popleft()
        self._through = event
        types = isinstance(event, events.Key) and event.is_printable
        # Only a field takes a character as it is; elsewhere a letter may lead to another screen.
        self._simple = types and isinstance(target, Input)
        await self._deliver(event)
        self._probe(target if self._simple else None)

    def _probe(self, target: MessagePump | None = None) -> None:
        self._turn += 1
        self._round += 1
        self._target = target or self._current()
        probe = KeyProbe(self._turn)
        if self._target is None or not self._target.post_message(probe):
            self._app.post_message(probe)
        self._watch()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._check = loop.call_later(_CHECK_EVERY, self._check_probe, self._turn)

    def _check_probe(self, turn: int) -> None:
        """Send another probe where the last one was lost with its screen or widget."""
        if turn != self._turn or not self._busy:
            return
        if asyncio.get_running_loop().time() - self._began > _GIVE_UP:
            self._round = _ROUNDS
            self._app.post_message(KeyProbe(turn))
        elif self._lost():
            self._probe()
        else:
            self._watch()

    def _lost(self) -> bool:
        target = self._target
        if not isinstance(target, Widget) or not target.is_attached:
            return True
        return target is not self._app.screen and target.screen is not self._app.screen
