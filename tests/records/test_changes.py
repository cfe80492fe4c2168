"""What is written at a desk may be changed, by one function."""

from uuid import UUID

import pytest

from kiosk.errors import SetupError
from kiosk.records import plans
from kiosk.records.facts import change_reference
from kiosk.records.tables import SupportGroup
from tests.support.desks import Clinic


def test_only_the_named_columns_of_the_named_row_change(clinic: Clinic) -> None:
    first, second = clinic.add_session("Room 2"), clinic.add_session("Room 3")
    assert first.group_id is not None
    with clinic.store.write() as transaction:
        change_reference(transaction, SupportGroup, first.group_id, {"room": "The garden"})
    with clinic.store.read() as transaction:
        kept = {one.id: one for one in plans.groups(transaction, clinic.site.site_id)}
    assert kept[first.group_id].room == "The garden"
    assert kept[first.group_id].name == "Group of Room 2"
    assert {one.room for one in kept.values()} == {"The garden", "Room 3"}
    assert second.group_id in kept


def test_a_row_that_is_not_there_is_told_and_nothing_changes(clinic: Clinic) -> None:
    group = clinic.add_session().group_id
    assert group is not None
    with pytest.raises(SetupError, match="no longer there"), clinic.store.write() as transaction:
        change_reference(transaction, SupportGroup, group, {"room": "The garden"})
        change_reference(transaction, SupportGroup, UUID(int=0), {"room": "The garden"})
    with clinic.store.read() as transaction:
        (kept,) = plans.groups(transaction, clinic.site.site_id)
    assert kept.room == "Room 2"
