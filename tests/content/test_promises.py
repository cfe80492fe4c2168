"""What the texts promise about a visitor's data is what this kiosk does."""

from dataclasses import fields

import pytest

from kiosk.content.articles import articles, page
from kiosk.domain.callbacks.request import CallbackDraft
from kiosk.settings import RetentionSettings

PRIVACY = next(article for article in articles("en") if article.slug == "your-privacy").markdown
KEPT = page("en", "what-we-keep").markdown


@pytest.mark.parametrize("text", [PRIVACY, KEPT], ids=["your-privacy", "what-we-keep"])
def test_days_are_those_of_the_settings(text: str) -> None:
    retention = RetentionSettings()
    assert f"{retention.requests_days} days" in text
    assert f"{retention.check_ins_days} days" in text


def test_nothing_is_asked_that_the_texts_do_not_tell() -> None:
    """Whoever asks for one thing more also writes it into both texts, then adds it here."""
    assert {field.name for field in fields(CallbackDraft)} == {
        "id",
        "slip_secret",
        "preferred_name",
        "phone",
        "windows",
        "not_before",
        "call_language",
        "message_policy",
        "answered_by_other",
        "share_with_team",
        "wishes",
        "ui_language",
        "consent_version",
    }


@pytest.mark.parametrize("text", [PRIVACY, KEPT], ids=["your-privacy", "what-we-keep"])
def test_wishes_are_told_and_that_they_are_sealed(text: str) -> None:
    assert any("wish" in line and "sealed" in line for line in text.splitlines())


def test_what_is_never_asked_is_said() -> None:
    assert "NRIC or FIN" in PRIVACY
    assert "birth date" in PRIVACY
