"""Prints how kiosk/ is built, in figures."""

import asyncio
import sys
from collections.abc import Iterator
from statistics import median

from tests.house import layout
from tests.house.entering import entered

FIELD = "share_with_team"
"""A field of a request: a new one would stand in as many places."""


def _figures() -> Iterator[tuple[str, str]]:
    everything = layout.sources()
    modules = layout.with_code(everything)
    lines = layout.lines(modules)
    yield "modules with code", f"{len(modules)}"
    yield "lines in all", f"{sum(layout.lines(everything).values())}"
    yield "median file", f"{median(lines.values()):g} lines"
    longest = max(lines, key=lambda path: lines[path])
    yield "largest file", f"{lines[longest]} lines, {longest}"
    ((folder, count),) = layout.folders(modules).most_common(1)
    yield "folder with the most modules", f"{count}, {folder}"
    shared = layout.shared_names(modules)
    yield "names of two or more classes", ", ".join((f"{len(shared)}", *shared))
    screens = layout.screens(modules)
    chains = sorted([one.__name__, *layout.project_classes_above(one)] for one in screens)
    chain = max(chains, key=len)
    yield "longest chain above a screen", f"{len(chain) - 1}, {' < '.join(chain)}"
    places = layout.mentions(modules, FIELD)
    yield f"modules with {FIELD}", f"{len(places)}, in {sum(places.values())} lines"
    for what, functions in asyncio.run(entered()).items():
        files = {one.path for one in functions}
        yield f"entered by {what}", f"{len(files)} files, {len(functions)} functions"


if __name__ == "__main__":
    for what, figure in _figures():
        sys.stdout.write(f"{what:<32} {figure}\n")
