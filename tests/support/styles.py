"""Textual style sheets as rules: which selector, inside which, says what."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"[{};]|[^{};]+")
_TYPE = re.compile(r"[A-Z]\w*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One block of a sheet."""

    path: tuple[str, ...]
    """Its selector after those it stands in; empty for what stands outside every block."""
    says: dict[str, str] = field(default_factory=dict)
    """Property to value."""


def rules(sheet: str) -> list[Rule]:
    """Return the blocks of `sheet` in the order of their opening; the first stands for the top."""
    found = [Rule(())]
    inside = [found[0]]
    text = ""
    for token in _TOKEN.findall(_COMMENT.sub("", sheet)):
        if token == "{":
            found.append(Rule((*inside[-1].path, " ".join(text.split()))))
            inside.append(found[-1])
        elif token in ("}", ";"):
            name, colon, value = text.partition(":")
            if colon:
                inside[-1].says[name.strip()] = " ".join(value.split())
            if token == "}":
                inside.pop()
        text = "" if token in "{};" else token
    return found


def roots(sheet: str) -> set[str]:
    """Return the widget types that the top-level selectors start with.

    A selector that starts with a class, an id or a star would reach the whole app: it is returned
    as it stands. So is a variable.
    """
    top, *blocks = rules(sheet)
    starts = {
        part.strip()
        for block in blocks
        if len(block.path) == 1
        for part in block.path[0].split(",")
    }
    return set(top.says) | {
        match.group() if (match := _TYPE.match(start)) else start for start in starts
    }


def default_sheets(module: ast.Module) -> Iterator[str]:
    """Yield the DEFAULT_CSS and CSS strings of the classes of a module."""
    for node in ast.walk(module):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        named = any(
            isinstance(one, ast.Name) and one.id in ("DEFAULT_CSS", "CSS") for one in targets
        )
        if named and isinstance(node, ast.Assign | ast.AnnAssign):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
