"""Moving the focus by the arrow keys to what lies in that direction."""

from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget


def neighbour(screen: Screen[None], direction: str) -> Widget | None:
    """Return the focusable widget nearest to the focus in `direction`.

    `direction` is "up", "down", "left" or "right"; without a focus, the first widget is meant.
    None where nothing lies that way.
    """
    chain = [widget for widget in screen.focus_chain if widget.region.area]
    here = screen.focused
    if here is None or here not in chain:
        return chain[0] if chain else None
    best: tuple[float, Widget] | None = None
    for widget in chain:
        distance = _distance(here.region, widget.region, direction)
        if widget is not here and distance is not None and (best is None or distance < best[0]):
            best = (distance, widget)
    return best[1] if best else None


def _distance(here: Region, there: Region, direction: str) -> float | None:
    """Return how far `there` lies from `here` in `direction`; None where it lies elsewhere."""
    along = {
        "up": here.y - there.bottom + 1,
        "down": there.y - here.bottom + 1,
        "left": here.x - there.right + 1,
        "right": there.x - here.right + 1,
    }[direction]
    if along <= 0:
        return None
    vertical = direction in ("up", "down")
    aside = abs(here.center[0] - there.center[0]) if vertical else abs(here.y - there.y) * 4
    return along * 4 + aside
