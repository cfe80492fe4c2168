"""The health of a kiosk: findings about its terminal, clock, helplines, contact, disk and swap."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from kiosk.domain.central.fleet import CLOCK_OFF_MS, format_clock_offset, format_record_count

LEAST_COLUMNS, LEAST_ROWS = 56, 16
"""The smallest terminal on which every screen is whole."""
_CAPITAL_OF_CELL = 0.62
"""Height of a capital letter over the height of its cell (DejaVu Sans Mono: 0.626)."""
_FEW_COLOURS = ("linux", "vt")
"""Values of TERM, by their beginning: the kernel's console and old terminals."""
_LEAST_ANGLE = 0.7
"""Degrees that a capital letter must fill (EN 301 549, Accessibility for ICT, 5.1.4)."""
_MOST_NAMED = 3
"""Sentences of a language that a finding names."""
_BY_ITSELF = timedelta(days=1)
"""So long a kiosk without central is nothing to repair: it catches up by itself."""
_DISPATCHER = "speech-dispatcher"
_SPEECH_GUIDE = "See `kiosk guide speech`."


class Verdict(StrEnum):
    """How one thing is."""

    OK = "ok"
    LOOK = "look"
    """It works, and a person should look at it."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing."""

    subject: str
    verdict: Verdict
    sentence: str
    """What it is and, unless it is fine, what to do next."""


class FirstStep(StrEnum):
    """What a new clinic does before visitors use its kiosk, in this order."""

    GROUP = "group"
    SESSION = "session"
    COLLEAGUE = "colleague"
    HELPLINES = "helplines"
    """Rung, by somebody whose name is kept."""
    BOOKLETS = "booklets"
    """Every one that is listed has its address."""
    TEST_CARD = "test_card"
    """Scanned at a kiosk."""
    TEST_CALL = "test_call"
    """A request was rung, such as one that staff have made at the kiosk."""


@dataclass(frozen=True, slots=True)
class FirstHour:
    """Which first steps are done, told by what there is in the records."""

    done: frozenset[FirstStep]
    steps: tuple[FirstStep, ...] = tuple(FirstStep)
    """Those that this machine can tell."""

    @property
    def open(self) -> tuple[FirstStep, ...]:
        """What is still to be done."""
        return tuple(step for step in self.steps if step not in self.done)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number for a monitor, or one for each machine."""

    name: str
    """It ends with its unit, as OpenMetrics wants it."""
    about: str
    samples: tuple[tuple[Mapping[str, str], float], ...]
    """Labels and value; where there is none, the number is not known."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A place to which the system moves memory that is not used for a while."""

    name: str
    """Its device or file."""
    is_safe: bool
    """Whether it is known to be encrypted, or memory itself."""


@dataclass(frozen=True, slots=True)
class CentralContact:
    """The state of the contact between a machine and central."""

    contact_at: datetime | None
    """When they last spoke; None where they never did."""
    problem: str = ""
    """What is wrong just now, in one sentence; empty where central answers as it should."""
    pending: int = 0
    """Records that wait to be sent."""
    parked: int = 0
    """Records that central refuses."""
    offset_ms: int | None = None
    """Central's clock minus this one."""
    folder: str = ""
    """What is to be known of copies of the data folder, in one sentence."""


def capital_height(panel_height_mm: float, rows: int) -> float:
    """Return the height of a capital letter in mm on a panel that shows `rows` rows."""
    return panel_height_mm / rows * _CAPITAL_OF_CELL


def needed_height(distance_mm: float) -> float:
    """Return the least height of a capital letter in mm for readers `distance_mm` away."""
    return _LEAST_ANGLE * math.pi * distance_mm / 180


def terminal_finding(columns: int, rows: int) -> Finding:
    """Return the finding about the size of the terminal, in cells."""
    if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
        return Finding(
            "terminal size",
            Verdict.FAIL,
            f"It is {columns}x{rows}; choose a smaller font, so that it has at least"
            f" {LEAST_COLUMNS}x{LEAST_ROWS}.",
        )
    return Finding("terminal size", Verdict.OK, f"{columns}x{rows}.")


def letters_finding(panel_height_mm: float, distance_mm: float, rows: int) -> Finding:
    """Return whether capital letters are large enough from where visitors stand."""
    have, need = capital_height(panel_height_mm, rows), needed_height(distance_mm)
    words = f"Capital letters are {have:.1f} mm high; {need:.1f} mm are needed"
    if have < need:
        return Finding(
            "letter height",
            Verdict.LOOK,
            f"{words} at {distance_mm:.0f} mm. Choose a larger font or panel, and set [panel].",
        )
    return Finding("letter height", Verdict.OK, f"{words} at {distance_mm:.0f} mm.")


