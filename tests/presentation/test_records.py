"""The retention policy in plain words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.domain.retention import RetentionCount, RetentionDone, RetentionKind
from kiosk.presentation.records import (
    RETENTION_TITLES,
    describe_deleted,
    describe_due,
    describe_retention_rule,
    format_retention_period,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "1 day"), (7, "7 days"), (180, "180 days"), (365, "1 year"), (730, "2 years")],
)
def test_spans(days: int, said: str) -> None:
    assert format_retention_period(timedelta(days=days)) == said


@pytest.mark.parametrize("kind", RetentionKind)
def test_every_kind_has_a_title_and_a_rule_with_its_span(kind: RetentionKind) -> None:
    assert RETENTION_TITLES[kind]
    assert "33 days" in describe_retention_rule(RetentionCount(kind, timedelta(days=33), 0, None))


def test_what_is_due() -> None:
    kept = timedelta(days=7)
    assert (
        describe_due(RetentionCount(RetentionKind.EXPORTS, kept, 0, None), None)
        == "Nothing would go now."
    )
    many = RetentionCount(RetentionKind.REQUESTS, kept, 1200, NOW)
    assert (
        describe_due(many, date(2025, 8, 3))
        == "1,200 requests would go now, the oldest of 3 Aug 2025."
    )
    one = RetentionCount(RetentionKind.PASSES, kept, 1, None)
    assert describe_due(one, None) == "1 person with their passes would go now."


def test_what_has_gone() -> None:
    assert (
        describe_deleted(RetentionDone(NOW, 0, 0, 0, 0)) == "Nothing was old enough to be deleted."
    )
    gone = RetentionDone(NOW, 1, 1500, 2, 1)
    assert describe_deleted(gone) == (
        "Deleted for good: 1 request, 1,500 check-ins and head counts, 2 people with their passes,"
        " 1 file."
    )
