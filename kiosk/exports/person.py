"""One person's data as JSON for a program, and as a page to hand over.

The page is HTML by itself: any browser shows and prints it, in every script. All that people have
typed is escaped, and it loads nothing and runs nothing.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import BinaryIO

from kiosk.content.languages import format_language
from kiosk.domain.person.data import MemberData, PersonData, RequestData
from kiosk.exports.columns import ExportContext
from kiosk.presentation.person import Part, describe_person, describe_what_stays

_STYLE = (
    "body{font:12pt/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#000;"
    "background:#fff}h1{font-size:1.4em}h2{font-size:1.1em;margin-top:1.6em}"
    "th{text-align:left;font-weight:normal;color:#333;padding-right:1.5em;vertical-align:top;"
    "white-space:nowrap}td{vertical-align:top;overflow-wrap:anywhere}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_document(data: PersonData, file: BinaryIO, context: ExportContext) -> None:
    """Write everything that is kept as JSON, times in the clinic's zone."""
    document = {
        "made_at": context.stamp,
        "clinic": context.site,
        "requests": [_request(one, context) for one in data.requests],
        "member": None if data.member is None else _member(data.member, context),
    }
    file.write(json.dumps(document, ensure_ascii=False, indent=2).encode())


def write_page(data: PersonData, file: BinaryIO, context: ExportContext) -> None:
    """Write a page that the person can read and take along."""
    parts = describe_person(data, context.zone, format_language)
    staying = "".join(f"<li>{escape(one)}</li>" for one in describe_what_stays(data))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>Your data</title><style>{_STYLE}</style></head><body>"
        "<h1>What we keep about you</h1>"
        f"<p>{escape(context.site)}, {escape(context.stamp[:10])}</p>"
        f"{''.join(map(_section, parts))}"
        "<h2>Your choices</h2><p>You can have it corrected or erased at any time: please ask at"
        " the counter, with your slip or your pass. If it is erased, these stay:</p>"
        f"<ul>{staying}</ul></body></html>\n"
    )
    file.write(page.encode())


def _section(part: Part) -> str:
    rows = "".join(
        f"<tr><th>{escape(about)}</th><td>{escape(words)}</td></tr>" for about, words in part.lines
    )
    return f"<h2>{escape(part.title)}</h2><table>{rows}</table>"


def _request(one: RequestData, context: ExportContext) -> dict[str, object]:
    request = one.request
    return {
        "reference": request.reference,
        "asked_at": _at(request.created_at, context),
        "source": str(request.origin.source),
        "consent_by": str(request.origin.consent_by),
        "consent_how": str(request.origin.consent_how),
        "wishes": list(map(str, request.wishes)),
        "status": one.status.value,
        "name": request.preferred_name,
        "telephone": one.phone,
        "is_readable": not request.unreadable,
        "windows": list(map(str, request.windows)),
        "not_before": None if request.not_before is None else request.not_before.isoformat(),
        "call_language": str(request.call_language),
        "message_policy": str(request.message_policy),
        "answered_by_other": str(request.answered_by_other),
        "share_with_team": request.share_with_team,
        "screen_language": request.ui_language,
        "steps": [
            {
                "at": _at(entry.at, context),
                "kind": entry.kind,
                "outcome": entry.outcome,
                "by": entry.by,
                "next_at": _at(entry.next_at, context),
                "whom": entry.whom,
                "note": entry.note,
                "undone": entry.undone,
            }
            for entry in one.history
        ],
        "reference_typed_at": _times(one.typed_at, context),
    }


def _member(member: MemberData, context: ExportContext) -> dict[str, object]:
    return {
        "name": member.name,
        "language": member.language,
        "since": _at(member.since, context),
        "groups": list(member.groups),
        "passes": [
            {"made_at": _at(one.made_at, context), "ended_at": _at(one.revoked_at, context)}
            for one in member.passes
        ],
        "visits": [
            {
                "at": _at(one.at, context),
                "session": one.label,
                "counts": one.counts,
                "first_visit": one.first_visit,
            }
            for one in member.visits
        ],
    }


def _at(at: datetime | None, context: ExportContext) -> str | None:
    return None if at is None else at.astimezone(context.zone).isoformat(timespec="seconds")


def _times(times: Iterable[datetime], context: ExportContext) -> list[str | None]:
    return [_at(at, context) for at in times]
