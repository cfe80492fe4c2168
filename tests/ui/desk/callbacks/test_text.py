"""Callback requests in words: what is due, where they stand, what may be said, what was done."""

from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from kiosk.domain.callbacks.actions import (
    Action,
    ActionResult,
    AddNote,
    Attempt,
    Book,
    Claim,
    Close,
    DismissNote,
    Done,
    Escalate,
    HandOver,
    HeldBy,
    Hold,
    Merge,
    NotFound,
    OutOfDate,
    Refusal,
    Refused,
    Release,
    Reopen,
    Undo,
    Withdraw,
)
from kiosk.domain.callbacks.request import AnsweredByOther, MessagePolicy, Window
from kiosk.domain.callbacks.scheduling import Hint
from kiosk.domain.callbacks.state import (
    NEEDED_POLICY,
    AttemptResult,
    EventKind,
    Outcome,
    RequestStatus,
)
from kiosk.domain.callbacks.worklist import (
    BY_SLIP,
    HistoryEntry,
    PhoneContact,
    Worklist,
    WorklistCounts,
    WorklistFilter,
    WorklistPart,
    WorkRow,
)
from kiosk.domain.working_time import WorkingCalendar
from kiosk.presentation import callbacks as spoken
from kiosk.ui.desk.callbacks import questions as ask
from kiosk.ui.desk.callbacks import text as words
from kiosk.ui.desk.callbacks import worklist as lines
from kiosk.ui.desk.callbacks.text import describe_answer, format_history
from kiosk.ui.desk.callbacks.worklist import WorklistView
from kiosk.ui.widgets.list import Line
from tests.support.desks import NOON
from tests.support.rows import row

SINGAPORE = ZoneInfo("Asia/Singapore")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def state(**fields: Any) -> str:
    return words.format_state(row(**fields), NOON, SINGAPORE)


def drawn(one: WorkRow) -> Line:
    return lines.worklist_line(one, NOON, SINGAPORE)


def test_every_state_has_its_words() -> None:
    plain = {status: state(status=status) for status in RequestStatus}
    assert all(plain.values())
    assert len(set(plain.values())) == len(plain)


def test_who_holds_it_comes_first() -> None:
    assert state(status=RequestStatus.REACHED, holder="anna", held_by_me=True) == "yours"
    assert state(status=RequestStatus.CLAIMED, holder="ben") == "with ben"
    assert state(status=RequestStatus.WAITING, holder="ben", next_at=NOON + DAY) == "with ben"


def test_what_waits_says_for_when() -> None:
    waiting = RequestStatus.WAITING
    assert state(status=waiting, next_at=NOON + HOUR) == "after 13:00"
    assert state(status=waiting, next_at=NOON + DAY) == "after 3 Mar"
    assert state(status=waiting, next_at=NOON - DAY) == "waiting"


def test_what_left_the_list_says_why() -> None:
    assert state(status=RequestStatus.CLOSED, reason="session_booked") == "a talk is booked"
    assert state(status=RequestStatus.UNREACHABLE, reason="wrong_number") == "wrong number"
    assert state(status=RequestStatus.CLOSED, reason="of_a_later_version") == "of_a_later_version"


def test_every_code_has_words_and_unknown_ones_stand_for_themselves() -> None:
    for result in AttemptResult:
        assert spoken.format_result(result) == spoken.RESULTS[result]
    assert spoken.OUTCOMES.keys() == set(Outcome)
    for outcome in Outcome:
        assert spoken.format_outcome(outcome) == spoken.OUTCOMES[outcome].words
    assert all(words.format_hint(hint) for hint in Hint)
    assert spoken.format_result("teleported") == spoken.format_outcome("teleported") == "teleported"
    assert spoken.format_result("") == ""
    assert words.format_hint("") == words.format_hint("weekday_am") == ""


