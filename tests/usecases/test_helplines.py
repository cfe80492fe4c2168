"""A manager publishes helplines, and every visitor of the clinic sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.content.helplines import helplines
from kiosk.domain.audit import AuditAction
from kiosk.errors import SetupError
from kiosk.records import site as records
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.central.contact import program_info
from kiosk.usecases.helplines import (
    HelplinesMissing,
    HelplinesPublished,
    read_and_check_published,
    read_in_force,
    read_published,
)
from tests.support.desks import Clinic
from tests.support.helplines import helplines_text, shipped_text

pytestmark = pytest.mark.central(full=True)

LATER = datetime(2027, 1, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def desk(clinic: Clinic) -> OversightDesk:
    clinic.clock.at = LATER
    return clinic.access.oversight_desk(clinic.fresh(clinic.manager))


def shown(clinic: Clinic) -> dict[str, str]:
    """The numbers that a visitor's screen would show, by line."""
    text = read_published(clinic.store, clinic.site)
    lines = helplines("en", LATER.date(), published=text).lines
    return {line.id: line.number for line in lines}


def keep(clinic: Clinic, text: str, at: datetime = LATER) -> None:
    """Put a list there that nobody has checked, as a hostile centre could."""
    with clinic.store.write() as transaction:
        made = records.PublishedHelplines(text, at)
        records.add_helplines(transaction, clinic.id(), clinic.site.site_id, made)


def test_without_a_published_list_visitors_see_the_one_of_the_program(
    clinic: Clinic, desk: OversightDesk
) -> None:
    found = desk.helplines()
    assert (found.published_at, found.passed_over) == (None, "")
    assert found.lines.verified_on == date(2026, 11, 23)
    assert read_published(clinic.store, clinic.site) == ""


def test_a_published_list_is_seen_by_visitors(clinic: Clinic, desk: OversightDesk) -> None:
    done = desk.publish_helplines(helplines_text(mindline="1772"))
    assert done == HelplinesPublished(LATER, date(2027, 1, 4), date(2027, 7, 4), 5)
    assert shown(clinic)["mindline"] == "1772"
    found = desk.helplines()
    assert (found.published_at, found.lines.verified_on) == (LATER, date(2027, 1, 4))
    assert desk.audit_trail()[1].action == AuditAction.HELPLINES_PUBLISHED
    told = program_info(clinic.store, clinic.clock, clinic.site, "1.2.3")
    assert (told.version, told.helplines_review_by) == ("1.2.3", "2027-07-04")


def test_the_last_list_counts_whatever_clock_the_others_were_published_by(
    clinic: Clinic, desk: OversightDesk
) -> None:
    keep(clinic, helplines_text(mindline="1111"), LATER + timedelta(days=400))
    done = desk.publish_helplines(helplines_text(mindline="1773"))
    assert isinstance(done, HelplinesPublished)
    assert done.at > LATER + timedelta(days=400)
    assert shown(clinic)["mindline"] == "1773"


def test_a_list_verified_on_the_day_of_the_programs_own_is_shown(
    clinic: Clinic, desk: OversightDesk
) -> None:
    desk.publish_helplines(helplines_text(date(2026, 11, 23), mindline="1772"))
    assert shown(clinic)["mindline"] == "1772"


def without(text: str, line: str) -> str:
    """Cut a line out of a list."""
    begin = text.index(f'[[line]]\nid = "{line}"')
    end = text.find("[[line]]", begin + 1)
    return text[:begin] + (text[end:] if end > 0 else "")


def test_what_visitors_would_no_longer_find_is_asked_about(
    clinic: Clinic, desk: OversightDesk
) -> None:
    text = without(helplines_text(), "sos")
    assert desk.publish_helplines(text) == HelplinesMissing(("Samaritans of Singapore (SOS)",))
    assert clinic.count("helpline_list") == 0
    assert isinstance(desk.publish_helplines(text, may_leave_out=True), HelplinesPublished)
    assert "sos" not in shown(clinic)


def test_a_language_that_would_be_lost_is_asked_about(clinic: Clinic, desk: OversightDesk) -> None:
    del clinic
    words = '[line.tlh]\nname = "Nama"\nnote = "Nota"\n'
    both = helplines_text().replace("[line.en]", f"{words}[line.en]")
    desk.publish_helplines(both)
    assert desk.publish_helplines(helplines_text()) == HelplinesMissing(("all words in tlh",))


UNFIT = {
    "nothing": ("", "wrong"),
    "no line": (helplines_text().split("[[line]]")[0], "wrong"),
    "no staff": (without(helplines_text(), "staff"), "staff"),
    "no emergency number": (
        without(without(helplines_text(), "ambulance"), "police"), "no emergency number"
    ),
    "not TOML": ("[[line", "wrong"),
    "verified tomorrow": (helplines_text(date(2027, 1, 11)), "to come"),
    "older than the program's": (helplines_text(date(2026, 11, 22)), "came with the program"),
    "overdue": (helplines_text(review_by=date(2027, 1, 9)), "reviewed by"),
    "reviewed before it was verified": (helplines_text(review_by=date(2027, 1, 4)), "before they"),
    "two numbers in one": (helplines_text(mindline="1767 or 995"), "mindline"),
    "the same line twice": (helplines_text().replace('"sos"', '"mindline"'), "same id"),
    "too much to take in": (
        helplines_text() + "".join(
            f'[[line]]\nid = "{n}"\nnumber = "{n}"\n[line.en]\nname = "A"\nnote = "B"\n'
            for n in range(1000, 1009)
        ), "12 lines",
    ),
    "a long note": (helplines_text().replace("someone is not safe", "x" * 130), "too long"),
    "a book": (helplines_text() + "#" * 20_000, "20,000"),
    "nested without end": ("a = " + "[" * 5000, "wrong"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_list_is_refused_in_one_sentence(
    clinic: Clinic, desk: OversightDesk, name: str
) -> None:
    text, says = UNFIT[name]
    with pytest.raises(SetupError, match=says):
        desk.publish_helplines(text)
    assert clinic.count("helpline_list") == 0


@pytest.mark.parametrize("name", sorted(UNFIT.keys() - {"verified tomorrow", "overdue"}))
def test_an_unfit_list_that_came_from_elsewhere_is_never_shown(
    clinic: Clinic, desk: OversightDesk, name: str
) -> None:
    keep(clinic, UNFIT[name][0])
    text, why = read_and_check_published(clinic.store, clinic.site)
    assert text == ""
    assert why.startswith("The published list")
    assert desk.helplines().passed_over == why
    assert shown(clinic)["mindline"] == "1771"
    assert read_in_force(clinic.store, clinic.clock, clinic.site).published_at is None


def test_words_of_a_list_are_cleaned(clinic: Clinic, desk: OversightDesk) -> None:
    keep(clinic, helplines_text().replace("Police", "Po\\u202elice\\u001b[2J"))
    names = {line.id: line.name for line in desk.helplines().lines.lines}
    assert names["police"] == "Police[2J"


def test_the_programs_list_may_be_published_as_it_is(desk: OversightDesk) -> None:
    assert isinstance(desk.publish_helplines(shipped_text()), HelplinesPublished)
