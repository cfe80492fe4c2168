"""Lists of helplines as a manager would publish them."""

from datetime import date

from kiosk.content.assets import assets_dir

_VERIFIED, _REVIEW = "verified_on = 2026-11-23", "review_by = 2027-05-23"


def shipped_text() -> str:
    """The list that comes with the program."""
    return (assets_dir() / "content" / "helplines.toml").read_text(encoding="utf-8")


def helplines_text(
    verified_on: date = date(2027, 1, 4),
    review_by: date = date(2027, 7, 4),
    **replaced: str,
) -> str:
    """The shipped list with other days; names of lines in `replaced` become other words.

    For example `mindline="1772"`, a number in the place of its own.
    """
    text = shipped_text()
    for before, day, name in (
        (_VERIFIED, verified_on, "verified_on"),
        (_REVIEW, review_by, "review_by"),
    ):
        assert before in text
        text = text.replace(before, f"{name} = {day}")
    for line, number in replaced.items():
        head = f'id = "{line}"\nnumber = "'
        begin = text.index(head) + len(head)
        text = text[:begin] + number + text[text.index('"', begin) :]
    return text
