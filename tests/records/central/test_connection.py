"""What an error at the centre means for whoever asked."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from kiosk.errors import StoreAway, StoreRefused
from kiosk.records.central.store import CentralStore
from tests.support.centres import Centre
from tests.support.postgres import free_port


def test_a_value_that_cannot_be_sent_is_refused_for_good(centre: Centre) -> None:
    store = CentralStore(centre.address, uuid4())
    try:
        with pytest.raises(StoreRefused) as refused, store.read() as transaction:
            transaction.connection().execute(text("SELECT :name"), {"name": "a\0b"})
        assert refused.value.code == "unsendable"
        assert "a\0b" not in str(refused.value)
    finally:
        store.close()


def test_nobody_listening_is_worth_another_try(centre: Centre) -> None:
    away = centre.address.__class__("127.0.0.1", free_port(), "kiosk", "postgres")
    store = CentralStore(away, uuid4())
    try:
        with pytest.raises(StoreAway), store.read():
            pass
    finally:
        store.close()
