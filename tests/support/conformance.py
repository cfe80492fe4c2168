"""The page on accessibility: each clause with the tests that show it, or with what else it takes.

Tests name the clauses that they show by `@pytest.mark.conforms("WCAG 2.4.7", …)`. Run
`python -m tests.support.conformance` after a mark or tests/support/clauses.toml has changed.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CLAUSES = Path(__file__).with_name("clauses.toml")
PAGE = CHECKOUT / "assets" / "guide" / "conformance.md"
MARK = "conforms"
OTHERWISE = {
    "configuration": "by configuration",
    "hardware": "needs hardware",
    "no": "not met",
    "n/a": "does not apply",
}
"""Codes of `by`, as the page says them."""
_INTRODUCTION = """# Accessibility, clause by clause

What a kiosk in a waiting room may be asked about, and what shows that it holds.

"Met by" names tests of this project: `pytest` runs them. Where a file is named alone, all of it
shows it. Wording is short and ours; the standards decide. This page is made from marks on the
tests (`tests/support/conformance.py`); a test fails where it differs from them.

It speaks of the visitor's kiosk, with a voice and a sound device ([The voice](speech.md)). Nobody
has certified it: what only people can judge stands in [What only people can do](people.md).
"""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a standard."""

    name: str
    """With its standard, for example "WCAG 2.4.7"."""
    asks: str
    by: str = ""
    """Code of what it takes where no test shows it; empty where tests do."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard with its clauses."""

    name: str
    clauses: tuple[Clause, ...]


def read_standards() -> tuple[Standard, ...]:
    """Return the standards in their order."""
    tables = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["standard"]
    return tuple(
        Standard(
            table["name"],
            tuple(
                Clause(
                    f"{table['short']} {one['id']}",
                    one["asks"],
                    one.get("by", ""),
                    one.get("note", ""),
                )
                for one in table["clauses"]
            ),
        )
        for table in tables
    )


def marked_tests() -> dict[str, list[str]]:
    """Return the tests that name each clause, as paths with the name of the test.

    Where all tests of a module show it, the path alone.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((CHECKOUT / "tests").rglob("test_*.py")):
        place = path.relative_to(CHECKOUT).as_posix()
        for test, clause in marks_of(path.read_text(encoding="utf-8")):
            found[clause].append(f"{place}::{test}".removesuffix("::"))
    return found


def marks_of(source: str) -> Iterator[tuple[str, str]]:
    """Yield each test of a module (Python) with each clause that its mark names.

    What marks the whole module (`pytestmark`) has no name.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((node.name, clause) for clause in _clauses(node.decorator_list))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from (("", clause) for clause in _clauses([node.value]))


def _clauses(marks: list[ast.expr]) -> Iterator[str]:
    for mark in marks:
        if isinstance(mark, ast.Call) and _is_mark(mark.func):
            yield from (str(ast.literal_eval(argument)) for argument in mark.args)


def _is_mark(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == MARK


def page() -> str:
    """Return the page as the marks stand now."""
    tests = marked_tests()
    parts = [_INTRODUCTION, _summary(tests)]
    for standard in read_standards():
        rows = [f"| {one.name} | {one.asks} | {_answer(one, tests)} |" for one in standard.clauses]
        table = "\n".join(["| clause | asks | answer |", "|---|---|---|", *rows])
        parts.append(f"## {standard.name}\n\n{table}\n")
    return "\n".join(parts)


def _summary(tests: dict[str, list[str]]) -> str:
    clauses = [one for standard in read_standards() for one in standard.clauses]
    counts = {"met by tests": sum(one.name in tests for one in clauses)}
    for code, words in OTHERWISE.items():
        counts[words] = sum(one.by == code and one.name not in tests for one in clauses)
    told = ", ".join(f"{count} {words}" for words, count in counts.items())
    return f"Of {len(clauses)} clauses: {told}.\n"


def _answer(clause: Clause, tests: dict[str, list[str]]) -> str:
    if clause.name in tests:
        met = "met by " + ", ".join(f"`{test}`" for test in tests[clause.name])
        return f"{met}; {clause.note}" if clause.note else met
    words = OTHERWISE[clause.by]
    return f"{words}: {clause.note}" if clause.note else words


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
