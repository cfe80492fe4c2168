"""What of the worklist is shown: a view, narrowed by language, window and search."""

from dataclasses import replace

from kiosk.domain.calling import matches
from kiosk.domain.requests import Window
from kiosk.domain.worklist import Filter, Worklist, WorkRow
from kiosk.ui.desk.calllines import languages_of

_WINDOWS = ("", *(window.value for window in Window if window is not Window.ANY))


class CallView:
    """Holds the latest look at the list, and the rows of it that are wanted."""

    def __init__(self) -> None:
        self.found: Worklist | None = None
        """None until the list is opened."""
        self.wanted = Filter()
        self.rows: tuple[WorkRow, ...] = ()
        """Those of `found` that are wanted, in its order."""

    @property
    def is_narrowed(self) -> bool:
        """Whether less than a whole view is shown."""
        return bool(self.wanted.language or self.wanted.window or self.wanted.text)

    def take(self, found: Worklist) -> bool:
        """Take another look at the list; say whether anything is new."""
        if found is self.found:
            return False
        self.found = found
        self._choose()
        return True

    def want(self, wanted: Filter) -> bool:
        """Show something else; say whether it is."""
        if wanted == self.wanted:
            return False
        self.wanted = wanted
        self._choose()
        return True

    def with_next_language(self) -> Filter:
        """Return the filter with the next of the languages that are asked for, then with all."""
        found = languages_of(self.found.rows) if self.found is not None else ()
        return replace(self.wanted, language=_after(self.wanted.language, ("", *found)))

    def with_next_window(self) -> Filter:
        """Return the filter with the next window, then with all."""
        return replace(self.wanted, window=_after(self.wanted.window, _WINDOWS))

    def _choose(self) -> None:
        found = self.found
        if found is not None:
            speaks = found.speaks
            self.rows = tuple([row for row in found.rows if matches(row, self.wanted, speaks)])


def _after(now: str, choices: tuple[str, ...]) -> str:
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else ""