def test_windows_are_told_in_the_order_of_the_week() -> None:
    both = (Window.SATURDAY_MORNING, Window.WEEKDAY_MORNING)
    assert spoken.format_windows(both) == "weekdays 9 to 12, Saturday 9 to 12"
    assert spoken.format_windows(both, short=True) == "9–12 Sat"
    for any_time in ((), ("no_such",), (Window.ANY,), (Window.ANY, Window.WEEKDAY_EVENING)):
        assert spoken.format_windows(any_time) == "any time"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MessagePolicy.NONE, "No voicemail and no text."),
        (MessagePolicy.NAME_AND_NUMBER, "Voicemail: first name and number only. No text."),
        (MessagePolicy.TEXT, "One text: first name and number only. No voicemail."),
        ("of_a_later_version", "No voicemail and no text."),
        ("", "No voicemail and no text."),
    ],
)
def test_only_a_message_that_was_allowed_may_be_left(policy: str, expected: str) -> None:
    assert expected in words.describe_safety(row(message_policy=policy))


def test_safety_says_least_where_nothing_was_allowed() -> None:
    shy = words.describe_safety(
        row(preferred_name="Mei", answered_by_other="?", share_with_team=False)
    )
    assert shy[0] == "Ask for “Mei” only, until you know it is them."
    assert "To others, do not say where you ring from." in shy
    assert "Do not tell their care team without asking." in shy
    open_ = words.describe_safety(
        row(answered_by_other=AnsweredByOther.SAY_CLINIC, share_with_team=True)
    )
    assert "To others you may say that the clinic rang." in open_
    assert "Their care team may be told." in open_


def test_nothing_is_to_be_said_to_a_stranger() -> None:
    (only,) = words.describe_safety(row(stopped=True, message_policy=MessagePolicy.TEXT))
    assert only.startswith("Do not ring this number again")


def test_a_record_that_cannot_be_opened_says_nothing_of_anybody() -> None:
    (only,) = words.describe_safety(row(unreadable=True, preferred_name=""))
    assert "cannot be opened" in only


def test_a_request_that_arrived_late_or_by_a_doubtful_clock_says_so() -> None:
    late = row(created_at=NOON, received_at=NOON + DAY, clock_doubtful=True)
    assert words.format_asked(late, SINGAPORE) == (
        "Mon 2 Mar, 12:00; arrived here Tue 3 Mar, 12:00 (the kiosk's clock was in doubt)"
    )
    at_once = row(created_at=NOON, received_at=NOON + timedelta(minutes=1))
    assert words.format_asked(at_once, SINGAPORE) == "Mon 2 Mar, 12:00"


ONE = row(
    holder="anna",
    held_by_me=True,
    claim_ends=NOON + HOUR,
    handed_to="ben",
    booked_with="ben",
)
OTHER = UUID(int=1)
DONE: tuple[tuple[Action, str], ...] = (
    (Claim(), "It is yours until 13:00. Read the lines above before you ring."),
    (Release(), "Back on the list for everybody."),
    (Attempt(AttemptResult.BUSY), "Noted: busy."),
    (Hold(NOON + HOUR), "On hold until 13:00."),
    (Hold(NOON + DAY), "On hold until Tue 3 Mar, 12:00."),
    (Close(Outcome.GROUP_JOINED), "Closed: joins a group."),
    (Reopen(), "Back on the list."),
    (Escalate(), "Handed to the duty clinician. Please tell them yourself as well."),
    (Withdraw(), "Taken back. Nobody will ring them."),
    (AddNote("speaks slowly"), "The note is kept."),
    (DismissNote(), "The typed withdrawal no longer counts."),
    (
        Book(NOON + DAY, OTHER),
        "Booked: Tue 3 Mar, 12:00 with ben. B shows it for their phone.",
    ),
    (HandOver(OTHER), "Handed to ben; it is everybody's once it is late."),
    (Merge(OTHER), "Merged; the call goes on under the other request."),
    (Undo("slip of the finger"), "Undone; the history keeps both."),
)


@pytest.mark.parametrize(("action", "expected"), DONE)
def test_what_was_done_is_told(action: Action, expected: str) -> None:
    assert describe_answer(Done(ONE), action, NOON, SINGAPORE) == expected


def test_no_action_is_without_words() -> None:
    assert {type(action) for action, _words in DONE} == set(get_args(Action))


