"""Nothing personal lies readable on the disk, at any moment."""

from dataclasses import replace

import pytest

from kiosk.domain.attendance.check_in import Joined
from tests.support.desks import PASSPHRASE, Clinic

NAME = "Zephyrine Ōtsuka"
PHONE = "+6598127634"


def needles() -> list[bytes]:
    texts = [NAME, "Zephyrine", "Ōtsuka", PHONE, PHONE[3:], "9812 7634", PASSPHRASE]
    found = []
    for text in texts:
        raw = text.encode()
        found += [raw, raw.hex().encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]
        found += [text.encode("unicode_escape")]
    return found


def assert_silent(clinic: Clinic) -> None:
    files = sorted(clinic.folder.iterdir())
    assert {"kiosk.db", "kiosk.db-wal", "kiosk.db-shm"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        for needle in needles():
            assert needle not in content, file.name


@pytest.mark.parametrize("checkpoint", [False, True])
def test_the_bytes_of_the_files_hold_no_name_and_no_number(
    clinic: Clinic, checkpoint: bool
) -> None:
    session = clinic.add_session()
    clinic.visitor.request_callback(replace(clinic.draft(), preferred_name=NAME, phone=PHONE))
    joined = clinic.visitor.join(clinic.visitor.new_join(), session.id, NAME, "en")
    assert isinstance(joined, Joined)
    issued = clinic.passes.issue_pass(NAME, "en")
    clinic.visitor.check_in(issued.digits)
    assert_silent(clinic)
    assert [row.request.preferred_name for row in clinic.callbacks.worklist().rows] == [NAME]
    assert {arrival.name for arrival in clinic.arrivals()} == {NAME}
    clinic.access.sign_in(NAME, PASSPHRASE)
    clinic.access.sign_in(PASSPHRASE, NAME)
    if checkpoint:
        clinic.store.checkpoint()
    assert_silent(clinic)
    secrets = [joined.digits[12:-2], issued.digits[12:-2]]
    content = b"".join(file.read_bytes() for file in clinic.folder.iterdir())
    for digits in secrets:
        assert int(digits).to_bytes(16) not in content
        assert digits.encode() not in content


def test_the_search_can_fail(clinic: Clinic) -> None:
    clinic.maintenance.set_out_of_order(NAME)
    with pytest.raises(AssertionError):
        assert_silent(clinic)
