"""The help of `kiosk` itself: its verbs one below the other, its nouns in two columns."""

from typing import Any

from typer.core import TyperGroup

from kiosk.cli.usage import Noun

_LONGEST = 27
"""Characters about a noun, so that two stand beside each other in 80 columns."""


class Overview(Noun):
    """All commands on one screen."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options of `kiosk`; `kiosk completion` is there for Typer's own two."""
        own = super().get_params(ctx)
        return [one for one in own if one.name not in ("install_completion", "show_completion")]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs, then the nouns."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, one) for name, one in found if one is not None and not one.hidden]
        verbs = [
            (name, one.get_short_help_str(limit=formatter.width))
            for name, one in shown
            if not isinstance(one, TyperGroup)
        ]
        nouns = [
            (name, one.get_short_help_str(limit=_LONGEST))
            for name, one in shown
            if isinstance(one, TyperGroup)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(verbs)
        name_width = max(len(name) for name, _ in nouns)
        cells = [f"{name:<{name_width}}  {about}" for name, about in nouns]
        half = (len(cells) + 1) // 2
        width = max(map(len, cells[:half]))
        rows = [
            f"{left:<{width}}  {right}".rstrip()
            for left, right in zip(cells[:half], [*cells[half:], ""], strict=False)
        ]
        with formatter.section("Each with commands of its own"):
            for row in rows:
                formatter.write(f"{'':>{formatter.current_indent}}{row}\n")
