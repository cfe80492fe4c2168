"""Whether headphones are plugged in, where the machine can tell, and when that changes.

Asked, in this order: the switch of the jack (Linux input, `linux/input-event-codes.h`), the sound
card's controls (`amixer`), and PipeWire's routes (`pw-dump`). Where none knows, there are none.
"""

import array
import fcntl
import json
import os
import re
import select
import shutil
import struct
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from kiosk.devices.players import Child, ask_program, read_some, start
from kiosk.errors import SoundTrouble

_SWITCHES: Final = 5
"""The type of an event of switches (EV_SW)."""
_HEADPHONE_INSERT: Final = 2
_EVENT: Final = struct.Struct("llHHi")
_GET_SWITCHES: Final = 0x8008451B
"""EVIOCGSW for 8 bytes (linux/input.h)."""
_WATCH_SECONDS: Final = 0.5
"""How long until it is looked whether to watch on."""
_CLOSE_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 10.0
"""How long until it is tried anew where nothing knows, or what knew has ended."""
_JACK: Final = re.compile(
    r"numid=\d+,iface=CARD,name='[^']*Headphone[^']*Jack[^']*'.*\n.*\n.*=(on|off)"
)
_MOST_KEPT: Final = 4 << 20


class Headphones:
    """Watches, in a thread of its own."""

    def __init__(
        self,
        tell: Callable[[bool], None],
        watch: "Callable[[Event], Iterator[bool | None]] | None" = None,
    ) -> None:
        """Have `tell` called when they are plugged in or out; `watch` is another way to know."""
        self._tell = tell
        self._watch = watch or watch_machine
        self._closed = Event()
        self.are_in: bool | None = None
        """None where this machine cannot tell."""
        self._thread = Thread(target=self._work, name="headphones", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._closed.is_set():
            try:
                for are_in in self._watch(self._closed):
                    self._set(are_in=are_in)
            except (OSError, ValueError, SoundTrouble):
                pass
            # What is not known any more counts as plugged out.
            self._set(are_in=None)
            self._closed.wait(_AGAIN_SECONDS)

    def _set(self, *, are_in: bool | None) -> None:
        before, self.are_in = self.are_in, are_in
        if bool(before) != bool(are_in) and not self._closed.is_set():
            self._tell(bool(are_in))

    def close(self) -> None:
        """Watch no longer, and wait a moment, so that no program that watches is left behind."""
        self._closed.set()
        self._thread.join(_CLOSE_SECONDS)


def knows_headphones(root: Path = Path("/")) -> bool:
    """Return whether this machine can tell, for staff."""
    closed = Event()
    watched = watch_machine(closed, root)
    try:
        return next(watched, None) is not None
    except (OSError, ValueError, SoundTrouble):
        return False
    finally:
        watched.close()


def watch_machine(closed: Event, root: Path = Path("/")) -> Generator[bool | None, None, None]:
    """Yield whether headphones are in, again at each change, by the first way that knows."""
    if paths := find_jacks(root):
        yield from watch_jacks(paths, closed)
    elif (program := shutil.which("amixer")) and (cards := find_cards(program, root)):
        yield from watch_cards(program, cards, closed)
    elif program := shutil.which("pw-dump"):
        yield from watch_pipewire(program, closed)


def find_jacks(root: Path = Path("/")) -> list[Path]:
    """Return the input devices with a headphone jack's switch that this user may read."""
    found = []
    for path in sorted(root.glob("sys/class/input/event*/device/capabilities/sw")):
        with suppress(OSError, ValueError):
            switches = int(path.read_text(encoding="ascii").split()[-1], 16)
            device = root / "dev/input" / path.parts[-4]
            if switches >> _HEADPHONE_INSERT & 1 and os.access(device, os.R_OK):
                found.append(device)
    return found


def read_switch(handle: int) -> bool:
    """Return whether a jack's switch is on now."""
    switches = array.array("B", bytes(8))
    fcntl.ioctl(handle, _GET_SWITCHES, switches)
    return bool(switches[0] >> _HEADPHONE_INSERT & 1)


def watch_jacks(
    paths: Iterable[Path], closed: Event, read: Callable[[int], bool] = read_switch
) -> Iterator[bool]:
    """Yield whether any of the jacks has something in it."""
    handles: dict[int, bool] = {}
    poll = select.poll()
    try:
        for path in paths:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            handles[handle] = read(handle)
            poll.register(handle, select.POLLIN)
        yield any(handles.values())
        while not closed.is_set():
            for handle, _ in poll.poll(1000 * _WATCH_SECONDS):
                events = os.read(handle, 64 * _EVENT.size)
                if not events:
                    return
                handles[handle] = _last_state(events, state=handles[handle])
                yield any(handles.values())
    finally:
        for handle in handles:
            os.close(handle)


def _last_state(events: bytes, *, state: bool) -> bool:
    whole = len(events) - len(events) % _EVENT.size
    for _, _, kind, code, value in _EVENT.iter_unpack(events[:whole]):
        if (kind, code) == (_SWITCHES, _HEADPHONE_INSERT):
            state = bool(value)
    return state


def find_cards(program: str, root: Path = Path("/")) -> list[str]:
    """Return the numbers of the sound cards that have a control for a headphone jack."""
    numbers = [path.name.removeprefix("card") for path in root.glob("proc/asound/card[0-9]*")]
    return [number for number in sorted(numbers) if _is_in(program, number) is not None]


def _is_in(program: str, card: str) -> bool | None:
    return read_jack(ask_program([program, "-c", card, "contents"]))


def read_jack(contents: str) -> bool | None:
    """Return what `amixer contents` says of a headphone jack; None where there is no such one."""
    states = _JACK.findall(contents)
    return "on" in states if states else None


def watch_cards(program: str, cards: list[str], closed: Event) -> Iterator[bool]:
    """Yield whether a jack is in use, read again after each event of a card."""
    children: list[Child] = []
    try:
        children += [
            start([program, "-c", one, "events"], reads=False, writes=True) for one in cards
        ]
        yield any(_is_in(program, one) for one in cards)
        while not closed.is_set():
            handles = [one.process.stdout for one in children if one.process.stdout is not None]
            ready, _, _ = select.select(handles, [], [], _WATCH_SECONDS)
            for pipe in ready:
                if not os.read(pipe.fileno(), 65536):
                    return
            if ready:
                yield any(_is_in(program, one) for one in cards)
    finally:
        for child in children:
            child.bury()


def watch_pipewire(program: str, closed: Event) -> Iterator[bool | None]:
    """Yield whether a route to headphones is there, by what PipeWire tells as it changes."""
    child = start([program, "--monitor", "--no-colors"], reads=False, writes=True)
    devices: dict[int, bool] = {}
    text, decoder = "", json.JSONDecoder()
    try:
        while not closed.is_set():
            try:
                piece = read_some(child.process, time.monotonic() + _WATCH_SECONDS)
            except SoundTrouble:
                continue
            text = (text + piece.decode("utf-8", "replace")).lstrip()
            if not piece or len(text) > _MOST_KEPT:
                return
            while text:
                try:
                    objects, end = decoder.raw_decode(text)
                except ValueError:
                    break
                text = text[end:].lstrip()
                read_routes(objects, devices)
                if devices:
                    yield any(devices.values())
    finally:
        child.bury()


def read_routes(objects: Any, devices: dict[int, bool]) -> None:
    """Note in `devices`, by its id, whether each that can tell has headphones in it.

    A route whose availability is unknown tells nothing.
    """
    for one in objects if isinstance(objects, list) else []:
        info = one.get("info") if isinstance(one, dict) else None
        if not isinstance(info, dict):
            if isinstance(one, dict):
                devices.pop(one.get("id", -1), None)
            continue
        params = info.get("params")
        routes = params.get("EnumRoute") if isinstance(params, dict) else None
        states = [
            route.get("available")
            for route in routes or []
            if isinstance(route, dict) and "headphone" in str(route.get("name")).casefold()
        ]
        if "yes" in states or "no" in states:
            devices[one["id"]] = "yes" in states
