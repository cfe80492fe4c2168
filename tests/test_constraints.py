"""The pins of config/constraints.txt: exact, and one for all that the project asks for."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.extract import CHECKOUT


def _pins() -> dict[str, str]:
    text = (CHECKOUT / "config" / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)", line) for line in lines]
    assert all(found)
    pins: dict[str, str] = {canonicalize_name(pin[1]): pin[2] for pin in found if pin}
    assert len(pins) == len(lines)
    return pins


def _wanted() -> list[Requirement]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tests = project["optional-dependencies"]["test"]
    return [Requirement(text) for text in (*project["dependencies"], *tests)]


def test_every_requirement_has_a_pin_that_fits_it() -> None:
    pins = _pins()
    wrong = [
        str(wanted)
        for wanted in _wanted()
        if not wanted.specifier.contains(pins.get(canonicalize_name(wanted.name), "0"))
    ]
    assert wrong == []


def test_the_project_does_not_pin_itself() -> None:
    assert "kiosk" not in _pins()
