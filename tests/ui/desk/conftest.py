"""The clinic of the visitor's tests, for the desk's."""

from tests.ui.visitor.conftest import clinic, founded, lean

__all__ = ["clinic", "founded", "lean"]