def drawing_finding(problem: str) -> Finding:
    """Return whether Tamil can be drawn here; `problem` is why not, as a sentence."""
    if not problem:
        return Finding("drawn letters", Verdict.OK, "Tamil can be drawn on any terminal.")
    words = f"Tamil cannot be drawn, so its visits are in English. {problem}"
    return Finding("drawn letters", Verdict.LOOK, f"{words} Install the kiosk again.")


def scanner_finding() -> Finding:
    """Return how to set up a scanner; only its test card can tell how it is set."""
    return Finding(
        "scanner",
        Verdict.LOOK,
        "Set it to end each code with Enter, at 5 to 20 ms a character, with STX before the code"
        " if it can. Then scan assets/pictures/test-card.svg on the first screen: it shows how"
        " the scanner is set.",
    )


def colour_finding(term: str, colorterm: str, *, no_color: bool) -> Finding:
    """Return the finding about colours, from TERM, COLORTERM and NO_COLOR."""
    if term in ("", "dumb", "unknown"):
        return Finding(
            "colours",
            Verdict.FAIL,
            "TERM names no terminal that can draw a screen; use one such as foot.",
        )
    if no_color:
        return Finding(
            "colours", Verdict.LOOK, "NO_COLOR is set, so all is black and white; remove it."
        )
    if term.startswith(_FEW_COLOURS):
        return Finding(
            "colours",
            Verdict.LOOK,
            f"TERM is {term}, which has few colours or none; a terminal such as foot looks better.",
        )
    if "truecolor" in colorterm or "24bit" in colorterm:
        return Finding("colours", Verdict.OK, "24-bit colour.")
    return Finding(
        "colours", Verdict.OK, f"TERM is {term}; set COLORTERM=truecolor if the terminal has it."
    )


def pictures_finding(protocol: str, problem: str) -> Finding:
    """Return how words in Tamil are shown: `protocol` is sixel, kitty or empty.

    `problem` is why there are no pictures, the end of a sentence.
    """
    if not problem:
        name = "Kitty's own" if protocol == "kitty" else "sixel"
        return Finding("pictures", Verdict.OK, f"Tamil is shown as pictures ({name} graphics).")
    words = "Tamil is shown in large letters only, with English: this terminal shows no pictures,"
    return Finding(
        "pictures", Verdict.LOOK, f"{words} as {problem}. Whole sentences need foot or kitty."
    )


def clock_finding(
    now: datetime, zone: str, *, doubtful: bool, synchronised: bool | None = True
) -> Finding:
    """Return the finding about the clock; `now` is local, `doubtful` that it went back.

    `synchronised` is whether a time server keeps it; None where the system does not say.
    """
    words = f"It says {now:%Y-%m-%d %H:%M} in {zone}"
    if doubtful:
        said = "before the last record; set it, or say on the maintenance screen that it is right."
        return Finding("clock", Verdict.FAIL, f"{words}, {said}")
    if synchronised is False:
        said = "No time server keeps it: compare it with another clock now, and turn time"
        said += " synchronisation on (`timedatectl set-ntp true`)."
        return Finding("clock", Verdict.LOOK, f"{words}. {said}")
    if synchronised is None:
        said = "The system does not say whether a time server keeps it; compare it now and then."
        return Finding("clock", Verdict.OK, f"{words}. {said}")
    return Finding("clock", Verdict.OK, f"{words}.")


def helplines_finding(
    verified_on: date, review_by: date, *, overdue: bool, passed_over: str = ""
) -> Finding:
    """Return how fresh the helplines are; `passed_over` is why a published list is not shown."""
    if overdue:
        return Finding(
            "helplines",
            Verdict.FAIL,
            f"They should have been checked by {review_by}; ring each line, change verified_on and"
            " review_by in a copy of helplines.toml, and give it to"
            " `kiosk kiosks helplines publish`.",
        )
    words = f"Checked on {verified_on}; check again by {review_by}."
    if passed_over:
        return Finding("helplines", Verdict.LOOK, f"{words} {passed_over}")
    return Finding("helplines", Verdict.OK, words)


