"""The folders of texts and configuration: in a wheel beside the code, else in the checkout."""

from pathlib import Path

import pytest

import kiosk.content.assets as subject
from kiosk.content.assets import assets_dir, config_dir, is_language_code
from kiosk.errors import SetupError


def test_checkout_is_used_from_a_clone() -> None:
    assert (assets_dir() / "content" / "en").is_dir()
    assert (config_dir() / "take-home.toml").is_file()


def test_installed_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "kiosk"
    (tmp_path / "assets").mkdir()
    (package / "_assets").mkdir(parents=True)
    (package / "_config").mkdir()
    monkeypatch.setattr(subject, "_PACKAGE", package)
    assert assets_dir() == package / "_assets"
    assert config_dir() == package / "_config"


def test_missing_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_PACKAGE", tmp_path / "kiosk")
    with pytest.raises(SetupError, match="assets/ is missing"):
        assets_dir()


@pytest.mark.parametrize("code", ["en", "zh", "ms", "ta", "yue", "zh-Hans", "nan-teochew"])
def test_language_codes(code: str) -> None:
    assert is_language_code(code)


@pytest.mark.parametrize("code", ["", "e", "..", "en/..", "EN", "en_SG", "en\n", "zh-"])
def test_other_names_are_no_language_codes(code: str) -> None:
    assert not is_language_code(code)
