"""The base of lists of people: their names are hidden when nobody is there to read them."""

from kiosk.ui.desk.screen import DeskScreen
from kiosk.ui.widgets.desk_bars import Key

HIDDEN = "•••"
_SECONDS = 30.0


class PeopleScreen(DeskScreen):
    """A screen that lists people, without their names until they are asked for."""

    names_shown = False
    _asked_at = 0.0

    def redraw(self) -> None:
        """Draw the list as the names are shown or hidden now."""
        raise NotImplementedError

    def name_key(self) -> Key:
        """Return the key that shows the names, or hides them."""
        return Key("n", "Hide" if self.names_shown else "Names", self._turn)

    def show_names(self) -> None:
        """Show the names for a while."""
        self._asked_at = self.desk.monotonic()
        self._set(shown=True)

    def hide_names(self) -> None:
        """Hide the names."""
        self._set(shown=False)

    def tick(self) -> None:
        """Hide the names where no key was pressed for half a minute."""
        super().tick()
        quiet = self.desk.monotonic() - max(self._asked_at, self.desk.last_activity)
        if self.names_shown and quiet >= _SECONDS:
            self.hide_names()

    def on_screen_suspend(self) -> None:
        self.hide_names()

    def _turn(self) -> None:
        if self.names_shown:
            self.hide_names()
        else:
            self.show_names()

    def _set(self, *, shown: bool) -> None:
        if shown != self.names_shown:
            self.names_shown = shown
            self.redraw()
            self.rekey()
