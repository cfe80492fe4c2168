"""What a visitor may wish for the call, as codes: a wish orders the list and hides nothing of it.

Who is wished for is waited for only where somebody of the team can be that and speaks the language,
and only for the clinic's days; then the request is everybody's like any other.

Wishes are sealed with the name, and stand in no column. The list opens every request anyway, so it
needs none; and what somebody wants to talk about, for whom, and with whom, says more of them than
when they may be called. So a thief of a kiosk learns none of it, and reports count none.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from kiosk.domain.callbacks.request import CallbackDraft, MessagePolicy
from kiosk.domain.text import clean


class CallerWish(StrEnum):
    """What a caller can be for a visitor who wishes for it; an account holds what it offers."""

    WOMAN = "woman"
    MAN = "man"


class Wish(StrEnum):
    """What can be wished for at every clinic that offers it; no wish is anybody, by telephone."""

    WOMAN = CallerWish.WOMAN.value
    """To speak with a woman."""
    MAN = CallerWish.MAN.value
    """To speak with a man."""
    TEXT = "text"
    """To get a text rather than a ring."""
    INTERPRETER = "interpreter"
    """To have an interpreter on the telephone."""
    CARER = "carer"
    """The request is for somebody whom the visitor cares for; without it, for themselves."""


_ABOUT = "about_"
MOST_TOPICS = 6
LONGEST_TOPIC = 16
"""Characters of a topic's id: every wish at once still fits into a sealed record."""
LONGEST_LABEL = 24
"""Characters of a topic's name on a button."""
_TOPIC = re.compile(f"[a-z][a-z0-9_]{{0,{LONGEST_TOPIC - 1}}}")
_LONGEST_CODE = 40
_MOST_CODES = 16
_MOST_TEXT = _MOST_CODES * (_LONGEST_CODE + 1)
_MOST_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """What a visitor may want to talk about; one of the clinic's own short list."""

    id: str
    labels: Mapping[str, str]
    """Its name by the language of the screen (BCP 47), English among them."""

    @property
    def code(self) -> str:
        """The code of the wish to talk about it."""
        return f"{_ABOUT}{self.id}"

    def label(self, language: str) -> str:
        """Return its name in a language, in English where it has none in that."""
        return self.labels.get(language) or self.labels["en"]


@dataclass(frozen=True, slots=True)
class OfferedWishes:
    """What the clinic lets visitors wish for; nothing where it wants no wishes."""

    wishes: tuple[Wish, ...] = ()
    topics: tuple[Topic, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be wished for, so that nobody is asked."""
        return not self.wishes and not self.topics


NO_WISHES = OfferedWishes()


class Skills(NamedTuple):
    """What one caller can do for a visitor."""

    speaks: frozenset[str] = frozenset()
    """Codes of `CallLanguage`; empty for all."""
    offers: frozenset[str] = frozenset()
    """Codes of `CallerWish`; empty where nothing is told."""

    def can(self, wanted: str, language: str) -> bool:
        """Return whether this caller is who is wished for, and speaks the language."""
        return wanted in self.offers and (not self.speaks or language in self.speaks)


def is_topic_id(text: str) -> bool:
    """Return whether a text may be a topic's id: small letters, digits and _, 16 at most."""
    return _TOPIC.fullmatch(text) is not None


def join_wishes(codes: Iterable[str]) -> str:
    """Return wishes as they are kept: sorted codes, joined by commas."""
    return ",".join(sorted(codes))


@lru_cache(maxsize=_MOST_REMEMBERED)
def split_wishes(text: str) -> tuple[str, ...]:
    """Return the wishes of a text that `join_wishes` made, cleaned, for anybody can have made it.

    A code that this version or this clinic does not know stays as it is. Cached, for thousands of
    requests hold the same few.
    """
    codes = (clean(code, _LONGEST_CODE) for code in text[:_MOST_TEXT].split(","))
    return tuple(sorted({code for code in codes if code}))[:_MOST_CODES]


def with_wishes(draft: CallbackDraft, chosen: Iterable[str]) -> CallbackDraft:
    """Return a request with other wishes, and what goes with them.

    A woman and a man exclude each other: the one that is new counts. Who would rather get a text
    allows one; who takes that back allows none again.
    """
    wanted = frozenset(chosen)
    callers = frozenset[str](CallerWish)
    if wanted >= callers:
        wanted -= draft.wishes & callers
    policy, had_text = draft.message_policy, Wish.TEXT in draft.wishes
    if Wish.TEXT in wanted and not had_text:
        policy = MessagePolicy.TEXT
    elif had_text and Wish.TEXT not in wanted and policy is MessagePolicy.TEXT:
        policy = MessagePolicy.NONE
    return replace(draft, wishes=wanted, message_policy=policy)


def with_message_policy(draft: CallbackDraft, policy: MessagePolicy) -> CallbackDraft:
    """Return a request with another message policy; without a text allowed none is wished for."""
    kept = draft.wishes if policy is MessagePolicy.TEXT else draft.wishes - {Wish.TEXT}
    return replace(draft, message_policy=policy, wishes=kept)


def wished_caller(wishes: Collection[str]) -> str:
    """Return who is wished for, a code of `CallerWish`; empty for anybody."""
    found = [wish.value for wish in CallerWish if wish in wishes]
    return found[0] if len(found) == 1 else ""


def is_for_another(
    wishes: Collection[str], language: str, mine: Skills, team: Iterable[Skills]
) -> bool:
    """Return whether somebody of the team is who is wished for, and this caller is not.

    `language` is the request's; who does not speak it cannot fulfil the wish.
    """
    wanted = wished_caller(wishes)
    if not wanted or wanted in mine.offers:
        return False
    return any(one.can(wanted, language) for one in team)


def asked_to_speak(
    mine: frozenset[str], team: Iterable[Skills], languages: Iterable[str]
) -> frozenset[str]:
    """Return the languages in which a caller is to call: their own, and those nobody speaks.

    Empty stands for all. `languages` are all that can be asked for: what nobody of the team
    speaks would else be called by nobody.
    """
    if not mine:
        return mine
    spoken = [one.speaks for one in team]
    if not all(spoken):
        return mine
    return mine | (frozenset(languages) - frozenset[str]().union(*spoken))
