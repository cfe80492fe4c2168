"""A field: one line of typing, large, with a cursor that does not blink."""

from textual.widgets import Input


class Field(Input):
    """Textual's input with the kiosk's look; a person's text in it is never markup."""

    DEFAULT_CSS = """
    Field {
        height: 3; border: none; border-left: outer $primary; padding: 1 2;
        background: $surface; color: $foreground;
    }
    Field:focus {
        border: none; border-left: outer $foreground; background: $surface;
        color: $foreground; background-tint: 0%;
    }
    Field > .input--cursor { background: $foreground; color: $surface; text-style: none; }
    Field > .input--selection { background: $primary; color: $surface; }
    Field > .input--placeholder { color: $foreground; text-style: italic; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        most: int,
        covered: bool = False,
        replaced: bool = False,
        hint: str = "",
        id: str | None = None,
    ) -> None:
        """Take whether what is typed first takes the place of `value`, and a hint while empty."""
        super().__init__(
            value, hint, max_length=most, select_on_focus=replaced, password=covered, id=id
        )
        self.cursor_blink = False
