"""Times and days as people of each language write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kiosk.content.translations import Texts
from kiosk.ui.visitor.times import format_day_and_time, format_time, join_sentences, join_words

ZONE = ZoneInfo("Asia/Singapore")


def _at(hour: int) -> datetime:
    return datetime(2026, 1, 12, hour - 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "times"),
    [
        ("en", ("9:05 am", "12:05 pm", "3:05 pm", "8:05 pm")),
        ("zh", ("上午9:05", "中午12:05", "下午3:05", "晚上8:05")),
        ("ms", ("9:05 pagi", "12:05 tengah hari", "3:05 petang", "8:05 malam")),
    ],
)
def test_the_part_of_the_day_is_named_as_people_name_it(
    language: str, times: tuple[str, ...]
) -> None:
    found = tuple(format_time(_at(hour), ZONE, language) for hour in (9, 12, 15, 20))
    assert found == times


def test_a_day_stands_before_its_time() -> None:
    found = [format_day_and_time(_at(15), ZONE, one) for one in ("en", "zh", "ms")]
    assert found == ["12 Jan, 3:05 pm", "1月12日 下午3:05", "12 Jan, 3:05 petang"]


def test_lists_and_sentences_are_put_together_as_the_language_does() -> None:
    def both(language: str) -> tuple[str, str]:
        _ = Texts(language).gettext
        return join_words(("A", "{B}", "C"), _), join_sentences("A", "B.", _)

    assert both("en") == ("A, {B}, C", "A. B.")
    assert both("zh") == ("A，{B}，C", "A。B.")
