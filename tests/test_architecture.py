"""The house rules that import-linter does not see: doors, sheets, words, colours."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from textual.app import App
from textual.screen import Screen

from kiosk.ui import theme
from tests.support.contrast import ratio
from tests.support.extract import CHECKOUT, called_name
from tests.support.markup_rule import offences
from tests.support.styles import default_sheets, roots, rules

PACKAGE = CHECKOUT / "kiosk"
MODULES = {
    path.relative_to(CHECKOUT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
REVISIONS = "kiosk/records/migrations/versions/"
SHEETS = sorted((PACKAGE / "ui").rglob("*.tcss"))
SIDE_SHEETS = {"kiosk/ui/visitor/visitor.tcss", "kiosk/ui/desk/desk.tcss"}

LEAST_CONTRAST = 7.0
"""WCAG 2.2, 1.4.6 (AAA)."""
DRAWN_BY_THE_CODE = frozenset({"#000000", "#ffffff"})
"""The two colours that a QR code needs whatever the theme is."""

BLIND_PLACES = ("kiosk/cli/main.py", "kiosk/ui/door.py", "kiosk/sync/syncer.py")


def _name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def test_every_package_says_what_it_is_for() -> None:
    folders = {str(Path(name).parent) for name in MODULES if not name.startswith(REVISIONS)}
    silent = [
        folder
        for folder in sorted(folders)
        if f"{folder}/__init__.py" not in MODULES
        or not ast.get_docstring(MODULES[f"{folder}/__init__.py"])
    ]
    assert silent == []


def _is_blind(handler: ast.ExceptHandler) -> bool:
    """Say whether it swallows everything; one that tidies up and raises on is not blind."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {one.id for one in caught if isinstance(one, ast.Name)}
    return handler.type is None or bool(names & {"Exception", "BaseException"})


def test_blind_handlers_stand_at_the_doors_only() -> None:
    elsewhere = [
        f"{name}:{node.lineno}"
        for name, module in MODULES.items()
        if name not in BLIND_PLACES
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and _is_blind(node)
    ]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("handler", "blind"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except (OSError, BaseException) as error:", True),
        ("except OSError:", False),
        ("except BaseException:\n    tidy()\n    raise", False),
    ],
)
def test_blind_handlers_are_noticed(*, handler: str, blind: bool) -> None:
    source = f"try:\n    go()\n{handler}"
    source += "" if handler.endswith("raise") else "\n    stop()"
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler)]
    assert _is_blind(found[0]) is blind


def _private_imports(module: ast.Module) -> Iterator[str]:
    """Yield what is imported that begins with an underscore anywhere in its name."""
    for node in ast.walk(module):
        before = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in (before + one.name for one in node.names):
                if re.search(r"(^|\.)_(?!_)", name):
                    yield name


def test_no_private_part_of_a_package_is_imported() -> None:
    """It may be gone in the next version; what Textual needs stands in one folder."""
    private = [
        f"{name}: {found}"
        for name, module in MODULES.items()
        if not name.startswith("kiosk/ui/terminal/")
        for found in _private_imports(module)
    ]
    assert private == []


@pytest.mark.parametrize(
    ("source", "private"),
    [
        ("from typer._completion_shared import script", True),
        ("from typer import _click", True),
        ("import typer._click", True),
        ("from typer.completion import shell_complete", False),
        ("from __future__ import annotations", False),
    ],
)
def test_private_imports_are_noticed(*, source: str, private: bool) -> None:
    assert bool(list(_private_imports(ast.parse(source)))) is private


@cache
def _private_parts(base: type) -> set[str]:
    """Return the private names that a class defines or uses on itself."""
    names = {*vars(base), *re.findall(r"\bself\.(\w+)", inspect.getsource(base))}
    return {name for name in names if re.match("_(?!_)", name)}


