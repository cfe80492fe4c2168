"""A page for a native reviewer: each sentence with its English, its screen, and room to write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from kiosk.content.articles import Article
from kiosk.content.languages import Language
from kiosk.content.reviews import NOT_CHECKED, Sentence

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; }
article { border-top: 1px solid #999; padding: .6em 0; break-inside: avoid; }
.en { color: #333; margin: 0; } .said { font-size: 1.25em; margin: .2em 0; }
.where { color: #555; font-size: .85em; margin: 0; } .bad { color: #a00000; font-weight: bold; }
label { display: block; font-size: .85em; }
textarea { width: 100%; height: 2.4em; font: inherit; box-sizing: border-box; }
figure { margin: 1em 0; break-inside: avoid; } figure svg { width: 100%; height: auto; }
.text { white-space: pre-wrap; }
"""
_SPEECH = "speech"
"""The context of what is only said."""
_PLAIN_LINES = "kiosk/ui/plain/"
_HOW = (
    "Please read each sentence as a person would who is anxious or unwell. For crisis and consent,"
    " first write in English what the sentence says, without looking at the English above it."
    " Write what you would say instead under Remark. Then print the page, or save it with what you"
    " have written, and give it back."
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen and what it says."""

    title: str
    svg: str
    said: frozenset[tuple[str, str]]
    """Each as (context, English); of one with a number in it, the plural."""


def format_review_page(
    language: Language,
    sentences: Iterable[Sentence],
    articles: Iterable[tuple[Article, Article]],
    helplines: Iterable[tuple[str, str]],
    screens: Iterable[Screen],
) -> str:
    """Return the page as HTML that needs nothing else: no server, no script.

    `articles` are pairs of the English and the translated one, `helplines` of lines likewise. A
    screen stands behind the sentences that it is the first to say; `sentences` come with those
    first that are vital.
    """
    left, parts = list(sentences), []
    shown = list(screens)
    vital = [one for one in left if one.is_vital]
    parts.append(_section("Crisis and consent", vital, _first_screens(vital, shown), language))
    parts.append(_pairs("Helplines", helplines, language))
    left = [one for one in left if not one.is_vital]
    near = _screens_of_files(left, shown)
    where = {_key(one): _screen_of(one, shown, near) for one in left}
    for screen in shown:
        here = [one for one in left if where[_key(one)] is screen]
        parts.append(_section(screen.title, here, [screen], language))
    others = [one for one in left if where[_key(one)] is None]
    unseen = [one for one in others if _is_unseen(one)]
    parts.append(_section("Said aloud, or on plain lines", unseen, [], language))
    others = [one for one in others if not _is_unseen(one)]
    parts.append(_section("On other screens", others, [], language))
    parts += [_article(english, translated, language) for english, translated in articles]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(language.name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(language.name)} · {escape(language.own_name)}</h1>"
        f"<p><strong>{escape(NOT_CHECKED)}</strong></p><p>{escape(_HOW)}</p>"
        f"{_box('Your name, and the date')}{''.join(parts)}</body></html>\n"
    )


def _key(sentence: Sentence) -> tuple[str, str]:
    return sentence.context, sentence.english[-1]


def _is_unseen(sentence: Sentence) -> bool:
    """Return whether no screen ever shows a sentence."""
    return sentence.context == _SPEECH or all(
        place.startswith(_PLAIN_LINES) for place in sentence.places
    )


def _screens_of_files(sentences: list[Sentence], screens: list[Screen]) -> dict[str, Screen]:
    """Return for each file that a screen has to itself the first picture of it."""
    found: dict[str, Screen] = {}
    for screen in screens:
        for one in sentences:
            if _key(one) in screen.said:
                for place in one.places:
                    found.setdefault(place, screen)
    return {place: screen for place, screen in found.items() if "/screens/" in place}


def _screen_of(
    sentence: Sentence, screens: list[Screen], near: Mapping[str, Screen]
) -> Screen | None:
    """Return the first screen that says it, else one that the same file draws."""
    says = (screen for screen in screens if _key(sentence) in screen.said)
    beside = (near[place] for place in sentence.places if place in near)
    return next(says, next(beside, None))


def _first_screens(sentences: Iterable[Sentence], screens: list[Screen]) -> list[Screen]:
    """Return the screens that are the first to say each of some sentences."""
    first: Mapping[str, Screen] = {
        screen.title: screen
        for sentence in sentences
        if (screen := next((one for one in screens if _key(sentence) in one.said), None))
    }
    return list(first.values())


def _section(
    title: str, sentences: list[Sentence], screens: list[Screen], language: Language
) -> str:
    if not sentences:
        return ""
    figures = "".join(f"<figure>{screen.svg}</figure>" for screen in screens)
    rows = "".join(_sentence(one, language) for one in sentences)
    return f"<section><h2>{escape(title)}</h2>{figures}{rows}</section>"


def _sentence(sentence: Sentence, language: Language) -> str:
    about = sentence.context or "screen"
    where = ", ".join(place.rsplit("/", maxsplit=1)[-1] for place in sentence.places)
    english = " / ".join(sentence.english)
    said = " / ".join(sentence.translated)
    bad = ""
    if not said:
        bad = '<p class="bad">Missing: shown in English.</p>'
    elif sentence.is_broken:
        bad = '<p class="bad">Other places in braces: shown in English.</p>'
    return (
        f'<article><p class="where">{escape(about)} · {escape(where)}</p>'
        f'<p class="en">{escape(english)}</p>{bad}{_said(said, language)}'
        f"{_box('What it says, in English')}{_box('Remark')}</article>"
    )


def _said(text: str, language: Language) -> str:
    return f'<p class="said" lang="{escape(language.code)}">{escape(text)}</p>'


def _pairs(title: str, pairs: Iterable[tuple[str, str]], language: Language) -> str:
    rows = "".join(
        f'<article><p class="en">{escape(english)}</p>{_said(said, language)}{_box("Remark")}'
        "</article>"
        for english, said in pairs
    )
    return f"<section><h2>{escape(title)}</h2>{rows}</section>"


def _article(english: Article, translated: Article, language: Language) -> str:
    texts = (
        f'<p class="en text">{escape(english.markdown)}</p>'
        f'<p class="said text" lang="{escape(language.code)}">{escape(translated.markdown)}</p>'
    )
    title = f"{english.title} · {translated.title}"
    return f"<section><h2>{escape(title)}</h2>{texts}{_box('Remark')}</section>"


def _box(about: str) -> str:
    return f"<label>{escape(about)}<textarea></textarea></label>"
