"""Style sheets are read as Textual reads them, and colours measured as WCAG does."""

import ast

import pytest

from tests.support.contrast import ratio
from tests.support.styles import default_sheets, roots, rules

SHEET = """
/* a comment { */
Home {
    color: $foreground;
    #today { background: $panel; color: $primary }
    &.-short #tiles { height: 3; }
}
"""


def test_rules_keep_their_place() -> None:
    assert [(rule.path, rule.says) for rule in rules(SHEET)] == [
        ((), {}),
        (("Home",), {"color": "$foreground"}),
        (("Home", "#today"), {"background": "$panel", "color": "$primary"}),
        (("Home", "&.-short #tiles"), {"height": "3"}),
    ]


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (SHEET, {"Home"}),
        ("Home { } Home.-short Tile { }", {"Home"}),
        ("Home, Other { }", {"Home", "Other"}),
        (".card { } Home { }", {".card", "Home"}),
        ("$gap: 2; Home { }", {"$gap", "Home"}),
        ("* { }", {"*"}),
    ],
)
def test_roots_are_what_a_sheet_reaches(sheet: str, expected: set[str]) -> None:
    assert roots(sheet) == expected


def test_default_sheets_are_found() -> None:
    source = 'class A:\n    DEFAULT_CSS = "A {}"\nclass B:\n    CSS: ClassVar[str] = "B {}"\n'
    assert list(default_sheets(ast.parse(source))) == ["A {}", "B {}"]


@pytest.mark.parametrize(
    ("text", "ground", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_the_published_one(text: str, ground: str, expected: float) -> None:
    assert ratio(text, ground) == pytest.approx(expected, abs=0.005)
    assert ratio(ground, text) == ratio(text, ground)
