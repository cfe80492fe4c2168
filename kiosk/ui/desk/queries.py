"""What the roster's screens ask of the facilitator's desk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from kiosk.domain.attendance.check_in import JoinDraft
    from kiosk.domain.attendance.roster import Added, AlreadyThere, IssuedPass, Roster
    from kiosk.ui.desk.session import DeskSide


def news(session_id: UUID, mark: bytes, side: "DeskSide") -> "tuple[bytes, Roster] | None":
    """Return a session's roster with its new mark, or None where nothing changed since `mark`."""
    now = side.roster.marker(session_id)
    return None if now == mark else (now, side.roster.roster(session_id))


def check_in(session_id: UUID, participant_id: UUID, side: "DeskSide") -> "Added | AlreadyThere":
    """Put a member on the list."""
    return side.roster.add_member(session_id, participant_id)


def guest_adder(session_id: UUID) -> "Callable[[DeskSide], int]":
    """Return what adds one guest; asked twice, it is the same guest."""
    ids: list[UUID] = []

    def add(side: "DeskSide") -> int:
        ids.extend(() if ids else side.roster.new_guests(1))
        return side.roster.add_guests(session_id, ids)

    return add


@dataclass(frozen=True, slots=True)
class NewName:
    """Somebody who has no record yet."""

    name: str
    """Checked."""
    language: str
    groups: tuple[UUID, ...] = ()
    """Whose lists they join."""


class PersonMaker:
    """Makes one person, however often it is asked."""

    def __init__(self) -> None:
        self._draft: JoinDraft | None = None

    def add_to(self, session_id: UUID, person: NewName, side: "DeskSide") -> "Added":
        """Put them on a session's list."""
        self._draft = draft = self._draft or side.roster.new_pass()
        return side.roster.add_person(session_id, person.name, person.language, draft)

    def issue(self, person: NewName, side: "DeskSide") -> "IssuedPass":
        """Give them a pass."""
        self._draft = draft = self._draft or side.passes.new_pass()
        return side.passes.issue_pass(person.name, person.language, draft, person.groups)


def pass_replacer(
    people: "Sequence[UUID]",
) -> "Callable[[DeskSide], tuple[IssuedPass, ...]]":
    """Return what makes a new pass for each of `people`; asked twice, they are the same passes."""
    drafts: dict[UUID, JoinDraft] = {}

    def replace(side: "DeskSide") -> "tuple[IssuedPass, ...]":
        for person in people:
            drafts.setdefault(person, side.passes.new_pass())
        return tuple(side.passes.replace_pass(person, drafts[person]) for person in people)

    return replace


def sheet_maker(people: "Sequence[UUID]") -> "Callable[[DeskSide], str]":
    """Return what makes new passes for `people` and writes them to one file; gives its path."""
    replace = pass_replacer(people)
    return lambda side: side.tools.pass_sheet(replace(side), side.login)
