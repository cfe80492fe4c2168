"""Findings about the machine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.health import (
    CentralContact,
    SpeechHealth,
    Swap,
    Verdict,
    capital_height,
    central_finding,
    clock_finding,
    colour_finding,
    disk_finding,
    first_hour_finding,
    helplines_finding,
    letters_finding,
    needed_height,
    pictures_finding,
    retention_finding,
    speech_finding,
    swap_finding,
    terminal_finding,
)


def test_letters_at_arms_length_need_the_height_of_the_standard() -> None:
    assert needed_height(600) == pytest.approx(7.33, abs=0.01)


def test_more_rows_make_smaller_letters() -> None:
    assert capital_height(300, 24) == pytest.approx(7.75)
    assert letters_finding(300, 600, 24).verdict is Verdict.OK
    assert letters_finding(300, 600, 40).verdict is Verdict.LOOK


@pytest.mark.parametrize(
    ("columns", "rows", "verdict"),
    [(56, 16, Verdict.OK), (55, 16, Verdict.FAIL), (80, 15, Verdict.FAIL), (80, 24, Verdict.OK)],
)
def test_the_smallest_terminal_is_56_by_16(columns: int, rows: int, verdict: Verdict) -> None:
    assert terminal_finding(columns, rows).verdict is verdict


def test_whether_tamil_is_shown_as_pictures() -> None:
    assert pictures_finding("sixel", "").verdict is Verdict.OK
    assert "Kitty" in pictures_finding("kitty", "").sentence
    found = pictures_finding("", "it does not say what it is")
    assert found.verdict is Verdict.LOOK
    assert "as it does not say what it is. Whole sentences need foot or kitty." in found.sentence


@pytest.mark.parametrize(
    ("term", "colorterm", "no_color", "verdict"),
    [
        ("foot", "truecolor", False, Verdict.OK),
        ("xterm-256color", "", False, Verdict.OK),
        ("xterm-256color", "truecolor", True, Verdict.LOOK),
        ("linux", "", False, Verdict.LOOK),
        ("vt100", "", False, Verdict.LOOK),
        ("dumb", "", False, Verdict.FAIL),
        ("", "truecolor", True, Verdict.FAIL),
    ],
)
def test_a_terminal_without_colour_is_said_so(
    term: str, colorterm: str, no_color: bool, verdict: Verdict
) -> None:
    assert colour_finding(term, colorterm, no_color=no_color).verdict is verdict


def test_a_clock_that_went_back_fails() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert clock_finding(now, "UTC", doubtful=False).verdict is Verdict.OK
    assert clock_finding(now, "UTC", doubtful=True).verdict is Verdict.FAIL
    assert clock_finding(now, "UTC", doubtful=True).sentence == (
        "It says 2026-03-02 12:00 in UTC, before the last record; set it, or say on the maintenance"
        " screen that it is right."
    )


def test_a_clock_that_no_server_keeps_is_to_be_looked_at() -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    found = clock_finding(now, "UTC", doubtful=False, synchronised=False)
    assert (found.verdict, "timedatectl set-ntp true" in found.sentence) == (Verdict.LOOK, True)
    unknown = clock_finding(now, "UTC", doubtful=False, synchronised=None)
    assert (unknown.verdict, "does not say" in unknown.sentence) == (Verdict.OK, True)
    assert clock_finding(now, "UTC", doubtful=True, synchronised=True).verdict is Verdict.FAIL


def test_helplines_that_are_overdue_fail() -> None:
    verified, review = date(2026, 3, 2), date(2026, 9, 2)
    assert helplines_finding(verified, review, overdue=False).verdict is Verdict.OK
    assert helplines_finding(verified, review, overdue=True).verdict is Verdict.FAIL


def test_a_nearly_full_disk_fails() -> None:
    assert disk_finding(100_000_000).verdict is Verdict.FAIL
    assert disk_finding(1_000_000_000).verdict is Verdict.LOOK
    assert disk_finding(50_000_000_000).verdict is Verdict.OK
    found = disk_finding(50_000_000_000, is_read_only=True)
    assert found.verdict is Verdict.FAIL
    assert "read-only" in found.sentence


def test_a_published_list_that_is_passed_over_is_told() -> None:
    verified, review = date(2026, 1, 1), date(2026, 7, 1)
    found = helplines_finding(verified, review, overdue=False, passed_over="It is not shown.")
    assert found.verdict is Verdict.LOOK
    assert found.sentence.endswith("by 2026-07-01. It is not shown.")


NOW, ZONE = datetime(2026, 3, 2, 4, 0, tzinfo=UTC), ZoneInfo("Asia/Singapore")
LONG_AGO = NOW - timedelta(hours=25)
AWAY = "It is away."


@pytest.mark.parametrize(
    ("look", "verdict", "words"),
    [
        (None, Verdict.OK, "There is none"),
        (
            CentralContact(NOW, pending=3),
            Verdict.OK,
            "2026-03-02 12:00. 3 records wait to be sent.",
        ),
        (CentralContact(NOW, parked=1), Verdict.LOOK, "1 record is set aside; see `kiosk sync"),
        (CentralContact(NOW, offset_ms=-200_000), Verdict.LOOK, "3 minutes ahead by the centre's;"),
        (CentralContact(NOW, offset_ms=120_000), Verdict.OK, "Last contact: 2026-03-02 12:00."),
        (CentralContact(NOW, AWAY, pending=1), Verdict.LOOK, "1 record waits to be sent."),
        (
            CentralContact(LONG_AGO, AWAY),
            Verdict.FAIL,
            "It is away. Last contact: 2026-03-01 11:00.",
        ),
        (CentralContact(None, AWAY), Verdict.FAIL, "Last contact: never."),
        (CentralContact(LONG_AGO), Verdict.OK, "Last contact"),
    ],
)
def test_how_a_machine_stands_with_its_centre(
    look: CentralContact | None, verdict: Verdict, words: str
) -> None:
    found = central_finding(look, NOW, ZONE)
    assert (found.subject, found.verdict) == ("centre", verdict)
    assert words in found.sentence
    assert found.sentence.endswith(".")


def test_swap_is_fine_where_it_is_off_or_known_to_be_encrypted() -> None:
    safe, is_open = Swap("/dev/dm-1", is_safe=True), Swap("/dev/sda2", is_safe=False)
    assert swap_finding(None).verdict is Verdict.OK
    assert swap_finding([]).verdict is Verdict.OK
    assert swap_finding([safe]).verdict is Verdict.OK
    found = swap_finding([safe, is_open])
    assert found.verdict is Verdict.LOOK
    assert "/dev/sda2" in found.sentence
    assert "/dev/dm-1" not in found.sentence
    assert "swapoff" in found.sentence


def test_what_is_open_of_the_first_hour_is_named() -> None:
    open_steps = first_hour_finding(["add a group", "add a colleague"])
    assert open_steps.verdict is Verdict.LOOK
    assert open_steps.sentence.startswith("Still open: add a group; add a colleague. ")
    assert first_hour_finding([]).verdict is Verdict.OK


def test_a_run_of_retention_that_nothing_did_is_complained_of() -> None:
    assert retention_finding("ran today", "", is_overdue=False).verdict is Verdict.OK
    overdue = retention_finding("not run since 3 Nov 2026", "", is_overdue=True)
    assert overdue.verdict is Verdict.LOOK
    assert overdue.sentence.startswith("It has not run since 3 Nov 2026. Let `kiosk run`")
    held = retention_finding("waits for your yes", "Held up.", is_overdue=False)
    assert (held.verdict, held.sentence) == (Verdict.LOOK, "Held up.")


WELL = SpeechHealth(engines=("eSpeak NG",), players=("aplay",), knows_headphones=True)


@pytest.mark.parametrize(
    ("speech", "verdict", "words"),
    [
        (WELL, Verdict.OK, "Speaks by eSpeak NG and aplay; `kiosk speech test` lets you hear it."),
        (replace(WELL, knows_headphones=False), Verdict.OK, "cannot tell whether headphones"),
        (SpeechHealth(is_enabled=False), Verdict.OK, "Switched off"),
        (SpeechHealth(players=("aplay",)), Verdict.LOOK, "Nothing here speaks; install"),
        (replace(WELL, players=()), Verdict.LOOK, "no sound device"),
        (SpeechHealth(engines=("speech-dispatcher",)), Verdict.OK, "by speech-dispatcher;"),
        (SpeechHealth(players=("aplay",), recordings=3), Verdict.OK, "Speaks by aplay"),
        (
            replace(WELL, player_troubles=("aplay (it hangs)",)),
            Verdict.LOOK,
            "does not play: aplay (it hangs).",
        ),
        (replace(WELL, silent_languages=("ta",)), Verdict.LOOK, "no voice for ta."),
        (replace(WELL, needs_opus=True), Verdict.LOOK, "need `opusdec`"),
    ],
)
def test_whether_the_kiosk_can_speak(speech: SpeechHealth, verdict: Verdict, words: str) -> None:
    found = speech_finding(speech)
    assert found.verdict is verdict
    assert words in found.sentence
    assert found.sentence.endswith(".")
