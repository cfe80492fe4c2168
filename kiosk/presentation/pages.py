"""Lists and reports as pages of text, to be printed as they are seen."""

from dataclasses import dataclass

PAGE_CELLS = 90
"""Cells of a line on a page; longer lines are cut with a sign."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines under a title, kept together where they fit on a page."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextPages:
    """Something to print."""

    what: str
    """What it is, such as "the roster"; nothing about a person."""
    title: str
    lead: str
    blocks: tuple[TextBlock, ...]
