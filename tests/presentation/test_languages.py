"""The names of languages as staff read them."""

from kiosk.domain.callbacks.request import CallLanguage
from kiosk.presentation.languages import CALL_LANGUAGES, format_call_language


def test_every_language_to_call_in_has_a_name_of_its_own() -> None:
    assert set(CALL_LANGUAGES) == set(CallLanguage)
    assert len(set(CALL_LANGUAGES.values())) == len(CallLanguage)
    assert format_call_language("nan") == "Hokkien"


def test_an_unknown_code_stands_for_itself() -> None:
    assert format_call_language("tlh") == "tlh"
