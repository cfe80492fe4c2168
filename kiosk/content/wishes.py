"""What the clinic lets visitors wish for, and its topics: a file such as config/wishes.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.content.assets import ENGLISH, is_language_code, read_text
from kiosk.domain.callbacks.wishes import (
    LONGEST_LABEL,
    LONGEST_TOPIC,
    MOST_TOPICS,
    NO_WISHES,
    OfferedWishes,
    Topic,
    Wish,
    is_topic_id,
)
from kiosk.domain.text import clean, place_in_toml
from kiosk.errors import SetupError

_KEYS = frozenset({"offered", "topic"})
_WISHES = ", ".join(Wish)


def read_wishes(path: Path) -> OfferedWishes:
    """Return what a file offers; nothing where there is none, as in a folder of before wishes.

    Raises SetupError with one sentence where it is wrong, for a visitor must be asked what is
    meant.
    """
    if not path.exists():
        return NO_WISHES
    try:
        found: Mapping[str, Any] = tomllib.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        place = place_in_toml(str(error))
        raise SetupError(f"The file {path} is no valid TOML{place}; mend it.") from None
    try:
        return _read(found)
    except ValueError as error:
        raise SetupError(f"The file {path} is wrong: {error}; mend it.") from None


def _read(found: Mapping[str, Any]) -> OfferedWishes:
    for key in sorted(found.keys() - _KEYS):
        raise ValueError(f"nothing is called '{clean(key)}'")
    offered, entries = found.get("offered", []), found.get("topic", [])
    if not isinstance(offered, list) or not set(map(str, offered)) <= set(Wish):
        raise ValueError(f"offered is a list of {_WISHES}")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ValueError("its topics stand as [[topic]]")
    topics = tuple(map(_topic, entries))
    ids = [one.id for one in topics]
    if len(ids) > MOST_TOPICS:
        raise ValueError(f"it has {len(ids)} topics, and a screen has room for {MOST_TOPICS}")
    if len(set(ids)) < len(ids):
        raise ValueError("two topics have the same id")
    return OfferedWishes(tuple(wish for wish in Wish if wish in offered), topics)


def _topic(entry: Mapping[str, Any]) -> Topic:
    id_ = entry.get("id")
    if not isinstance(id_, str) or not is_topic_id(id_):
        raise ValueError(
            f"a topic's id has 1 to {LONGEST_TOPIC} small letters, digits or _, a letter first"
        )
    labels = {key: value for key, value in entry.items() if key != "id"}
    if ENGLISH not in labels:
        raise ValueError(f"the topic '{id_}' has no name in English (en)")
    for language, label in labels.items():
        if not is_language_code(language):
            raise ValueError(f"the topic '{id_}' has a name in '{clean(language)}', no language")
        if not isinstance(label, str) or not label or label != clean(label, LONGEST_LABEL):
            raise ValueError(
                f"the topic '{id_}' needs a name of 1 to {LONGEST_LABEL} plain characters"
            )
    return Topic(id_, labels)
