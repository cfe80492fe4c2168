"""How plain an English text is: the length of its sentences and its readability index."""

import re
from collections.abc import Sequence

LONGEST_SENTENCE = 15
"""Words."""
HARDEST_INDEX = 6.0
"""Automated readability index: about the school year that can read the text."""

_HEADING = re.compile(r"#+\s+")
_LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"[*_`]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


def words(sentence: str) -> list[str]:
    """Return what a reader reads as words; `{name}` is one, a dash or a dot is none."""
    return [part for part in sentence.split() if any(sign.isalnum() for sign in part)]


def sentences(text: str) -> list[str]:
    """Return the sentences of running text; a new line ends one."""
    found = (part for line in text.splitlines() for part in _SENTENCE_END.split(line.strip()))
    return [sentence for sentence in found if words(sentence)]


def prose(markdown: str) -> str:
    """Return Markdown without headings and signs, each paragraph and list item on one line."""
    lines: list[str] = []
    continues = False
    for line in markdown.splitlines():
        item = _LIST_ITEM.match(line)
        if not line.strip() or _HEADING.match(line):
            continues = False
        elif item or not continues:
            lines.append(line[item.end() :] if item else line)
            continues = True
        else:
            lines[-1] += f" {line.strip()}"
    return "\n".join(_EMPHASIS.sub("", _LINK.sub(r"\1", line)) for line in lines)


def headings(markdown: str) -> list[str]:
    """Return the headings of a Markdown text without their signs."""
    lines = markdown.splitlines()
    return [_HEADING.sub("", line, count=1) for line in lines if _HEADING.match(line)]


def too_long(text: str, limit: int = LONGEST_SENTENCE) -> list[str]:
    """Return the sentences of running text that have more than `limit` words."""
    return [sentence for sentence in sentences(text) if len(words(sentence)) > limit]


def readability(parts: Sequence[str]) -> float:
    """Return the automated readability index of sentences.

    4.71 characters a word + 0.5 words a sentence - 21.43; letters and digits count as characters
    (Smith and Senter, Automated Readability Index, 1967).
    """
    all_words = [word for sentence in parts for word in words(sentence)]
    if not all_words:
        raise ValueError("There is no word to measure.")
    characters = sum(sign.isalnum() for word in all_words for sign in word)
    per_word = characters / len(all_words)
    return 4.71 * per_word + 0.5 * len(all_words) / len(parts) - 21.43
