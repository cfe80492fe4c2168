"""Whether a time suits a visitor, straight from the words of the windows."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.domain.callbacks.worklist import named_windows, window_of


def in_window(windows: Collection[str], at: datetime, zone: ZoneInfo) -> bool:
    """Say whether a time lies in one of the windows (codes of `Window`); none and ANY hold all."""
    wanted = named_windows(windows)
    return not wanted or window_of(at.astimezone(zone)) in wanted
