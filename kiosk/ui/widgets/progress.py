"""How far a long piece of work is: a bar, and under it what is done and how much of it."""

from textual.widgets import Static

_CELLS = 40


class Progress(Static):
    """Two lines; before anything is counted the bar is empty."""

    DEFAULT_CSS = """
    Progress { height: auto; color: $primary; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def show(self, doing: str, done: int, of: int) -> None:
        """Show that `done` of `of` are `doing`, such as "Writing"; `of` is 0 until it is known."""
        full = _CELLS * done // of if of else 0
        counted = f"{done:,} of {of:,}" if of else ""
        self.update(f"{'█' * full}{'░' * (_CELLS - full)}\n{doing} {counted}".rstrip())
