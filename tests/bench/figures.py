"""Figures: medians beside their floors, and how much they spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles


def percentile(times: Sequence[float], percent: int) -> float:
    """Return a percentile (1 to 99) of at least two numbers."""
    return quantiles(times, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table: something measured, its floor, and the ratio to reach."""

    row: int
    """Which row of the table of figures."""
    what: str
    measured: float
    floor: float
    reach: float | None
    """The greatest ratio wanted, or None for a figure that only explains another."""
    unit: str = "ms"
    spread: str = ""
    """Quartiles of both, or what else says how far to trust it."""
    notes: str = ""

    @property
    def ratio(self) -> float:
        """How many times the floor."""
        return self.measured / self.floor

    def as_json(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "row": self.row,
            "what": self.what,
            "measured": round(self.measured, 3),
            "floor": round(self.floor, 3),
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "reach": self.reach,
            "spread": self.spread,
            "notes": self.notes,
        }


def timed(
    row: int,
    what: str,
    measured: Sequence[float],
    floor: Sequence[float],
    reach: float | None,
    *,
    percent: int = 50,
    notes: str = "",
) -> Figure:
    """Make a figure of seconds measured side by side; shown in milliseconds."""
    return Figure(
        row,
        what,
        1000 * percentile(measured, percent),
        1000 * percentile(floor, percent),
        reach,
        spread=f"{quartiles(measured)} | {quartiles(floor)}, n={len(measured)}",
        notes=notes,
    )


def quartiles(times: Sequence[float]) -> str:
    """Return the middle half of some seconds, in milliseconds."""
    return f"{1000 * percentile(times, 25):.1f}-{1000 * percentile(times, 75):.1f}"


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table for people."""
    lines = [
        f"{'row':>3}  {'what':<44} {'measured':>10} {'floor':>10} {'ratio':>7} {'reach':>6}"
        "  middle half, measured | floor"
    ]
    for one in figures:
        reach = "-" if one.reach is None else f"{one.reach:.2f}"
        lines.append(
            f"{one.row:>3}  {one.what:<44} {one.measured:>7.1f} {one.unit:<2} {one.floor:>7.1f}"
            f" {one.unit:<2} {one.ratio:>6.2f}x {reach:>6}  {one.spread}"
        )
        if one.notes:
            lines.append(f"     {one.notes}")
    return "\n".join(lines)