@dataclass(frozen=True, slots=True)
class LanguageState:
    """How whole a language of the screens is, and who has checked it."""

    code: str
    name: str
    """In English."""
    is_translated: bool
    """Whether there is a catalogue at all."""
    held_back: tuple[str, ...]
    """Why visitors are not offered it; none where they are."""
    sentences: int
    """That visitors read."""
    missing: int
    """Of those, which are shown in English."""
    broken: tuple[str, ...]
    """The English of those whose translation has other places to fill in."""
    articles: tuple[str, ...]
    """The files of those that are shown in English."""
    by: str
    """The native reviewer, or empty."""
    on: date | None
    is_changed: bool
    """Whether texts are others than those that were reviewed."""


def describe_wholeness(state: LanguageState) -> str:
    """Return what of a language is shown in English; empty where nothing is."""
    lacks = []
    if state.missing:
        lacks.append(f"{state.missing} of {state.sentences} sentences")
    if state.broken:
        shown = ", ".join(f"'{sentence}'" for sentence in state.broken[:_MOST_NAMED])
        lacks.append(f"{len(state.broken)} with other places to fill in ({shown})")
    if state.articles:
        lacks.append(f"{len(state.articles)} articles" if len(state.articles) > 1 else "1 article")
    return ", ".join(lacks)


def describe_review(state: LanguageState) -> str:
    """Return who has checked a language, and when."""
    if state.on is None:
        return "not yet checked by a native reviewer"
    changed = ", and has changed since" if state.is_changed else ""
    return f"checked by {state.by} on {state.on}{changed}"


def language_finding(state: LanguageState) -> Finding:
    """Return how a language of the screens stands."""
    subject = f"language {state.code}"
    if not state.is_translated:
        return Finding(subject, Verdict.OK, f"{state.name} has no catalogue, so it is not offered.")
    said = []
    if state.held_back:
        reasons = "; ".join(state.held_back[:_MOST_NAMED])
        more = len(state.held_back) - _MOST_NAMED
        said.append(f"Not offered: {reasons}{f'; and {more} more' if more > 0 else ''}.")
    if lacks := describe_wholeness(state):
        said.append(f"Shown in English: {lacks}.")
    said.append(f"{state.name} is {describe_review(state)}.")
    if state.on is None or state.is_changed:
        said.append(f"`kiosk content page {state.code}` makes a page for a reviewer.")
    is_well = len(said) == 1
    return Finding(subject, Verdict.OK if is_well else Verdict.LOOK, " ".join(said))


def central_finding(status: CentralContact | None, now: datetime, zone: ZoneInfo) -> Finding:
    """Return the finding about the contact with central; None is a machine without one."""
    if status is None:
        return Finding("centre", Verdict.OK, "There is none; all records are at home here.")
    contact = status.contact_at
    last = f"{contact.astimezone(zone):%Y-%m-%d %H:%M}" if contact else "never"
    said = [sentence for sentence in (status.problem, status.folder) if sentence]
    said += [f"Last contact: {last}.", *_describe_waiting(status)]
    is_off = status.offset_ms is not None and abs(status.offset_ms) > CLOCK_OFF_MS
    if status.offset_ms is not None and is_off:
        said.append(
            f"This clock is {format_clock_offset(status.offset_ms)} by the centre's; set it."
        )
    verdict = Verdict.OK
    if status.problem or status.parked or is_off or status.folder:
        verdict = Verdict.LOOK
    if status.problem and (contact is None or now - contact > _BY_ITSELF):
        verdict = Verdict.FAIL
    return Finding("centre", verdict, " ".join(said))


def _describe_waiting(status: CentralContact) -> list[str]:
    said = []
    if status.pending:
        verb = "waits" if status.pending == 1 else "wait"
        said.append(f"{format_record_count(status.pending)} {verb} to be sent.")
    if status.parked:
        verb = "is" if status.parked == 1 else "are"
        said.append(
            f"{format_record_count(status.parked)} {verb} set aside; see `kiosk sync parked list`."
        )
    return said


def retention_finding(words: str, hold: str, *, is_overdue: bool) -> Finding:
    """Return the finding about retention: when it ran, in `words`, and what holds it up if any."""
    if hold:
        return Finding("retention", Verdict.LOOK, hold)
    if is_overdue:
        said = "Let `kiosk run` or `kiosk desk` run for a while each day, or a timer for"
        said += " `kiosk retention daily`."
        return Finding("retention", Verdict.LOOK, f"It has {words}. {said}")
    return Finding("retention", Verdict.OK, f"By itself: it {words}.")


