"""The rule that no text from people is ever read as markup on a screen.

Textual and Rich read `[…]` in most strings as markup: a name such as `[@click=app.quit]Mei[/]`
would become a link. In kiosk/ui therefore
1. Static, Label and OptionList, their subclasses, and `notify` always get `markup=False`. A
   subclass that hands it on to `super().__init__` itself needs it no more where it is made;
2. what has no such switch (buttons, options, tabs, table cells, panels, tooltips, border titles)
   takes a constant without `[`, a sentence of the catalogue (a test keeps `[` out of those), or
   text that is wrapped as `Content(…)` or `Text(…)`;
3. `render` never returns a bare `str`;
4. nobody calls `from_markup`, nor `from_text` or anything else with markup switched on.
"""

import ast
from collections.abc import Iterator, Mapping

from tests.support.extract import CALLS, called_name

_SWITCHED = frozenset({"Static", "Label", "OptionList", "SelectionList", "notify", "from_text"})
_SWITCHLESS = frozenset(
    {"Button", "Checkbox", "RadioButton", "Option", "Selection", "Tab", "TabPane", "Collapsible"}
    | {"add_row", "add_rows", "add_column", "add_columns", "update_cell", "Panel", "Pretty"}
)
_WRAPPED = frozenset({"Content", "Text", "styled", "assemble"})
_ATTRIBUTES = frozenset({"border_title", "border_subtitle", "tooltip"})


def offences(modules: Mapping[str, ast.Module]) -> list[str]:
    """Return "place: what is wrong" for each breach of the rule in modules by their names."""
    switched = _SWITCHED | _open_subclasses(modules)
    return [
        f"{name}:{line}: {what}"
        for name, module in modules.items()
        for line, what in _breaches(module, switched)
    ]


def _breaches(module: ast.Module, switched: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield from ((node.lineno, what) for what in _of_call(node, switched))
        elif isinstance(node, ast.Assign):
            names = {one.attr for one in node.targets if isinstance(one, ast.Attribute)}
            if names & _ATTRIBUTES and not _is_safe(node.value):
                yield node.lineno, "wrap it in Content(…)"
        elif isinstance(node, ast.FunctionDef) and _renders_str(node):
            yield node.lineno, "render returns Content(…), never str"


def _of_call(call: ast.Call, switched: frozenset[str]) -> Iterator[str]:
    name = called_name(call)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "from_markup":
        yield "from_markup is never used"
    if "markup" in keywords and not _is_false(keywords["markup"]):
        yield "markup is never switched on"
    if name in switched and "markup" not in keywords:
        yield f"{name} without markup=False"
    shown = list(call.args) if name in _SWITCHLESS else []
    shown += [value for arg, value in keywords.items() if arg in _ATTRIBUTES]
    if name in _SWITCHLESS and name != "update_cell":
        shown += [keywords[arg] for arg in ("label", "title", "prompt") if arg in keywords]
    if name == "update_cell":
        shown = shown[2:] + [keywords[arg] for arg in ("value",) if arg in keywords]
    if not all(_is_safe(value) for value in shown):
        yield f"{name} takes Content(…) or Text(…)"


def _open_subclasses(modules: Mapping[str, ast.Module]) -> frozenset[str]:
    """Return the classes that hand the switch of a Static or Label on to whoever makes them."""
    classes = [
        node
        for module in modules.values()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    ]
    found: set[str] = set()
    grown = True
    while grown:
        parents = _SWITCHED | found
        new = {
            one.name
            for one in classes
            if parents & {base.id for base in one.bases if isinstance(base, ast.Name)}
            and not _closes(one)
        }
        grown = not new <= found
        found |= new
    return frozenset(found)


def _closes(cls: ast.ClassDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and called_name(node) == "__init__"
        and any(keyword.arg == "markup" and _is_false(keyword.value) for keyword in node.keywords)
        for node in ast.walk(cls)
    )


def _renders_str(node: ast.FunctionDef) -> bool:
    returns = node.returns
    return node.name == "render" and isinstance(returns, ast.Name) and returns.id == "str"


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_safe(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.Starred):
        inner = node.value
        return isinstance(inner, ast.GeneratorExp | ast.ListComp) and _is_safe(inner.elt)
    return isinstance(node, ast.Call) and called_name(node) in _WRAPPED | CALLS.keys()