def test_a_missed_call_tells_when_to_try_again() -> None:
    missed = row(hint="afternoon", next_at=NOON + DAY)
    assert describe_answer(Done(missed), Attempt(AttemptResult.NO_ANSWER), NOON, SINGAPORE) == (
        "Noted: no answer. Try an afternoon, not before Tue 3 Mar, 12:00."
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HeldBy("ben", NOON + HOUR, ONE), "ben has it until 13:00; please take another one"),
        (HeldBy("", NOON + HOUR, ONE), "A colleague has it until 13:00"),
        (OutOfDate(ONE), "Somebody changed it just now; this is how it stands."),
        (NotFound(), "This request is no longer kept here."),
    ],
)
def test_what_was_not_done_is_told_kindly(answer: ActionResult, expected: str) -> None:
    assert describe_answer(answer, Claim(), NOON, SINGAPORE).startswith(expected)


@pytest.mark.parametrize("reason", Refusal)
def test_every_refusal_has_a_sentence_of_its_own(reason: Refusal) -> None:
    said = {one: describe_answer(Refused(one, ONE), Claim(), NOON, SINGAPORE) for one in Refusal}
    assert said[reason].endswith((".", "(C)."))
    assert len(set(said.values())) == len(said)


def entry(kind: str, outcome: str = "", **fields: Any) -> HistoryEntry:
    plain = HistoryEntry(uuid4(), 1, NOON, kind, outcome, "ben", None, "", undone=False)
    return HistoryEntry(**{name: getattr(plain, name) for name in plain.__slots__} | fields)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_words(kind: EventKind) -> None:
    ((when, what),) = format_history([entry(kind)], NOON, SINGAPORE)
    assert when == "2 Mar 12:00"
    assert what.startswith("ben ")
    assert what != f"ben {kind}"


def test_a_history_has_the_latest_first_with_notes_and_what_was_undone() -> None:
    history = format_history(
        [
            entry(EventKind.CLAIMED),
            entry(EventKind.ATTEMPT, "asked_to_call_later", next_at=NOON + DAY, note="after work"),
            entry(EventKind.CLOSED, "declined", undone=True),
            entry(BY_SLIP, by=""),
            entry("of_a_later_version", by=""),
        ],
        NOON,
        SINGAPORE,
    )
    assert [what for _when, what in history] == [
        "somebody of_a_later_version",
        "the visitor took it back with their slip",
        "ben closed it: does not want it (undone)",
        "ben tried: asked to call later Tue 3 Mar, 12:00: “after work”",
        "ben claimed it",
    ]


def test_figures_leave_out_what_is_nothing() -> None:
    busy = WorklistCounts(10000, 312, 40, 12, 3, 5.25)
    assert lines.format_counts(busy) == (
        "10,000 open · 312 to call now · 40 due today · 12 late · 3 not reached"
        " · first call after 5.2 h"
    )
    assert lines.format_counts(WorklistCounts(0, 0, 0, 0, 0, None)) == ""


def test_what_was_searched_for_is_not_written_down() -> None:
    wanted = WorklistFilter(WorklistPart.ALL, "ta", "Xanthippe", "weekday_am")
    assert (
        words.describe_filter(wanted) == "All, Tamil, weekdays 9 to 12, those that match a search"
    )


def test_views_have_letters_of_their_own_and_words_for_nothing() -> None:
    letters = [lines.VIEWS[show].letter for show in WorklistPart]
    assert len(set(letters)) == len(letters)
    assert not set(letters) & set("qlwrx/")
    assert all(lines.describe_empty(WorklistFilter(show)) for show in WorklistPart)
    assert (
        lines.describe_empty(WorklistFilter(WorklistPart.CALL_NOW, language="ta"))
        == "No request of this view matches."
    )


def test_a_row_that_cannot_be_opened_says_so() -> None:
    line = drawn(row(unreadable=True, preferred_name=""))
    assert line.cells[1] == "not readable"


def test_a_typed_withdrawal_shows_in_the_list() -> None:
    assert drawn(row(withdrawal_noted=True)).cells[-1] == "new ✎"
    assert drawn(row(call_language="other")).cells[2] == "other"


def test_a_day_is_named_where_nobody_would_ring_at_its_midnight() -> None:
    midnight = datetime(2026, 3, 7, tzinfo=SINGAPORE)
    waiting = row(next_at=midnight, hint="morning")
    assert words.format_next_step(waiting, NOON, SINGAPORE) == (
        "try a morning, not before Sat 7 Mar"
    )
    waiting = row(next_at=midnight.replace(hour=14))
    assert words.format_next_step(waiting, NOON, SINGAPORE) == "not before Sat 7 Mar, 14:00"


