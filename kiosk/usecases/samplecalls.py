"""The sample clinic's callback requests: invented people, so that a caller's desk has work."""

from typing import NamedTuple
from uuid import uuid5

from kiosk.domain.requests import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.usecases.staffdesk import House
from kiosk.usecases.visitor import VisitorDesk


class _Person(NamedTuple):
    """Somebody invented; the last one has the number of the first, so it may be one person."""

    name: str
    phone: str
    language: CallLanguage
    windows: frozenset[Window]
    messages: MessagePolicy = MessagePolicy.NONE
    others: AnsweredByOther = AnsweredByOther.ASK_FOR_NAME


_ANY = frozenset({Window.ANY})
_MORNINGS = frozenset({Window.WEEKDAY_MORNING, Window.SATURDAY_MORNING})
_AFTERNOONS = frozenset({Window.WEEKDAY_AFTERNOON, Window.WEEKDAY_EVENING})
_PEOPLE = (
    _Person("Mei", "+6581230001", CallLanguage.MANDARIN, _MORNINGS, MessagePolicy.TEXT),
    _Person("Ravi", "+6581230002", CallLanguage.TAMIL, _AFTERNOONS),
    _Person("Uncle Lim", "+6562230003", CallLanguage.HOKKIEN, _ANY),
    _Person(
        "Aisyah",
        "+6591230004",
        CallLanguage.MALAY,
        _AFTERNOONS,
        MessagePolicy.NAME_AND_NUMBER,
        AnsweredByOther.SAY_CLINIC,
    ),
    _Person("王小明", "+6581230005", CallLanguage.MANDARIN, _ANY),
    _Person("Sam", "+447700900123", CallLanguage.ENGLISH, _ANY),
    _Person("Mei Mei", "+6581230001", CallLanguage.MANDARIN, _MORNINGS),
)


def ask_for_calls(house: House) -> None:
    """Send each sample request; one that was sent before stays as it is."""
    desk = VisitorDesk(
        house.store, house.clock, house.entropy, house.site, house.rules, house.sealing
    )
    for number, person in enumerate(_PEOPLE):
        id_ = uuid5(house.site.site_id, f"request {number}")
        desk.request_callback(
            CallbackDraft(
                id=id_,
                slip_secret=uuid5(id_, "slip").bytes,
                preferred_name=person.name,
                phone=person.phone,
                windows=person.windows,
                not_before=None,
                call_language=person.language,
                message_policy=person.messages,
                answered_by_other=person.others,
                share_with_team=number % 2 == 0,
                ui_language="en",
                consent_version="sample",
            )
        )
