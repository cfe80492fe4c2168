"""Modules, folders, class names and inheritance of kiosk/, as they are measured and kept."""

import ast
import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from textual.screen import Screen

from tests.support.extract import CHECKOUT


def sources() -> dict[str, str]:
    """Return the source of each module of kiosk/ by its path, for example kiosk/errors.py."""
    return {
        path.relative_to(CHECKOUT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((CHECKOUT / "kiosk").rglob("*.py"))
    }


def with_code(modules: Mapping[str, str]) -> dict[str, str]:
    """Return the modules that hold more than a docstring."""
    return {path: source for path, source in modules.items() if not _is_bare(source)}


def _is_bare(source: str) -> bool:
    body = ast.parse(source).body
    return not body or (
        len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    )


def lines(modules: Mapping[str, str]) -> dict[str, int]:
    """Return the lines of each module, empty ones and comments included."""
    return {path: len(source.splitlines()) for path, source in modules.items()}


def folders(modules: Mapping[str, str]) -> Counter[str]:
    """Return how many of the modules each folder holds, its sub-folders aside."""
    return Counter(str(PurePosixPath(path).parent) for path in modules)


def shared_names(modules: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names that two or more classes have, with the modules of these.

    A class within a class does not count: its owner is a part of its name.
    """
    found = defaultdict(list)
    for path, source in modules.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path)
    return {name: paths for name, paths in sorted(found.items()) if len(paths) > 1}


def mentions(modules: Mapping[str, str], word: str) -> dict[str, int]:
    """Return the modules in which `word` stands, with the number of their lines that have it."""
    whole = re.compile(rf"\b{re.escape(word)}\b")
    counts = {
        path: sum(bool(whole.search(line)) for line in source.splitlines())
        for path, source in modules.items()
    }
    return {path: count for path, count in counts.items() if count}


def screens(modules: Mapping[str, str]) -> set[type[Screen[object]]]:
    """Return all screens of kiosk/ui; for this its modules are imported."""
    for path in modules:
        if path.startswith("kiosk/ui/"):
            importlib.import_module(path.removesuffix(".py").replace("/", "."))
    return {one for one in _below(Screen) if one.__module__.startswith("kiosk.ui.")}


def _below(base: type[Screen[object]]) -> Iterator[type[Screen[object]]]:
    for one in base.__subclasses__():
        yield one
        yield from _below(one)


def project_classes_above(one: type) -> list[str]:
    """Return the classes of kiosk/ that `one` inherits from, the nearest first."""
    return [base.__name__ for base in one.__mro__[1:] if base.__module__.startswith("kiosk.")]
