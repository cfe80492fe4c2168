"""The part of a screen that scrolls where it does not fit."""

from textual.containers import VerticalScroll

SCROLL_KEYS = frozenset({"pagedown", "space", "pageup", "home", "end"})
_STEP = 3
"""Rows that an arrow key moves a text."""


class Sheet(VerticalScroll, can_focus=False):
    """Scrolls by the screen's keys and by the "More" action, never with an animation."""

    @property
    def overflows(self) -> bool:
        """Whether there is more than fits."""
        return self.max_scroll_y > 0

    def read_on(self) -> None:
        """Show the next page, and the first one after the last."""
        if self.scroll_y >= self.max_scroll_y:
            self.scroll_home(animate=False)
        else:
            self.scroll_page_down(animate=False)

    def scroll_by_key(self, key: str) -> None:
        """Scroll by one of `SCROLL_KEYS`."""
        match key:
            case "pagedown" | "space":
                self.scroll_page_down(animate=False)
            case "pageup":
                self.scroll_page_up(animate=False)
            case "home":
                self.scroll_home(animate=False)
            case "end":
                self.scroll_end(animate=False)

    def scroll_by_arrow(self, direction: str) -> bool:
        """Move a text that holds nothing to focus up or down; say whether this did it."""
        holds_focusable = any(self in widget.ancestors for widget in self.screen.focus_chain)
        if direction not in ("up", "down") or not self.overflows or holds_focusable:
            return False
        self.scroll_relative(y=_STEP if direction == "down" else -_STEP, animate=False)
        return True
