"""A fifth language, made of data alone: what a clinic would add to the folder of texts."""

import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from kiosk.content import assets as folders
from kiosk.content.assets import ENGLISH
from kiosk.content.languages import known_languages
from kiosk.content.reviews import NOT_CHECKED
from tests.support.extract import (
    CHECKOUT,
    begin,
    collect,
    compile_catalogue,
    read_catalogue,
    update,
    write,
)

CODE: Final = "qaa"
OWN_NAME: Final = "Kioskisch"
_ENTRY: Final = f"""
[{CODE}]
own_name = "{OWN_NAME}"
name = "Kioskish"
locale = "de_DE"
voice = "de"
by_phone = "Ein Anruf auf Kioskisch"
"""


def say(english: str) -> str:
    """Return a sentence in the invented language."""
    return f"«{english}»"


def add_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program read texts from `folder`, in English and the invented language alone.

    Return its assets.
    """
    assets = folder / "assets"
    others = (one.code for one in known_languages() if one.code != ENGLISH)
    ignored = shutil.ignore_patterns("fonts", "guide", "pictures", *others)
    shutil.copytree(CHECKOUT / "assets", assets, ignore=ignored)
    for name in ("fonts", "guide"):
        (assets / name).symlink_to(CHECKOUT / "assets" / name)
    (folder / "config").symlink_to(CHECKOUT / "config")
    monkeypatch.setattr(folders, "_PACKAGE", folder / "kiosk")
    with (assets / "languages.toml").open("a", encoding="utf-8") as table:
        table.write(_ENTRY)
    messages = assets / "locale" / CODE / "LC_MESSAGES"
    messages.mkdir(parents=True)
    for name, content in _catalogue().items():
        (messages / name).write_bytes(content)
    english = assets / "content" / "en"
    (english.parent / CODE).mkdir()
    article = (english / "04-groups.md").read_text(encoding="utf-8").replace("# ", "# Kioskisch: ")
    translated = english.parent / CODE / "04-groups.md"
    translated.write_text(f"<!-- {NOT_CHECKED} -->\n{article}", encoding="utf-8")
    helplines = english.parent / "helplines.toml"
    text = helplines.read_text(encoding="utf-8")
    lines = re.sub(
        r'\[line\.en\]\nname = "(.+)"\nnote = "(.+)"',
        rf'\g<0>\n[line.{CODE}]\nname = "«\1»"\nnote = "«\2»"',
        text,
    )
    helplines.write_text(lines, encoding="utf-8")
    return assets


@cache
def _catalogue() -> dict[str, bytes]:
    """Return the files of a catalogue that translates every sentence, by their names."""
    with TemporaryDirectory() as folder:
        path = begin(CODE, Path(folder))
        _translate(path)
        return {one.name: one.read_bytes() for one in path.parent.iterdir()}


def _translate(path: Path) -> None:
    update(path, collect())
    catalogue = read_catalogue(path)
    for message in catalogue:
        if isinstance(message.id, str):
            message.string = say(message.id) if message.id else message.string
        else:
            message.string = tuple(map(say, message.id))
    write(path, catalogue)
    compile_catalogue(path)
