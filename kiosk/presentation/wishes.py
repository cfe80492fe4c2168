"""A visitor's wishes in words, for staff: on the desk, on the command line and in files."""

from collections.abc import Iterable, Sequence

from kiosk.domain.callbacks.wishes import (
    CallerWish,
    OfferedWishes,
    Topic,
    Wish,
    wished_caller,
)

WISHES = {
    Wish.WOMAN: "to speak with a woman",
    Wish.MAN: "to speak with a man",
    Wish.TEXT: "a text rather than a ring",
    Wish.INTERPRETER: "an interpreter",
    Wish.CARER: "for somebody they care for",
}
SHORT_WISHES = {
    Wish.INTERPRETER: "interpreter",
    Wish.WOMAN: "woman",
    Wish.MAN: "man",
    Wish.CARER: "carer",
    Wish.TEXT: "text",
}
"""What a caller has to prepare for comes first, for a row may cut the end."""
OFFERS = {CallerWish.WOMAN: "A woman", CallerWish.MAN: "A man"}
"""What a caller can be, as accounts show it."""


def format_wish(code: str, topics: Iterable[Topic] = ()) -> str:
    """Return one wish; a topic of none of `topics`, like any unknown code, stands for itself."""
    if code in set(Wish):
        return WISHES[Wish(code)]
    named = next((topic for topic in topics if topic.code == code), None)
    return code if named is None else f"about: {named.label('en')}"


def format_short_wishes(codes: Iterable[str], topics: Sequence[Topic] = ()) -> str:
    """Return wishes in a word each, for a row of a list."""
    named = {topic.code: topic.label("en") for topic in topics}
    held = set(codes)
    known = [words for wish, words in SHORT_WISHES.items() if wish in held]
    others = [named.get(code, code) for code in sorted(held - set(Wish))]
    return ", ".join((*known, *others))


def format_with_state(state: str, codes: Sequence[str]) -> str:
    """Return the state of a request that waits for its call, with the wish that matters most.

    "rather a woman" and "rather a text" stand for the state itself.
    """
    rather = wished_caller(codes) or (Wish.TEXT.value if Wish.TEXT in codes else "")
    if rather:
        return f"rather a {rather}"
    others = (SHORT_WISHES[one] for one in (Wish.INTERPRETER, Wish.CARER) if one in codes)
    return ", ".join((state, *others))


def wish_options(offered: OfferedWishes) -> tuple[tuple[str, str], ...]:
    """Return those wishes that the clinic offers, its topics aside, in a word each for a form."""
    return tuple((wish.value, SHORT_WISHES[wish]) for wish in offered.wishes)


def topic_options(offered: OfferedWishes) -> tuple[tuple[str, str], ...]:
    """Return the clinic's topics by their names."""
    return tuple((topic.code, topic.label("en")) for topic in offered.topics)
