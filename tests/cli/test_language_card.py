"""`kiosk content card`: the card of a language, also where there is no clinic."""

from pathlib import Path

import pytest

from tests.cli.calling import Kiosk
from tests.exports.paper.test_language_card import dialled
from tests.exports.paper.test_typesetter import inks, pages_of


@pytest.fixture(autouse=True)
def _no_clinic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "nothing"))


def test_a_card_in_tamil_is_written_where_there_is_no_clinic(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "card.pdf"
    answer = kiosk("content", "card", "ta", str(file))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"{file}: two pages to print.")
    _, second = pages_of(file.read_bytes())
    assert dialled(second).keys() == {"tel:995", "tel:999", "tel:1771", "tel:1767"}
    assert len(inks(file.read_bytes())) > 100
    assert not (tmp_path / "nothing").exists()


def test_a_file_that_is_there_is_kept(kiosk: Kiosk, tmp_path: Path) -> None:
    file = tmp_path / "card.pdf"
    file.write_text("mine", encoding="utf-8")
    assert "cannot be made" in kiosk("content", "card", "en", str(file)).sentence()
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("language", ["xx", "../en", "English", ""])
def test_a_language_without_texts_is_refused(kiosk: Kiosk, tmp_path: Path, language: str) -> None:
    answer = kiosk("content", "card", language, str(tmp_path / "card.pdf"))
    assert "there are texts in en, " in answer.sentence(2)
    assert not (tmp_path / "card.pdf").exists()
