"""Writes facts as other machines of a clinic would, with clocks of their own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import SQLModel

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.records.schema.columns import table
from kiosk.records.schema.system_tables import KioskDevice
from kiosk.records.schema.tables import CallbackRequest, CallbackWithdrawal, CheckIn
from tests.support.desks import Clinic


def put(clinic: Clinic, rows: type[SQLModel], /, **values: Any) -> UUID:
    """Insert a row as it is; give its id."""
    row = {"id": clinic.id(), "site_id": clinic.site.site_id, **values}
    statement = insert(table(rows)).values(row)
    if clinic.owner is not None:
        with clinic.owner.begin() as connection:
            connection.execute(statement)
    else:
        with clinic.store.write() as transaction:
            transaction.connection().execute(statement)
    return UUID(str(row["id"]))


def machine(clinic: Clinic, symbols: str) -> UUID:
    """Enrol another machine."""
    now = clinic.clock.at
    return put(
        clinic,
        KioskDevice,
        name=f"Kiosk {symbols}",
        symbols=symbols,
        pin_hash="",
        sealed_audit_key=b"sealed",
        enrolled_at=now,
        kind="kiosk",
    )


def _written(
    clinic: Clinic, kiosk: UUID, seq: int, off: timedelta, late: timedelta | None, at: datetime
) -> dict[str, Any]:
    """Give what every fact has, of a clock that is ahead by `off`, received so much later."""
    return {
        "kiosk_id": kiosk,
        "kiosk_seq": seq,
        "clock_offset_ms": round(-off / timedelta(milliseconds=1)),
        "clock_doubtful": False,
        "received_at": None if late is None else at + late,
    }


def seen(
    clinic: Clinic,
    kiosk: UUID,
    session: UUID,
    lookup: bytes | None = None,
    *,
    at: datetime | None = None,
    off: timedelta = timedelta(),
    late: timedelta | None = None,
    seq: int = 1,
    **values: Any,
) -> UUID:
    """Let a machine see somebody at `at` (else now) by the centre's clock; give the fact's id."""
    at = at or clinic.clock.at
    kind = CheckInKind.ARRIVED if lookup else CheckInKind.GUEST
    fact = {
        **_written(clinic, kiosk, seq, off, late, at),
        "session_id": session,
        "lookup": lookup,
        "kind": kind.value,
        "nth": 0,
        "occurred_at": at + off,
    }
    return put(clinic, CheckIn, **{**fact, **values})


def asked(
    clinic: Clinic,
    kiosk: UUID,
    ref: str,
    *,
    off: timedelta = timedelta(),
    late: timedelta | None = None,
    seq: int = 1,
) -> UUID:
    """Let somebody ask to be called at a machine, now by the centre's clock."""
    at = clinic.clock.at
    return put(
        clinic,
        CallbackRequest,
        **_written(clinic, kiosk, seq, off, late, at),
        ref=ref,
        slip_lookup=clinic.entropy(16),
        sealed=b"sealed",
        call_language="en",
        windows="any",
        ui_language="en",
        consent_version="1",
        created_at=at + off,
    )


def withdrawn(
    clinic: Clinic,
    kiosk: UUID,
    request: UUID,
    *,
    off: timedelta = timedelta(),
    late: timedelta | None = None,
    seq: int = 2,
) -> UUID:
    """Let somebody take a request back by its slip, now by the centre's clock."""
    at = clinic.clock.at
    values = _written(clinic, kiosk, seq, off, late, at)
    return put(clinic, CallbackWithdrawal, **values, request_id=request, at=at + off)
