"""What the figures of the house are made of is found where it stands."""

from kiosk.ui.terminal.lockdown import LockedScreen
from kiosk.ui.visitor.screen import VisitorScreen
from tests.house import layout

BARE = '"""The only sentence."""\n'
MODULES = {
    "kiosk/__init__.py": BARE,
    "kiosk/empty.py": "",
    "kiosk/one.py": f"{BARE}\n\nclass Note:\n    class Changed:\n        share: bool\n",
    "kiosk/ui/two.py": "class Note: ...\nclass Sheet:\n    class Changed: ...\n",
    "kiosk/ui/three.py": "# share\nshared = note.share + note.share\n",
}
WITH_CODE = {path for path in MODULES if path not in ("kiosk/__init__.py", "kiosk/empty.py")}


def test_a_docstring_is_no_code() -> None:
    assert layout.with_code(MODULES).keys() == WITH_CODE


def test_modules_count_for_their_own_folder() -> None:
    assert layout.folders(layout.with_code(MODULES)) == {"kiosk": 1, "kiosk/ui": 2}


def test_classes_of_one_name_are_found_unless_their_owners_tell_them_apart() -> None:
    assert layout.shared_names(MODULES) == {"Note": ["kiosk/one.py", "kiosk/ui/two.py"]}


def test_a_word_is_found_as_a_whole() -> None:
    assert layout.mentions(MODULES, "share") == {"kiosk/one.py": 1, "kiosk/ui/three.py": 2}


def test_lines_count_with_comments_and_empty_ones() -> None:
    assert layout.lines(MODULES)["kiosk/one.py"] == 6


def test_only_classes_of_the_project_stand_above_a_screen() -> None:
    assert VisitorScreen in layout.screens(layout.sources())
    above = layout.project_classes_above(VisitorScreen)
    assert LockedScreen.__name__ in above
    assert not {"VisitorScreen", "Screen", "object"} & set(above)
