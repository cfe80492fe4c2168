"""A terminal that answers late: the visit's language stays, and is shown as it is from then on."""

from typing import Any

import pytest

from kiosk.content.translations import Texts
from tests.support.desks import Clinic
from tests.support.screens import at_kiosk


async def test_pictures_that_come_late_are_for_the_visit_under_way(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def texts(language: str, **options: Any) -> Texts:
        asked.append((language, options))
        return Texts(language, **options)

    monkeypatch.setattr("kiosk.ui.visitor.visit.Texts", texts)
    async with at_kiosk(clinic) as visitor:
        visitor.app.context.speak("ta")
        visitor.app.pictures_come()
        assert asked[-2:] == [("ta", {"has_pictures": has}) for has in (False, True)]
        assert visitor.app.context.has_pictures
