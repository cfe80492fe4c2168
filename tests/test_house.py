"""Names, folders, inheritance and size of the modules, so that one who is new finds the way."""

from tests.house import layout

MODULES = layout.with_code(layout.sources())

MOST_IN_A_FOLDER = 16
"""Modules, those of its sub-folders aside."""
A_FILE_PER_NOUN = frozenset({"kiosk/cli"})
"""Folders whose files are found by their names alone, however many there are."""
MOST_ABOVE_A_SCREEN = 4
"""Classes of the project."""
LONG = 600
"""Lines that a file may have without a reason."""
LONG_FOR_A_REASON: dict[str, str] = {}
"""Why a file is longer, by its path."""


def test_no_two_classes_have_the_same_name() -> None:
    assert layout.shared_names(MODULES) == {}


def test_folders_are_small_enough_to_look_through() -> None:
    full = {
        folder: count
        for folder, count in layout.folders(MODULES).items()
        if count > MOST_IN_A_FOLDER and folder not in A_FILE_PER_NOUN
    }
    assert full == {}


def test_few_classes_stand_above_a_screen() -> None:
    deep = {
        one.__qualname__: above
        for one in layout.screens(MODULES)
        if len(above := layout.project_classes_above(one)) > MOST_ABOVE_A_SCREEN
    }
    assert deep == {}


def test_long_files_have_a_reason_and_only_they() -> None:
    long = {path for path, count in layout.lines(MODULES).items() if count > LONG}
    assert long == LONG_FOR_A_REASON.keys()
    assert all(LONG_FOR_A_REASON.values())