def _shared_with_textual(one: type, node: ast.ClassDef) -> Iterator[str]:
    """Yield "line: name" for each private part of Textual that a class uses or replaces."""
    bases = [base for base in one.__mro__ if base.__module__.startswith("textual.")]
    private = {name for base in bases for name in _private_parts(base)}
    for part in ast.walk(node):
        match part:
            case (
                ast.Attribute(attr=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ) if name in private:
                yield f"{part.lineno}: {name}"


def test_only_the_terminal_uses_private_parts_of_textual() -> None:
    """Those of other objects than a class's own are found by ruff (SLF001)."""
    shared = []
    for name, module in MODULES.items():
        if name.startswith("kiosk/ui/") and not name.startswith("kiosk/ui/terminal/"):
            found = importlib.import_module(name.removesuffix(".py").replace("/", "."))
            for node in module.body:
                if isinstance(node, ast.ClassDef):
                    lines = _shared_with_textual(getattr(found, node.name), node)
                    shared += [f"{name}:{line}" for line in lines]
    assert shared == []


@pytest.mark.parametrize(
    ("base", "body", "shared"),
    [
        (App, "def busy(self): return self._batch_count", True),
        (App, "def forget(self): self._clipboard = ''", True),
        (App, "_clipboard: str = ''", True),
        (Screen, "def _reset_focus(self, widget, avoiding=None): ...", True),
        (Screen, "async def wait(self): await super()._invoke_and_clear_callbacks()", True),
        (Screen, "def words(self): return self.app.clipboard, self._mine, self._('Back')", False),
        (object, "def busy(self): return self._batch_count", False),
    ],
)
def test_private_parts_of_textual_are_noticed(*, base: type, body: str, shared: bool) -> None:
    (node,) = ast.parse(f"class One:\n    {body}").body
    assert isinstance(node, ast.ClassDef)
    assert bool(list(_shared_with_textual(base, node))) is shared


def _by_place(module: ast.Module) -> Iterator[int]:
    """Yield the lines that read a column of a found row by its number, or several by a slice."""
    for node in ast.walk(module):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("row", "rows[0]"):
            place = node.slice
            number = isinstance(place, ast.Constant) and not isinstance(place.value, str)
            constant = isinstance(place, ast.Name) and place.id.isupper()
            if number or constant or isinstance(place, ast.Slice | ast.UnaryOp):
                yield node.lineno


def test_columns_are_read_by_name() -> None:
    """A column that is added between two others must not move into their fields."""
    floors = ("kiosk/records/", "kiosk/sync/", "kiosk/usecases/")
    counted = [
        f"{name}:{line}"
        for name, module in MODULES.items()
        if name.startswith(floors)
        for line in _by_place(module)
    ]
    assert counted == []


@pytest.mark.parametrize("place", ["0", "-1", "1:", ":8", "_PASS"])
def test_columns_that_are_read_by_place_are_noticed(place: str) -> None:
    assert list(_by_place(ast.parse(f"card = Card(*row[{place}])"))) == [1]
    assert list(_by_place(ast.parse(f"offset = rows[0][{place}]"))) == [1]


@pytest.mark.parametrize("read", ["row.id", 'row["id"]', "row[name]", "rows[0].id"])
def test_columns_that_are_read_by_name_are_let_be(read: str) -> None:
    assert list(_by_place(ast.parse(read))) == []


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{name}:{node.lineno}"
        for name, module in MODULES.items()
        if not name.startswith("kiosk/cli/")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called_name(node) in ("print", "pprint")
    ]
    assert printing == []


def test_no_text_from_people_is_markup() -> None:
    """The rule is written in tests/support/markup_rule.py."""
    screens = {name: module for name, module in MODULES.items() if name.startswith("kiosk/ui/")}
    assert screens
    assert offences(screens) == []


def test_each_side_has_one_sheet() -> None:
    assert {_name(sheet) for sheet in SHEETS} == SIDE_SHEETS


@pytest.mark.parametrize("sheet", SHEETS, ids=_name)
def test_sheet_styles_nothing_but_screens(sheet: Path) -> None:
    """A block belongs to one screen of the side, for an open selector would change them all."""
    side = _name(sheet.parent) + "/"
    screens = {
        node.name
        for name, module in MODULES.items()
        if name.startswith(side)
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Screen")
    }
    blocks = [
        rule.path[0] for rule in rules(sheet.read_text(encoding="utf-8")) if len(rule.path) == 1
    ]
    assert len(blocks) == len(set(blocks))
    assert set(blocks) <= screens
    assert roots(sheet.read_text(encoding="utf-8")) <= screens


def _all_sheets() -> Iterable[tuple[str, str]]:
    yield from ((_name(sheet), sheet.read_text(encoding="utf-8")) for sheet in SHEETS)
    for name, module in MODULES.items():
        yield from ((name, sheet) for sheet in default_sheets(module))


@pytest.mark.conforms("WCAG 1.4.3", "WCAG 1.4.11")
def test_every_pair_of_the_themes_is_readable() -> None:
    weak = {
        (name, *pair): round(contrast, 2)
        for name, tokens in theme.THEMES.items()
        for pair in theme.PAIRS
        if (contrast := ratio(tokens[pair[0]], tokens[pair[1]])) < LEAST_CONTRAST
    }
    assert weak == {}


@pytest.mark.conforms("WCAG 1.4.3", "WCAG 1.4.11")
def test_sheets_draw_no_other_pairs() -> None:
    """A text and its ground are one of the pairs that are measured, or the same to hide it."""
    drawn = {
        (name, *rule.path, text, ground)
        for name, sheet in _all_sheets()
        for rule in rules(sheet)
        if (text := rule.says.get("color", "")) and (ground := rule.says.get("background", ""))
        if text != ground and not {text, ground} <= DRAWN_BY_THE_CODE
        if (text.removeprefix("$"), ground.removeprefix("$")) not in theme.PAIRS
    }
    assert drawn == set()


def test_sheets_name_their_colours_by_token() -> None:
    """A colour that is mixed, faded or written out would escape the measure."""
    tokens = {f"${token}" for token in theme.CALM} | DRAWN_BY_THE_CODE
    odd = {
        (name, *rule.path, value)
        for name, sheet in _all_sheets()
        for rule in rules(sheet)
        for value in (rule.says.get("color"), rule.says.get("background"))
        if value is not None and value not in tokens | {"transparent"}
    }
    assert odd == set()


LIGHT_PARTS = ("domain", "records", "usecases", "vault", "content")


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        *((f"kiosk.{part}", {"textual"}) for part in LIGHT_PARTS),
        ("kiosk.__main__", {"textual", "sqlmodel", "typer"}),
    ],
)
def test_import_leaves_heavy_parts_out(module: str, heavy: set[str]) -> None:
    """The run-time twin of the import contracts: all of a part, in a process of its own."""
    names = [module]
    if module != "kiosk.__main__":
        folder = module.replace(".", "/") + "/"
        names += [
            name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for name in MODULES
            if name.startswith(folder) and "/migrations/" not in name
        ]
    code = f"import {', '.join(names)}, sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=CHECKOUT
    )
    assert run.returncode == 0, run.stderr
    assert heavy.isdisjoint(run.stdout.split())
