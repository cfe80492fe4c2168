"""The data about number rows."""

import pytest

from kiosk.domain.passes import HEAD
from kiosk.ui.terminal.keyboards import NUMBER_ROWS


def test_every_row_has_ten_printable_characters() -> None:
    assert {len(row) for row in NUMBER_ROWS} == {10}
    assert all(row.isprintable() for row in NUMBER_ROWS)


@pytest.mark.parametrize(
    "row",
    [
        HEAD,
        "à&é\"'(-è_ç",
        '=!"§$%&/()',
        "é+ěščřžýáí",
        ")!@#$%^&*(",
        "௦௧௨௩௪௫௬௭௮௯",
        "٠١٢٣٤٥٦٧٨٩",
    ],
    ids=["US", "AZERTY", "QWERTZ-shift", "Czech", "US-shift", "Tamil", "Arabic"],
)
def test_rows_that_a_clinic_meets_are_known(row: str) -> None:
    assert row in NUMBER_ROWS
