"""The clinic of the visitor's tests, for the desk's."""

from tests.ui.visitor.conftest import clinic

__all__ = ["clinic"]
