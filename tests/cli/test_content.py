"""`kiosk content`: the languages, their reviews, and the page for a reviewer."""

import re
from html import unescape
from itertools import islice
from pathlib import Path

import pytest

from kiosk.content.reviews import read_reviews
from kiosk.ui.visitor import gallery
from tests.cli.calling import Kiosk
from tests.support.invented import CODE, OWN_NAME, add_language, say


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of texts, with the invented language."""
    return add_language(tmp_path / "texts", monkeypatch)


def _review_of(kiosk: Kiosk) -> str:
    rows = kiosk("content", "list", "--format", "json").rows
    return next(str(row["review"]) for row in rows if row["code"] == CODE)


def test_a_review_is_kept_and_told(kiosk: Kiosk, demo: Path) -> None:
    assert _review_of(kiosk) == "not yet checked by a native reviewer"
    answer = kiosk("content", "review", CODE, "--by", "Tan Mei", "--on", "2026-11-20")
    assert answer.out == "Kept: Kioskish was checked by Tan Mei on 2026-11-20.\n"
    assert _review_of(kiosk) == "checked by Tan Mei on 2026-11-20"
    assert read_reviews(demo)[CODE].by == "Tan Mei"
    doctor = {row["subject"]: row for row in kiosk("doctor", "--format", "json").rows}
    found = doctor[f"language {CODE}"]
    assert "checked by Tan Mei on 2026-11-20" in found["finding"]
    assert "articles" in found["finding"]


def test_a_list_says_which_are_offered(kiosk: Kiosk, demo: Path, assets: Path) -> None:
    def offered() -> dict[str, str]:
        rows = kiosk("content", "list", "--format", "json").rows
        return {row["code"]: row["offered"] for row in rows}

    assert (offered()["en"], offered()[CODE]) == ("yes", "yes")
    (assets / "locale" / CODE / "LC_MESSAGES" / "kiosk.mo").unlink()
    assert offered()[CODE] == "no"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("xx", "--by", "Tan"), f"it is one of zh, ms, ta, {CODE}"),
        (("en", "--by", "Tan"), "it is one of"),
        ((CODE, "--by", " \x1b "), "it is empty"),
        ((CODE, "--by", "Tan", "--on", "2126-01-01"), "is to come"),
        ((CODE,), "Missing option '--by'"),
    ],
)
def test_what_is_no_review_is_refused(
    kiosk: Kiosk, demo: Path, words: tuple[str, ...], said: str
) -> None:
    assert said in kiosk("content", "review", *words).sentence(code=2)
    assert read_reviews(demo) == {}


def test_nothing_is_kept_where_there_is_no_clinic(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_DATA_DIR", str(tmp_path / "none"))
    assert "kiosk init" in kiosk("content", "review", CODE, "--by", "Tan").sentence()
    assert not (tmp_path / "none").exists()


@pytest.fixture
def few_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the first screens alone."""
    every = gallery._all
    monkeypatch.setattr(gallery, "_all", lambda context: islice(every(context), 4))


@pytest.mark.usefixtures("few_screens")
def test_a_page_has_what_is_vital_first_and_needs_nothing_else(kiosk: Kiosk, demo: Path) -> None:
    file = demo / "page.html"
    assert kiosk("content", "page", CODE, "-o", str(file)).out == f"Written: {file}\n"
    page = file.read_text(encoding="utf-8")
    assert page.index("<h2>Crisis and consent") < page.index("<h2>Helplines")
    vital = page[page.index("<h2>Crisis and consent") : page.index("<h2>Helplines")]
    assert say("You may tell my care team") in vital
    assert say("The code calls the line from your phone.") in vital
    pictures = vital.count("<svg")
    assert pictures >= 2
    svg = vital[vital.index("<svg") : vital.index("</svg>") + len("</svg>")]
    drawn = unescape(re.sub("<[^>]*>", "", svg)).replace("\xa0", " ")
    assert say("Help now") in drawn
    assert OWN_NAME in page
    assert "Kioskisch: Groups" in page
    assert "Not yet checked by a native reviewer." in page
    for needs_others in ("@font-face", "<script", "src=", "@import"):
        assert needs_others not in page
    assert kiosk("content", "page", CODE, "-o", str(file)).code == 1


@pytest.mark.full
def test_nearly_every_sentence_has_a_picture(kiosk: Kiosk, demo: Path) -> None:
    file = demo / "page.html"
    assert kiosk("content", "page", CODE, "-o", str(file)).code == 0
    page = file.read_text(encoding="utf-8")
    assert "<h2>Said aloud, or on plain lines" in page
    others = page[page.index("<h2>On other screens") :].count("What it says, in English")
    assert 0 < others < page.count("What it says, in English") / 8


def test_a_page_goes_to_the_exports_by_itself(
    kiosk: Kiosk, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.cli.content._make_page", lambda _: "page")
    path = Path(kiosk("content", "page", CODE).out.removeprefix("Written: ").strip())
    assert (path.parent, path.suffix) == (demo / "exports", ".html")
    assert path.read_text() == "page"


def test_a_language_without_a_catalogue_has_no_page(kiosk: Kiosk, demo: Path, assets: Path) -> None:
    (assets / "locale" / CODE / "LC_MESSAGES" / "kiosk.mo").unlink()
    assert "Kioskish has no catalogue yet" in kiosk("content", "page", CODE).sentence()
