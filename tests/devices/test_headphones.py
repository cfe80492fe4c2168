"""Whether headphones are in: by the jack's switch, the card's controls, or PipeWire."""

import json
import os
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from kiosk.devices.headphones import (
    Headphones,
    find_cards,
    find_jacks,
    read_jack,
    read_routes,
    watch_cards,
    watch_jacks,
    watch_pipewire,
)
from tests.support.sounds import own_children, until

CONTENTS = """\
numid=10,iface=CARD,name='Mic Jack'
  ; type=BOOLEAN,access=r-------,values=1
  : values=on
numid=12,iface=CARD,name='Front Headphone Jack'
  ; type=BOOLEAN,access=r-------,values=1
  : values=%s
"""
"""As `amixer contents` writes it."""


def _event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 0, 0, kind, code, value)


def test_a_jack_is_found_by_its_switch(tmp_path: Path) -> None:
    for name, switches in [("event3", "4"), ("event4", "14"), ("event5", "10"), ("event6", "0")]:
        folder = tmp_path / "sys/class/input" / name / "device/capabilities"
        folder.mkdir(parents=True)
        (folder / "sw").write_text(switches + "\n")
        device = tmp_path / "dev/input" / name
        device.parent.mkdir(parents=True, exist_ok=True)
        device.touch()
    assert [path.name for path in find_jacks(tmp_path)] == ["event3", "event4"]
    (tmp_path / "dev/input/event3").unlink()
    assert [path.name for path in find_jacks(tmp_path)] == ["event4"]


def test_a_jack_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "event3"
    os.mkfifo(path)
    keeper = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        closed = Event()
        states = watch_jacks([path], closed, read=lambda _: False)
        assert next(states) is False
        os.write(keeper, _event(5, 4, 1) + _event(5, 2, 1) + _event(0, 0, 0))
        assert next(states) is True
        os.write(keeper, _event(5, 2, 0))
        assert next(states) is False
        closed.set()
        assert list(states) == []
    finally:
        os.close(keeper)


@pytest.mark.parametrize(("value", "is_in"), [("on", True), ("off", False)])
def test_a_card_says_whether_its_headphone_jack_is_used(*, value: str, is_in: bool) -> None:
    assert read_jack(CONTENTS % value) is is_in
    assert (
        read_jack("numid=1,iface=MIXER,name='Headphone Playback Switch'\n ; x\n : values=on")
        is None
    )
    assert read_jack("") is None


def test_a_card_is_watched(tmp_path: Path) -> None:
    state, events = tmp_path / "state", tmp_path / "events"
    state.write_text(CONTENTS % "off")
    os.mkfifo(events)
    amixer = tmp_path / "amixer"
    amixer.write_text(f'#!/bin/sh\n[ "$3" = events ] && exec cat {events}\nexec cat {state}\n')
    amixer.chmod(0o700)
    (tmp_path / "proc/asound/card1").mkdir(parents=True)
    assert find_cards(str(amixer), tmp_path) == ["1"]
    before = own_children()
    states = watch_cards(str(amixer), ["1"], Event())
    assert next(states) is False
    with events.open("w") as file:
        state.write_text(CONTENTS % "on")
        file.write("event value: numid=12\n")
        file.flush()
        assert next(states) is True
    # What watched has ended.
    assert list(states) == []
    assert own_children() == before


def _device(number: int, *routes: tuple[str, str]) -> dict[str, object]:
    described = [{"name": name, "available": available} for name, available in routes]
    return {"id": number, "info": {"params": {"EnumRoute": described}}}


def test_routes_tell_where_they_know() -> None:
    devices: dict[int, bool] = {}
    read_routes([{"id": 1, "info": {"params": {}}}, {"id": 2, "info": None}, "odd"], devices)
    read_routes([_device(3, ("analog-output-headphones", "unknown"))], devices)
    assert devices == {}
    read_routes(
        [_device(3, ("analog-output-speaker", "yes"), ("analog-output-headphones", "no"))], devices
    )
    assert devices == {3: False}
    read_routes([_device(3, ("analog-output-headphones", "yes"))], devices)
    assert devices == {3: True}
    read_routes([{"id": 3, "info": None}], devices)
    assert devices == {}
    read_routes({"not": "a list"}, devices)


def test_pipewire_is_watched(tmp_path: Path) -> None:
    first = json.dumps([_device(3, ("analog-output-headphones", "no"))], indent=2)
    second = json.dumps([_device(3, ("analog-output-headphones", "yes"))], indent=2)
    (tmp_path / "text").write_text(first + "\n" + second + "\n[{")
    program = tmp_path / "pw-dump"
    program.write_text(f"#!/bin/sh\nexec cat {tmp_path / 'text'}\n")
    program.chmod(0o700)
    before = own_children()
    assert list(watch_pipewire(str(program), Event())) == [False, True]
    assert own_children() == before


def test_only_changes_are_told_and_what_ends_counts_as_out() -> None:
    told: list[bool] = []
    more, ended = Event(), Event()

    def watch(_closed: Event) -> Iterator[bool | None]:
        yield False
        yield True
        yield True
        more.wait(10)
        ended.set()
        raise OSError

    headphones = Headphones(told.append, watch)
    assert until(lambda: headphones.are_in is True)
    assert told == [True]
    more.set()
    assert until(lambda: headphones.are_in is None)
    assert ended.is_set()
    assert told == [True, False]
    headphones.close()


def test_what_watches_ends_with_the_program(tmp_path: Path) -> None:
    program = tmp_path / "pw-dump"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    before = own_children()
    headphones = Headphones(lambda _: None, partial(watch_pipewire, str(program)))
    assert until(lambda: own_children() > before)
    headphones.close()
    assert own_children() == before


def test_a_machine_that_cannot_tell_has_none() -> None:
    headphones = Headphones(lambda _: None, lambda _: iter(()))
    assert headphones.are_in is None
    headphones.close()
