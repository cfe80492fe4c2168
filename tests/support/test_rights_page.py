"""The guide's page of rights is what the tests of rights try."""

from tests.support.rights_page import PAGE, write_page
from tests.support.rights_tries import TRIES, YES


def test_the_page_says_what_is_tried() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), "python -m tests.support.rights_page"


def test_what_a_machine_may_and_should_not_is_said() -> None:
    page = " ".join(write_page().split())
    known = [one for one in TRIES if one.why.startswith("known: ")]
    assert len(known) > 8
    assert all(YES in (one.kiosk, one.desk) for one in known)
    assert all(one.why.removeprefix("known: ") in page for one in known)
