"""Roles, the keys they open, and logins."""

from kiosk.domain.staff import Purpose, Role, plain_login, purposes


def test_roles_open_their_own_purpose_and_no_other() -> None:
    assert purposes([Role.FACILITATOR]) == {Purpose.ROSTER}
    assert purposes([Role.CALLER]) == {Purpose.CALLBACKS}
    assert purposes([Role.MANAGER]) == set(Purpose)
    assert purposes([]) == frozenset()


def test_logins_are_one_spelling() -> None:
    assert plain_login("  Ｍei  LIN ") == "mei lin"
