"""The markup rule notices what it is there for, and lets pass what is safe."""

import ast

import pytest

from tests.support.markup_rule import offences


def _found(source: str) -> list[str]:
    return offences({"screen": ast.parse(source)})


@pytest.mark.parametrize(
    "source",
    [
        "Static(name)",
        'Static("")',
        'Label(f"Welcome, {name}")',
        "Label(name, markup=True)",
        "Label(name, markup=anything)",
        "self.notify(name)",
        "Button(name)",
        'Button("[b]Send")',
        "Button(label=name)",
        "table.add_row(Text(ref), name)",
        "table.add_row(*cells)",
        "table.add_row(*(cell for cell in cells))",
        "table.update_cell(row, column, name)",
        'Panel(body, title="x")',
        "self.border_title = name",
        "Content.from_markup(name)",
        "Content.from_text(name)",
        'Tile("a", tooltip=name)',
        "class Note(Static):\n    pass\nNote(name)",
        "class Note(Static):\n    pass\nclass Memo(Note):\n    pass\nMemo(name)",
        "class Note(Widget):\n    def render(self) -> str:\n        return self.name",
    ],
)
def test_breach_is_noticed(source: str) -> None:
    assert len(_found(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "Static(name, markup=False)",
        'self.notify(self._("Saved"), markup=False)',
        'Button("Send")',
        'Button(self._("Send"))',
        "Button(Content(name))",
        "table.add_row(Text(ref), Text(name))",
        "table.add_row(*(Text(cell) for cell in cells))",
        "table.add_column('Name', width=4)",
        "table.update_cell(row, column, Text(name))",
        "self.border_title = Content(name)",
        "Content.from_text(name, markup=False)",
        "class Note(Static):\n"
        "    def __init__(self, text):\n"
        "        super().__init__(text, markup=False)\n"
        "Note(name)",
        "class Note(Widget):\n    def render(self) -> Content:\n        return Content(self.name)",
    ],
)
def test_safe_text_passes(source: str) -> None:
    assert _found(source) == []
