"""The names of the languages to call in, as staff read them; English only."""

from kiosk.domain.callbacks.request import CallLanguage

CALL_LANGUAGES = {
    CallLanguage.ENGLISH: "English",
    CallLanguage.MANDARIN: "Mandarin",
    CallLanguage.MALAY: "Malay",
    CallLanguage.TAMIL: "Tamil",
    CallLanguage.HOKKIEN: "Hokkien",
    CallLanguage.CANTONESE: "Cantonese",
    CallLanguage.TEOCHEW: "Teochew",
    CallLanguage.OTHER: "another language",
}
"""The languages that somebody may be called in."""


def format_call_language(code: str) -> str:
    """Return the name of a language to call in; an unknown code stands for itself."""
    return CALL_LANGUAGES.get(CallLanguage(code), code) if code in set(CallLanguage) else code