def test_what_is_late_stands_out_of_its_row_and_what_can_be_called_of_the_list() -> None:
    late, ahead = NOON - HOUR, NOON + HOUR
    tones = [
        (one.tone, one.warned)
        for one in (
            drawn(row(breach_at=late, call_now=True)),
            drawn(row(breach_at=late)),
            drawn(row(breach_at=ahead, call_now=True)),
            drawn(row(breach_at=ahead)),
        )
    ]
    assert tones == [("strong", 0), ("", 0), ("strong", None), ("", None)]


def test_the_number_is_hidden_until_it_is_asked_for() -> None:
    one = row(phone_masked="+65 •••• 4567", held_by_me=True)
    assert words.format_number(one, None) == "+65 •••• 4567   R shows it"
    assert words.format_number(row(phone_masked="+65 •••• 4567"), None) == "+65 •••• 4567"
    assert words.format_number(one, PhoneContact("8123 4567", "+6581234567")) == "Ring 8123 4567"


@pytest.mark.parametrize("status", RequestStatus)
def test_a_number_is_for_ones_own_calls_and_for_what_is_handed_on(status: RequestStatus) -> None:
    handed_on = status in (RequestStatus.ESCALATED, RequestStatus.UNREACHABLE)
    assert words.may_reveal(row(status=status)) is handed_on
    assert words.may_reveal(row(status=status, held_by_me=True))


def test_where_it_stands_is_told_in_a_line() -> None:
    mine = row(
        status=RequestStatus.REACHED,
        holder="anna",
        held_by_me=True,
        claim_ends=NOON + HOUR,
        breach_at=NOON + DAY,
        withdrawal_noted=True,
    )
    assert words.format_state_line(mine, NOON, SINGAPORE) == (
        "Yours until 13:00 · spoken to · by 3 Mar"
        " · somebody typed this reference to take it back: please ask"
    )
    now = row(breach_at=NOON + HOUR, call_now=True)
    assert words.format_state_line(now, NOON, SINGAPORE) == "New · call now"
    late = row(breach_at=NOON - DAY)
    assert words.format_state_line(late, NOON, SINGAPORE) == "New · 1 d late"


def test_a_long_name_leaves_room_in_the_title() -> None:
    title = words.format_request_title(row(preferred_name="W" * 200, reference="7K4Q-FMRF"))
    assert title == f"{'W' * 39}… · 7K4Q-FMRF"


def letters_of(policy: MessagePolicy) -> set[str]:
    asked = ask.ask_result(row(message_policy=policy), lambda _answer: None)
    return {option.letter for option in asked.options}


def test_results_offer_only_the_messages_that_are_allowed() -> None:
    assert letters_of(MessagePolicy.NONE).isdisjoint("vt")
    assert letters_of(MessagePolicy.NAME_AND_NUMBER) & set("vt") == {"v"}
    assert letters_of(MessagePolicy.TEXT) & set("vt") == {"t"}


def test_which_messages_are_allowed_is_a_rule_of_the_domain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(NEEDED_POLICY, AttemptResult.BUSY, MessagePolicy.TEXT)
    assert "b" in letters_of(MessagePolicy.TEXT)
    assert "b" not in letters_of(MessagePolicy.NONE)


def test_every_result_and_outcome_can_be_chosen_by_one_letter() -> None:
    everything = letters_of(MessagePolicy.TEXT) | letters_of(MessagePolicy.NAME_AND_NUMBER)
    assert len(everything) == len(AttemptResult)
    closing = ask.ask_outcome(row(), lambda _answer: None).options
    elsewhere = {Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.ESCALATED}
    assert {option.value for option in closing} == set(Outcome) - elsewhere
    assert len({option.letter for option in closing}) == len(closing)
    assert "q" not in everything | {option.letter for option in closing}


def remarks_of(asked: WorkRow) -> dict[str, str]:
    options = ask.ask_outcome(asked, lambda _answer: None).options
    return {option.value: option.more for option in options if option.more}


