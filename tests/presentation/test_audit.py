"""The audit trail in plain words."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from kiosk.domain.audit import AuditAction, AuditVerdict, Trail
from kiosk.presentation.audit import ACTION_AREAS, ACTION_TEXTS, describe_action, describe_verdict

LONGEST = 36
"""Cells that lists have for what was done."""


def test_every_action_has_words_and_one_area() -> None:
    assert set(ACTION_TEXTS) == set(AuditAction)
    areas = Counter(action for actions in ACTION_AREAS.values() for action in actions)
    assert areas == Counter(AuditAction)


def test_words_tell_actions_apart_and_are_short() -> None:
    assert len(set(ACTION_TEXTS.values())) == len(ACTION_TEXTS)
    assert max(map(len, ACTION_TEXTS.values())) <= LONGEST


def test_an_action_of_a_later_version_stands_for_itself() -> None:
    assert describe_action("coffee_made") == "coffee made"


@pytest.mark.parametrize(
    ("entries", "broken_at", "said"),
    [
        (1, None, "The trail is whole: its one entry is as it was written."),
        (1234, None, "The trail is whole: its 1,234 entries are as they were written."),
        (9, 0, "The trail is NOT whole: entry 1 was changed, or one before it is missing."),
        (1200, 1056, "The trail is NOT whole: entry 1057 was changed, or one before"),
        (9, 9, "The trail is NOT whole: what came after entry 9 is missing."),
        (0, 0, "The trail is NOT whole: all of it is missing."),
    ],
)
def test_the_verdict_in_words(entries: int, broken_at: int | None, said: str) -> None:
    found = AuditVerdict((Trail("", entries, broken_at),), datetime(2026, 3, 2, tzinfo=UTC))
    assert describe_verdict(found).startswith(said)
