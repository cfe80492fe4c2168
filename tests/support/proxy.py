"""A bad line between a program and a server: it holds, delays, swallows or cuts what passes.

`Proxy(port)` listens on 127.0.0.1 (or `host`) and speaks with the same machine's `port`. What it
does now is set from any thread, for the links there are and those to come. Words can be waited for
only where no TLS hides them.
"""

import contextlib
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Self

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends RST, as a torn cable or a killed process leaves it."""


class Mode(StrEnum):
    """What the line does with the bytes it gets."""

    PASS = "pass"
    FREEZE = "freeze"
    DELAY = "delay"
    CUT_AFTER = "cut_after"
    BLACKHOLE = "blackhole"
    DROP_ANSWERS = "drop_answers"


@dataclass(eq=False, slots=True)
class _Plan:
    mode: Mode
    words: tuple[bytes, ...] = ()
    """Only links whose client has said these, in this order, are struck from then on."""
    seconds: float = 0.0
    left: int = 0
    """How many bytes to the server may still pass."""


@dataclass(eq=False, slots=True)
class _Link:
    client: socket.socket
    server: socket.socket | None
    plan: _Plan | None = None
    """The plan whose words were last listened for."""
    said: int = 0
    """How many of them the client has said."""
    spoilt: bool = False
    """Bytes were swallowed, so it cannot go on."""
    over: bool = False

    def listen(self, plan: _Plan, data: bytes) -> None:
        """Hear what the client says to the server."""
        if self.plan is not plan:
            self.plan, self.said = plan, 0
        while self.said < len(plan.words) and plan.words[self.said] in data:
            self.said += 1

    def is_due(self, plan: _Plan) -> bool:
        """Say whether the client has said all that the plan waits for."""
        return not plan.words or (self.plan is plan and self.said == len(plan.words))

    def cut(self) -> None:
        self.over = True
        for end in (self.client, self.server):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                # Closing alone would not wake a thread that waits in recv.
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RD)
                end.close()


@dataclass
class Proxy:
    """A line to `target_port` of this machine; use it in a `with`, where `port` is open."""

    target_port: int
    port: int = field(default=0)
    """0 takes a free one at the start."""
    host: str = "127.0.0.1"
    """Where it listens."""
    accepted: int = field(default=0, init=False)
    """How many links were opened."""
    hits: Counter[Mode] = field(default_factory=Counter, init=False)
    """How often each mode struck: a link cut or spoilt, a chunk held or delayed."""

    def __post_init__(self) -> None:
        self._plan = _Plan(Mode.PASS)
        self._changed = threading.Condition()
        self._links: set[_Link] = set()
        self._open = False
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, self.port), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self._open = True
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._listener is not None
        assert self._acceptor is not None
        self._open = False
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        self._set(_Plan(Mode.PASS))
        self.cut()

    @property
    def mode(self) -> Mode:
        """What the line does now."""
        return self._plan.mode

    def pass_on(self) -> None:
        """Let all through again; what was held goes on, links that lost bytes are cut."""
        self._set(_Plan(Mode.PASS))

    def freeze(self, *words: bytes) -> None:
        """Take all and give nothing on; with `words` only once a client has sent them all.

        `freeze(b"COMMIT")` lets the commit through and holds the answer.
        """
        self._set(_Plan(Mode.FREEZE, words))

    def delay(self, seconds: float) -> None:
        """Give every chunk on only after `seconds`, in both directions."""
        self._set(_Plan(Mode.DELAY, seconds=seconds))

    def cut_after(self, count: int) -> None:
        """Cut all links once `count` more bytes went to the server; then all passes again."""
        self._set(_Plan(Mode.CUT_AFTER, left=count))

    def blackhole(self) -> None:
        """Swallow all in both directions; new links are taken and lead nowhere."""
        self._set(_Plan(Mode.BLACKHOLE))

    def drop_answers(self, *words: bytes) -> None:
        """Swallow what the server says; with `words` its answer to the last, and cut that link.

        `drop_answers(b"INSERT", b"COMMIT")` loses the answer of a commit that the server has
        made, the first one after an INSERT.
        """
        self._set(_Plan(Mode.DROP_ANSWERS, words))

    def cut(self) -> None:
        """Cut all links there are; new ones may come."""
        with self._changed:
            for link in self._links:
                link.cut()
            self._changed.notify_all()

    def _set(self, plan: _Plan) -> None:
        with self._changed:
            self._plan = plan
            for link in self._links:
                if link.spoilt:
                    link.cut()
            self._changed.notify_all()

    def _accept(self) -> None:
        assert self._listener is not None
        while self._open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._join(client)

    def _join(self, client: socket.socket) -> None:
        """Join a client to the server, or to nothing."""
        lost = self.mode is Mode.BLACKHOLE
        server = None
        if not lost:
            try:
                server = socket.create_connection(("127.0.0.1", self.target_port), 5)
            except OSError:
                client.close()
                return
            server.settimeout(None)
        link = _Link(client, server, spoilt=lost)
        for end in (client, server):
            if end is not None:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._changed:
            self._links.add(link)
            self.hits[Mode.BLACKHOLE] += lost
            if not self._open or (lost and self.mode is not Mode.BLACKHOLE):
                link.cut()
        if server is not None:
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(link, *ends), daemon=True).start()

    def _pump(self, link: _Link, source: socket.socket, sink: socket.socket) -> None:
        upward = source is link.client
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if kept := self._through(link, data, upward=upward):
                    sink.sendall(kept)
                if link.over:
                    break
        with self._changed:
            link.cut()
            self._links.discard(link)
            self._changed.notify_all()

    def _through(self, link: _Link, data: bytes, *, upward: bool) -> bytes:
        """Hold `data` as long as the plan says; gives what of it goes on."""
        with self._changed:
            while not link.over:
                plan = self._plan
                if plan.mode is Mode.PASS:
                    return data
                if not link.is_due(plan):
                    # The last word itself still reaches the server: its answer is struck.
                    if upward:
                        link.listen(plan, data)
                    return data
                held = plan.mode is Mode.FREEZE or plan.mode is Mode.DELAY
                if not held:
                    return self._strike(link, plan, data, upward=upward)
                self.hits[plan.mode] += 1
                limit = plan.seconds if plan.mode is Mode.DELAY else None
                if not self._changed.wait_for(partial(self._gone, link, plan), limit):
                    return data
        return b""

    def _gone(self, link: _Link, plan: _Plan) -> bool:
        return link.over or self._plan is not plan

    def _strike(self, link: _Link, plan: _Plan, data: bytes, *, upward: bool) -> bytes:
        """Swallow or cut; the caller holds the lock."""
        if plan.mode is Mode.CUT_AFTER:
            return self._count(link, plan, data) if upward else data
        if plan.mode is Mode.DROP_ANSWERS and upward:
            return data
        self.hits[plan.mode] += not link.spoilt
        link.spoilt = True
        if plan.words:
            link.cut()
        return b""

    def _count(self, link: _Link, plan: _Plan, data: bytes) -> bytes:
        kept = data[: plan.left]
        plan.left -= len(kept)
        if len(kept) == len(data):
            return data
        with contextlib.suppress(OSError):
            if link.server is not None:
                link.server.sendall(kept)
        self.hits[Mode.CUT_AFTER] += 1
        self._plan = _Plan(Mode.PASS)
        for other in self._links:
            other.cut()
        self._changed.notify_all()
        return b""
