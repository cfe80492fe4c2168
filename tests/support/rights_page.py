"""Write the guide's page of what a machine's password may do, from the tables that the tests try.

Run `python -m tests.support.rights_page` after a right or a try has been added or changed.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Final

from kiosk.domain.policy import (
    CHANGES_KEPT,
    LEAST_ATTENDANCE_KEPT,
    LEAST_PASSES_KEPT,
    LEAST_REQUESTS_KEPT,
    MOST_ERASED_A_DAY,
)
from tests.support.extract import CHECKOUT
from tests.support.rights_tries import MAY, NOTHING, TRIES, YES, Try

PAGE: Final = CHECKOUT / "assets" / "guide" / "rights.md"
_WIDTH: Final = 100
_KNOWN: Final = "known: "
_RIGHTS: Final = {
    "s": "reads those of its clinic",
    "m": "reads its own",
    "a": "reads it",
    "i": "adds its own",
    "u": "changes its own",
    "o": "fills in its own once, as it joins",
    "w": "changes those of its clinic in its own name",
}
_BEGIN: Final = f"""\
# What a machine's password may do

What somebody can do at the centre with the password of a kiosk or a desk, and without a passphrase.

The password lies in the data folder of a machine, so whoever takes the machine or its disk has it.
A machine whose password may be known to others is taken out by `kiosk central revoke` (`--now` for
a kiosk) and enrolled again. Every row of this page is tried on a real PostgreSQL by the tests.

## What a desk does by functions

A desk adds facts. All else that it does to the clinic's records goes through functions of the
centre, which work for its own clinic alone:

- **It adds and changes** groups, sessions, members, passes, accounts and helplines, a row at a
  time. The centre notes which desk did so, when, and how the row was before. No desk can change
  such a note, or read how the row was; it goes after {CHANGES_KEPT.days} days.
- **It deletes** what retention may delete under the shortest times that a clinic can choose:
  requests that are closed or withdrawn and came at least {LEAST_REQUESTS_KEPT.days} days ago, with
  all that belongs to them; attendance after {LEAST_ATTENDANCE_KEPT.days} days; people whose pass
  nobody has used for {LEAST_PASSES_KEPT.days} days. What counts is when the centre had a record,
  which no machine can write. The centre notes how many rows went.
- **It erases** one person's data, whatever their age, where an entry of a manager's account tells
  it in the same transaction: at most {MOST_ERASED_A_DAY} people a day. Whoever has the password
  can forge such an entry, but not so that `kiosk audit verify` believes it. Marks stay, and keep
  what was erased from coming back; no machine can take one away.
- **A manager stays.** The last manager's account can be neither shut nor lose its role.
- **A manager is told.** `kiosk audit verify`, and V on the desk's audit trail, say how many such
  changes of which desk stand in no audit entry. The owner finds how each row was in the table
  `desk_change`, to put it back.
"""


def write_page() -> str:
    """Return the page as Markdown."""
    parts = [_BEGIN, "## Tables\n", *_tables(), "", "## What stays possible\n"]
    explained = list(_explained(TRIES))
    for one, why in explained:
        if why.startswith(_KNOWN):
            parts.append(_item(f"{one.words} ({_who(one)}): {why.removeprefix(_KNOWN)}"))
    parts.append("\n## What is refused\n")
    refused = [(one, why) for one, why in explained if YES not in (one.kiosk, one.desk)]
    for why, some in groupby(refused, key=lambda pair: pair[1]):
        parts.append(_item(f"{', '.join(one.words for one, _ in some)}: {why}"))
    return "\n".join(parts) + "\n"


def _tables() -> Iterator[str]:
    yield "| table | a kiosk | a desk |"
    yield "|---|---|---|"
    for name, rights in MAY.items():
        kiosk, desk = (", ".join(_RIGHTS[one] for one in some) or "nothing" for some in rights)
        yield f"| `{name}` | {kiosk} | {desk} |"


def _explained(tries: Iterable[Try]) -> Iterator[tuple[Try, str]]:
    """Yield each try with its reason, which a `same` takes from the one before."""
    why = ""
    for one in tries:
        why = why if one.why == "same" else one.why
        yield one, why


def _who(one: Try) -> str:
    may = [name for name, answer in (("kiosk", one.kiosk), ("desk", one.desk)) if answer == YES]
    return " and ".join(may) or NOTHING


def _item(words: str) -> str:
    return "\n".join(wrap(f"- {words}", _WIDTH, subsequent_indent="  ", break_long_words=False))


def main(to: Path = PAGE) -> None:
    """Write the page."""
    to.write_text(write_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