def test_a_condition_of_an_outcome_is_shown_until_it_is_met() -> None:
    always = {Outcome.NO_CAPACITY: "and you named another place"}
    few = {Outcome.UNREACHABLE: "not yet: too few attempts"}
    no_such_attempt = {Outcome.WRONG_NUMBER: "needs such an attempt first"}
    assert remarks_of(row(may_give_up=False)) == always | few | no_such_attempt
    assert remarks_of(row(may_give_up=True)) == always | no_such_attempt
    assert remarks_of(row(may_give_up=False, stopped=True)) == always | few


def times_offered(at: str, calendar: WorkingCalendar) -> dict[str, str]:
    """Return what is proposed at a local time: words by letter, the day behind a comma."""
    now = datetime.fromisoformat(at).replace(tzinfo=SINGAPORE)
    asked = ask.ask_time("When?", now, calendar, lambda _answer: None)
    times = [option for option in asked.options if option.value != ask.OTHER_TIME]
    assert [*times] == sorted(times, key=lambda option: datetime.fromisoformat(option.value))
    assert all(datetime.fromisoformat(option.value) > now for option in times)
    return {option.letter: f"{option.title}: {option.more}" for option in times}


def test_a_time_to_choose_lies_ahead_and_never_on_a_closed_day() -> None:
    closed = {date(2026, 3, 9), date(2026, 3, 11), date(2026, 4, 3)}
    office = WorkingCalendar(SINGAPORE, is_holiday=closed.__contains__)
    assert times_offered("2026-03-03 10:00", office) == {
        "h": "In two hours: Tue 3 Mar, 12:00",
        "t": "Tomorrow morning: Wed 4 Mar, 09:00",
        "m": "Tuesday morning: Tue 10 Mar, 09:00",  # that Monday is a holiday
        "f": "In four weeks: Tue 31 Mar, 09:00",
    }
    friday = times_offered("2026-03-13 17:00", office)
    assert friday == {  # two hours on it is closed, and so is tomorrow
        "m": "Monday morning: Mon 16 Mar, 09:00",
        "w": "In a week: Fri 20 Mar, 09:00",
        "f": "In four weeks: Fri 10 Apr, 09:00",
    }
    holiday_eve = times_offered("2026-03-10 12:00", office)
    assert holiday_eve["t"] == "Thursday morning: Thu 12 Mar, 09:00"
    assert times_offered("2026-03-06 12:00", office)["f"] == "In four weeks: Mon 6 Apr, 09:00"
    assert times_offered("2026-03-15 12:00", office)["t"] == "Tomorrow morning: Mon 16 Mar, 09:00"
    afternoons = WorkingCalendar(SINGAPORE, {day: (time(13), time(20)) for day in range(2)})
    assert times_offered("2026-03-02 14:00", afternoons)["t"] == (
        "Tomorrow afternoon: Tue 3 Mar, 13:00"
    )
    never = WorkingCalendar(SINGAPORE, {})
    assert times_offered("2026-03-06 20:00", never)["t"] == "Tomorrow morning: Sat 7 Mar, 09:00"


def read(*rows: WorkRow) -> Worklist:
    return Worklist(NOON, rows, WorklistCounts(0, 0, 0, 0, 0, None))


def test_a_view_goes_through_the_languages_that_are_asked_for() -> None:
    view = WorklistView()
    assert view.take(read(row(1, call_language="ta"), row(2, call_language="en")))
    seen = []
    for _turn in range(3):
        view.narrow(view.with_next_language())
        seen.append((view.wanted.language, len(view.rows)))
    assert seen == [("en", 1), ("ta", 1), ("", 2)]


def test_a_view_goes_through_the_windows() -> None:
    view = WorklistView()
    seen = []
    for _turn in range(5):
        view.narrow(view.with_next_window())
        seen.append(view.wanted.window)
    assert seen == [*(window.value for window in Window if window is not Window.ANY), ""]


def test_a_view_knows_when_nothing_is_new() -> None:
    view, found = WorklistView(), read(row(1))
    assert view.take(found)
    assert not view.take(found)
    assert not view.narrow(view.wanted)
    assert not view.is_narrowed
    assert view.narrow(WorklistFilter(text="nobody"))
    assert view.rows == ()
    assert view.is_narrowed
