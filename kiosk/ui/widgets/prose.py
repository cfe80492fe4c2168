"""A longer text from Markdown, drawn at once by Rich."""

from typing import TYPE_CHECKING

from textual.widgets import Static

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


class _Themed:
    """Draws Markdown with styles of its own."""

    def __init__(self, markdown: str, styles: dict[str, str]) -> None:
        # A syntax highlighter comes with it, which the first screen does not wait for.
        from rich.markdown import Markdown
        from rich.theme import Theme

        self._text = Markdown(markdown, hyperlinks=False)
        self._theme = Theme(styles)

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        with console.use_theme(self._theme):
            yield from console.render(self._text, options)


class Prose(Static):
    """The text of our own files; Textual's Markdown widget takes ten times as long."""

    def __init__(self, markdown: str, styles: dict[str, str], *, id: str | None = None) -> None:
        super().__init__(_Themed(markdown, styles), id=id, markup=False)
