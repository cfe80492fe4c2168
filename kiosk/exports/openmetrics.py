"""Numbers for a monitor as OpenMetrics text."""

from collections.abc import Iterable, Mapping

from kiosk.domain.health import Gauge
from kiosk.domain.text import clean


def format_openmetrics(gauges: Iterable[Gauge]) -> str:
    """Return the text of a whole exposition, each gauge with its help, type and unit.

    Source: OpenMetrics 1.0, "Text Format".
    """
    lines = []
    for gauge in gauges:
        if gauge.samples:
            lines.append(f"# TYPE {gauge.name} gauge")
            lines.append(f"# UNIT {gauge.name} {gauge.name.rpartition('_')[2]}")
            lines.append(f"# HELP {gauge.name} {_escape(gauge.about)}")
            lines += [
                f"{gauge.name}{_format_labels(labels)} {_format_number(value)}"
                for labels, value in gauge.samples
            ]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _format_labels(labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""


def _escape(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _format_number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.3f}"
