"""Holds back the answer of a desk until the screen that asked is being taken away."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kiosk.ui.widgets.layout import Sheet


class Gate:
    """Holds the answer of a desk until a screen's page has been taken away."""

    def __init__(
        self,
        desk: type,
        method: str,
        monkeypatch: pytest.MonkeyPatch,
        *,
        fails: bool,
        asking: Callable[[], bool] | None = None,
    ) -> None:
        """Take whose answer is held; `fails`: whether it is trouble in the end.

        `asking` tells whether the answer is still on its way; without it, a tenth of a second is
        left to it.
        """
        self.asked, self.opened = asyncio.Event(), threading.Event()
        self.left: Sequence[object] = ()
        """The screens that are left."""
        loop, real, leave = (
            asyncio.get_running_loop(),
            getattr(desk, method),
            Sheet._message_loop_exit,
        )

        def held(*words: Any, **options: Any) -> Any:
            loop.call_soon_threadsafe(self.asked.set)
            assert self.opened.wait(10)
            if fails:
                raise OSError
            return real(*words, **options)

        async def taken_away(sheet: Sheet) -> None:
            screen = sheet.screen
            await leave(sheet)
            if screen not in self.left or (asking is not None and self.opened.is_set()):
                return
            self.opened.set()
            if asking is None:
                await asyncio.sleep(0.1)
            else:
                while asking():
                    await asyncio.sleep(0.001)

        monkeypatch.setattr(desk, method, held)
        monkeypatch.setattr(Sheet, "_message_loop_exit", taken_away)
