"""A clinic that has its first hour behind it."""

from kiosk.domain.callbacks.state import AttemptResult, EventKind
from kiosk.domain.passes import CodeKind, encode
from kiosk.domain.staff import Role
from tests.support import facts
from tests.support.calls import ask
from tests.support.desks import Clinic


def past_the_first_hour(clinic: Clinic) -> None:
    """Do what a new clinic does."""
    clinic.take_home = clinic.folder / "take-home.toml"
    clinic.take_home.write_text('[[item]]\ntitle = "One"\nurl = "https://a.org/1"\n')
    clinic.add_session(starts=180)
    clinic.add_staff("anna", Role.CALLER)
    oversight = clinic.access.oversight_desk(clinic.fresh(clinic.manager))
    oversight.confirm_helplines(oversight.helplines())
    clinic.visitor.check_in(encode(CodeKind.TEST_CARD, bytes(16)))
    request = ask(clinic)
    facts.event(clinic, request, 1, EventKind.ATTEMPT, AttemptResult.NO_ANSWER)
    facts.event(clinic, request, 2, EventKind.CLOSED, "declined")