def first_hour_finding(open_steps: Sequence[str]) -> Finding:
    """Return what of the first hour is open, each in words such as "add a group"."""
    if not open_steps:
        return Finding("first hour", Verdict.OK, "All of it is done.")
    words = f"Still open: {'; '.join(open_steps)}. The manager's menu of `kiosk desk` leads there."
    return Finding("first hour", Verdict.LOOK, words)


def notice_finding(troubles: Sequence[str]) -> Finding:
    """Return the finding about notices to staff; `troubles` tell of what did not arrive."""
    if troubles:
        return Finding("notice", Verdict.LOOK, " ".join(troubles))
    return Finding("notice", Verdict.OK, "Set up; `kiosk notice test` tries it.")


def disk_finding(free_bytes: int, *, is_read_only: bool = False) -> Finding:
    """Return the finding about the disk that holds the data folder: does it take what is kept?"""
    if is_read_only:
        words = (
            "It is read-only, as a worn memory card becomes: nothing can be kept. Mount it writable"
            " again, or put the folder on a new disk."
        )
        return Finding("disk space", Verdict.FAIL, words)
    megabytes = free_bytes // 1_000_000
    if megabytes < 200:
        return Finding(
            "disk space", Verdict.FAIL, f"Only {megabytes} MB are free; make room on this disk."
        )
    if megabytes < 2_000:
        return Finding("disk space", Verdict.LOOK, f"{megabytes} MB are free; make room soon.")
    return Finding("disk space", Verdict.OK, f"{megabytes} MB are free.")


@dataclass(frozen=True, slots=True)
class SpeechHealth:
    """What this machine speaks with."""

    is_enabled: bool = True
    engines: tuple[str, ...] = ()
    players: tuple[str, ...] = ()
    player_troubles: tuple[str, ...] = ()
    """Those that did not play a moment of silence, with the reason."""
    silent_languages: tuple[str, ...] = ()
    """Languages of the screens that nothing here speaks, by code."""
    recordings: int = 0
    needs_opus: bool = False
    """Whether recordings are Opus files, and nothing here reads them."""
    knows_headphones: bool = False


def speech_finding(speech: SpeechHealth) -> Finding:
    """Return whether the kiosk can speak, by what, and what to do where it cannot."""
    if not speech.is_enabled:
        return Finding("speech", Verdict.OK, "Switched off by [speech] enabled.")
    if not speech.engines and not speech.recordings:
        words = "Nothing here speaks; install `espeak-ng` or `kiosk[speech]`."
        return Finding("speech", Verdict.LOOK, f"{words} {_SPEECH_GUIDE}")
    if not speech.players and _DISPATCHER not in speech.engines:
        words = "There is no sound device, or no program that plays (pw-play, paplay, aplay)."
        return Finding("speech", Verdict.LOOK, f"{words} {_SPEECH_GUIDE}")
    voices = " and ".join(filter(None, [", then ".join(speech.engines), *speech.players[:1]]))
    words = f"Speaks by {voices}; `kiosk speech test` lets you hear it."
    wrong = []
    if speech.player_troubles:
        wrong.append(f"what does not play: {', '.join(speech.player_troubles)}")
    if speech.silent_languages:
        wrong.append(f"no voice for {', '.join(speech.silent_languages)}")
    if speech.needs_opus:
        wrong.append("Opus recordings need `opusdec` (the package opus-tools)")
    if wrong:
        return Finding("speech", Verdict.LOOK, f"{words} But: {'; '.join(wrong)}. {_SPEECH_GUIDE}")
    if not speech.knows_headphones:
        words += " It cannot tell whether headphones are plugged in."
    return Finding("speech", Verdict.OK, words)


def swap_finding(swaps: Sequence[Swap] | None) -> Finding:
    """Return whether what visitors type can end on the disk; None where the system does not say."""
    if swaps is None:
        words = "This system does not say whether it moves memory to its disk; encrypt the disk."
        return Finding("swap", Verdict.OK, words)
    if not swaps:
        return Finding("swap", Verdict.OK, "Off: memory is never moved to the disk.")
    open_ones = [swap.name for swap in swaps if not swap.is_safe]
    if not open_ones:
        names = ", ".join(swap.name for swap in swaps)
        return Finding("swap", Verdict.OK, f"Encrypted, or memory itself: {names}.")
    return Finding(
        "swap",
        Verdict.LOOK,
        f"Not known to be encrypted: {', '.join(open_ones)}. What visitors type can end there; turn"
        " swap off (`swapoff --all`, and its lines in /etc/fstab) or encrypt it.",
    )
