"""Labels and words below each other."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text


def pairs(rows: Sequence[tuple[str, str]]) -> Table:
    """Return (label, words) as a table; what does not fit goes on below the words."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for label, words in rows:
        table.add_row(Text(label), Text(words))
    return table
