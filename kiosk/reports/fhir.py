"""Exports as a FHIR R4B Bundle (4.3.0): the envelope, and the words that both kinds share."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.reports.tables import ExportContext, Progress, tell

Part = dict[str, object]
"""A piece of a resource as FHIR writes it in JSON; an empty one is left out."""
Resource = Mapping[str, object]
"""A resource as FHIR writes it in JSON, with its resourceType and id."""
Check = Callable[[Resource], str]
"""Returns a resource as JSON text once its R4B model has taken it."""

_MISSING = "A FHIR export needs one more package; install it with `pip install 'kiosk[fhir]'`."
_ODD = "One record ({}) cannot be written in FHIR; export as json, and tell who keeps the kiosk."


class System(StrEnum):
    """Where a code or an identifier of ours comes from; these names lead nowhere."""

    STATUS = "urn:kiosk:request-status"
    OUTCOME = "urn:kiosk:outcome"
    RESULT = "urn:kiosk:attempt-result"
    WINDOW = "urn:kiosk:window"
    MESSAGE = "urn:kiosk:message-policy"
    ANSWERED = "urn:kiosk:answered-by-other"
    LANGUAGE = "urn:kiosk:call-language"
    MARK = "urn:kiosk:mark"
    """What staff should know of a record, such as that nobody has checked who it was."""
    WHAT = "urn:kiosk:what"
    """What a resource is about."""
    REFERENCE = "urn:kiosk:reference"
    """Of identifiers: the code that the visitor was given."""
    ID = "urn:kiosk:id"
    """Of identifiers: ours."""


def write_bundle(
    records: Iterable[Iterable[Resource]],
    file: BinaryIO,
    context: ExportContext,
    progress: Progress | None = None,
    total: int = 0,
) -> int:
    """Write a Bundle of the type collection and return how many records there were.

    A record is the resources of one request or session. Raises SetupError where the package
    `fhir.resources` is not there, or for a resource that FHIR does not allow.
    """
    check = _checker()
    who = f"Exported by {clean(context.login)}: {clean(context.selection)}"
    head = {
        "resourceType": "Bundle",
        "meta": {"tag": [{"system": System.MARK, "code": "exported", "display": who}]},
        "type": "collection",
        "timestamp": context.stamp,
    }
    file.write(json.dumps(head, ensure_ascii=False)[:-1].encode())
    count, between = 0, b', "entry": [\n'
    for count, record in enumerate(records, 1):
        for resource in record:
            entry = f'{{"fullUrl": "urn:uuid:{resource["id"]}", "resource": {check(resource)}}}'
            file.write(between + entry.encode())
            between = b",\n"
        tell(progress, count, total)
    # An empty list is not allowed: a Bundle of nothing has no entries at all.
    file.write(b"}\n" if not count else b"\n]}\n")
    tell(progress, count, total or count, last=True)
    return count


def coded(system: System, code: str, text: str = "") -> Part:
    """Return a CodeableConcept with one code of ours."""
    words = text or code.replace("_", " ")
    return {"coding": [{"system": system, "code": code}], "text": words}


def identifier(system: System, value: str) -> list[Part]:
    """Return a list with one Identifier; empty where there is no value."""
    return [{"system": system, "value": value}] if value else []


def mark(code: str) -> Part:
    """Return a tag that tells something about a record."""
    return {"system": System.MARK, "code": code}


def part_id(record: UUID, kind: str) -> UUID:
    """Return the id of the resource of `kind` that belongs to a record: always the same."""
    return uuid5(record, kind)


def link(kind: str, to: UUID) -> Part:
    """Return a Reference to a resource in the same bundle."""
    return {"type": kind, "reference": f"urn:uuid:{to}"}


def instant(at: datetime, context: ExportContext) -> str:
    """Return a time with its offset in the clinic's zone."""
    return at.astimezone(context.zone).isoformat(timespec="seconds")


def period(start: datetime | None, end: datetime | None, context: ExportContext) -> Part:
    """Return a Period; empty where neither end is known."""
    ends = (("start", start), ("end", end))
    return {name: instant(at, context) for name, at in ends if at is not None}


def filled(**parts: object) -> Part:
    """Return the parts that hold something; `class_` and `for_` stand for class and for."""
    return {
        name.removesuffix("_"): part
        for name, part in parts.items()
        if part is not None and part not in ("", [], {})
    }


def _checker() -> Check:
    """Return what checks resources; SetupError where the package for it is missing."""
    try:
        from fhir.resources.R4B import get_fhir_model_class
    except ImportError:
        raise SetupError(_MISSING) from None
    models: dict[str, Any] = {}

    def check(resource: Resource) -> str:
        kind = str(resource["resourceType"])
        if kind not in models:
            models[kind] = get_fhir_model_class(kind)
        try:
            return str(models[kind].model_validate(resource).model_dump_json())
        except ValueError:
            # What it says of the resource holds what stands in there: names and numbers.
            raise SetupError(_ODD.format(kind)) from None

    return check
