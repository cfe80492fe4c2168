"""How well a text stands out from its ground (WCAG 2.2, contrast ratio)."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def ratio(text: str, ground: str) -> float:
    """Return the contrast of two colours `#rrggbb`, from 1 (none) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
