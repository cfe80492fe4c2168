"""The page on accessibility says what the tests say, and leaves no clause out."""

from tests.support.conformance import (
    OTHERWISE,
    PAGE,
    marked_tests,
    marks_of,
    page,
    read_standards,
)

NAMES = [one.name for standard in read_standards() for one in standard.clauses]


def test_marks_name_clauses_that_there_are() -> None:
    assert marked_tests().keys() <= set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_every_clause_has_an_answer() -> None:
    met = marked_tests()
    for standard in read_standards():
        for clause in standard.clauses:
            assert clause.name in met or clause.by in OTHERWISE, clause.name
            assert not (clause.name in met and clause.by in ("no", "n/a")), clause.name
            assert not clause.by or clause.note, clause.name


def test_the_page_is_as_the_marks_stand() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.support.conformance"


def test_a_mark_is_read_of_modules_and_of_plain_and_asynchronous_tests() -> None:
    source = """
pytestmark = pytest.mark.conforms("WCAG 2.1.1")
other = pytest.mark.conforms("WCAG 2.1.2")
@pytest.mark.conforms("WCAG 2.4.7", "508 402.1")
def test_one(): ...
@pytest.mark.full
@pytest.mark.conforms("WCAG 1.4.3")
async def test_two(): ...
def test_three(): ...
"""
    assert [*marks_of(source)] == [
        ("", "WCAG 2.1.1"),
        ("test_one", "WCAG 2.4.7"),
        ("test_one", "508 402.1"),
        ("test_two", "WCAG 1.4.3"),
    ]
