"""The themes: paper and ink, high contrast, and one that is dim; every pair is at least 7:1."""

from collections.abc import Callable

from textual.theme import Theme

CALM = {
    "primary": "#0b5c6b",
    "secondary": "#7a4b00",
    "accent": "#0b5c6b",
    "background": "#fbf7ef",
    "surface": "#ffffff",
    "panel": "#efe7d8",
    "foreground": "#1c2b33",
    "success": "#1d5c2f",
    "warning": "#6b4100",
    "error": "#8a1c1c",
}
NIGHT = {
    "primary": "#ffd56b",
    "secondary": "#9fe0ff",
    "accent": "#ffd56b",
    "background": "#000000",
    "surface": "#000000",
    "panel": "#1a1a1a",
    "foreground": "#ffffff",
    "success": "#9af0a8",
    "warning": "#ffd56b",
    "error": "#ff9c9c",
}
DIM = {
    "primary": "#a3a9ad",
    "secondary": "#a9a79b",
    "accent": "#a3a9ad",
    "background": "#0e1012",
    "surface": "#131618",
    "panel": "#16191b",
    "foreground": "#a6abae",
    "success": "#a0ad9f",
    "warning": "#b0a690",
    "error": "#b8a19f",
}
QUIET = "quiet"
"""The theme of a visitor who does not want to be noticed; its screens say less, too."""
THEMES: dict[str, dict[str, str]] = {"calm": CALM, "night": NIGHT, QUIET: DIM}
"""Token name to colour (`#rrggbb`), by theme; the usual theme first."""
DEFAULT_THEME = "calm"


def theme_names(_: Callable[[str], str]) -> dict[str, str]:
    """Return what visitors call each theme of `THEMES`; `_` translates."""
    return {
        "calm": _("Usual colours"),
        "night": _("Strong contrast"),
        QUIET: _("Quiet and dim"),
    }


PAIRS: tuple[tuple[str, str], ...] = (
    ("foreground", "background"),
    ("foreground", "surface"),
    ("foreground", "panel"),
    ("primary", "background"),
    ("primary", "surface"),
    ("error", "surface"),
    ("surface", "primary"),
    ("surface", "error"),
    ("surface", "foreground"),
    ("success", "surface"),
    ("warning", "surface"),
    ("warning", "background"),
)
"""Every (text, ground) pair that a style sheet draws."""


def themes() -> tuple[Theme, ...]:
    """Return the themes as Textual takes them, the usual one first."""
    return tuple(_theme(name, tokens) for name, tokens in THEMES.items())


def _theme(name: str, tokens: dict[str, str]) -> Theme:
    bar, ground = tokens["primary"], tokens["panel"]
    return Theme(
        name=name,
        dark=name != DEFAULT_THEME,
        primary=tokens["primary"],
        secondary=tokens["secondary"],
        accent=tokens["accent"],
        background=tokens["background"],
        surface=tokens["surface"],
        panel=tokens["panel"],
        foreground=tokens["foreground"],
        success=tokens["success"],
        warning=tokens["warning"],
        error=tokens["error"],
        variables={
            "scrollbar": bar,
            "scrollbar-hover": bar,
            "scrollbar-active": bar,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
        },
    )


def next_theme(name: str) -> str:
    """Return the name of the theme after `name`, of the first one after the last."""
    names = tuple(THEMES)
    return names[(names.index(name) + 1) % len(names)]


def text_styles(theme: str) -> dict[str, str]:
    """Return how Rich draws the parts of a Markdown text in `theme`."""
    heading = f"bold {THEMES[theme]['primary']}"
    return {
        "markdown.h1": heading,
        "markdown.h2": heading,
        "markdown.h3": heading,
        "markdown.item.bullet": heading,
        "markdown.item.number": heading,
        "markdown.strong": "bold",
        "markdown.em": "bold",
        "markdown.link": "underline",
        "markdown.code": "bold",
    }
