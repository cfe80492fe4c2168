"""`kiosk guide`, and that README and guide name only what there is."""

import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from kiosk.cli import commands as commands_module
from kiosk.cli.guide import Page
from kiosk.content.assets import assets_dir
from tests.cli.calling import Kiosk
from tests.support.emulator import Emulator
from tests.support.extract import CHECKOUT

GUIDE = assets_dir() / "guide"
README = CHECKOUT / "README.md"
DOCUMENTS = (README, *sorted(GUIDE.glob("*.md")))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[[^]]*\]\(([^)]+)\)")
STEPS = re.compile(r"^1\. .*?(?=\n\n)", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"(?!\.venv/)\.?\w+(/[\w.-]+)+/?")
"""A path of the checkout; .venv/ is what the README's commands make in it."""


def _text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def _code(document: Path) -> Iterator[str]:
    """Yield the code of a document: lines to type in a shell, then what is between backticks."""
    text = _text(document)
    for language, block in BLOCK.findall(text):
        yield from block.splitlines() if language == "sh" else ()
    for span in SPAN.finditer(BLOCK.sub("", text)):
        yield " ".join(span[1].split())


def _commands(document: Path) -> Iterator[list[str]]:
    """Yield the words behind each `kiosk` of a document's code."""
    for code in _code(document):
        if re.search(r"\bkiosk\b", code):
            words = shlex.split(code, comments=True)
            starts = [at for at, word in enumerate(words) if word in ("kiosk", ".venv/bin/kiosk")]
            yield from (words[at + 1 :] for at in starts)


def _leaf(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that `words` name, and the words behind its name."""
    command: Any = typer.main.get_command(commands_module.app)
    rest = list(words)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    return command, rest


def _wrong(words: list[str]) -> str:
    """Return what `kiosk` does not know in `words`, or nothing."""
    command, rest = _leaf(words)
    known = {"--help"}.union(*(one.opts for one in command.params))
    known |= {name for one in command.params for name in one.secondary_opts}
    if rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        return rest[0]
    return next((word for word in rest if word.startswith("-") and word not in known), "")


def _missing(document: Path) -> list[str]:
    """Return the paths named in a document that are neither in the checkout nor below kiosk/.

    What an environment holds is no part of the checkout.
    """
    text = _text(document)
    new = set(re.findall(r"`([^`]+)` \(new\b", text))
    paths = [
        code
        for code in _code(document)
        if PATH.fullmatch(code) and code not in new and not code.startswith(".venv/")
    ]
    folders = (CHECKOUT, CHECKOUT / "kiosk")
    return [path for path in paths if not any((folder / path).exists() for folder in folders)]


def test_every_page_is_listed(kiosk: Kiosk) -> None:
    answer = kiosk("guide")
    assert (answer.code, answer.err) == (0, "")
    for page in Page:
        sentence = _text(GUIDE / f"{page}.md").splitlines()[2]
        assert f"- `kiosk guide {page}`: {sentence}\n" in answer.out
    assert answer.out.endswith(_text(GUIDE / "first-hour.md"))


@pytest.mark.parametrize("page", Page)
def test_every_page_is_printed(kiosk: Kiosk, page: Page) -> None:
    answer = kiosk("guide", page)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == _text(GUIDE / f"{page}.md")


def test_every_file_is_a_page() -> None:
    assert {path.stem for path in GUIDE.iterdir()} == set(Page)


def test_an_unknown_page_is_one_sentence_with_the_names(kiosk: Kiosk) -> None:
    said = kiosk("guide", "garden").sentence(code=2)
    assert "'garden' is not one of " in said
    assert all(f"'{page}'" in said for page in Page)


def test_a_terminal_shows_it_drawn(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    answer = kiosk("guide", "first-hour")
    screen = Emulator(80, 200)
    screen.feed(answer.out.replace("\n", "\r\n").encode())
    assert answer.code == 0
    assert "The first hour in a clinic" in screen.text
    assert "kiosk guide stand" in screen.text
    assert not [sign for sign in ("# ", "`", "](", "stand.md") if sign in screen.text]


def test_the_readme_has_the_first_hour_in_ten_lines() -> None:
    steps = STEPS.search(_text(GUIDE / "first-hour.md"))
    assert steps is not None
    assert steps[0] in _text(README)
    assert len(re.findall(r"^\d+\. ", steps[0], re.MULTILINE)) == 10


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(_text(document))
    assert [link for link in links if not (document.parent / link).is_file()] == []


def test_the_readme_links_every_page_and_picture() -> None:
    wanted = {f"assets/guide/{page}.md" for page in Page}
    wanted |= {f"assets/pictures/{path.name}" for path in (CHECKOUT / "assets/pictures").iterdir()}
    assert wanted <= set(LINK.findall(_text(README)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_is_there(document: Path) -> None:
    assert {" ".join(words): _wrong(words) for words in _commands(document) if _wrong(words)} == {}


def test_the_commands_of_the_first_hour_can_be_typed_as_they_stand() -> None:
    commands = list(_commands(GUIDE / "first-hour.md"))
    assert ["groups", "add"] in [words[:2] for words in commands]
    for words in commands:
        command, rest = _leaf(words)
        with command.make_context(" ".join(words), rest) as context:
            assert context.command is command


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("kiosk dance", "dance"),
        ("kiosk passes dance", "dance"),
        ("kiosk run --fast", "--fast"),
        ("kiosk passes", ""),
        ("kiosk central enrol NAME --desk", ""),
    ],
)
def test_wrong_commands_are_noticed(line: str, wrong: str) -> None:
    assert _wrong(line.split()[1:]) == wrong


@pytest.mark.parametrize("words", [["groups", "add", "Choir"], ["staff", "add", "anna", "dancer"]])
def test_commands_that_cannot_be_typed_are_noticed(words: list[str]) -> None:
    command, rest = _leaf(words)
    with pytest.raises(typer.BadParameter):
        command.make_context(" ".join(words), rest)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_to_run_is_there(document: Path) -> None:
    modules = re.findall(r"python -m ([\w.]+)", _text(document))
    assert [one for one in modules if find_spec(one) is None] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_is_there(document: Path) -> None:
    assert _missing(document) == []


def test_missing_paths_are_noticed(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("`cli/guide.py`, `tests/cli`, `ui/gone.py`, `exports/ods.py` (new)")
    assert _missing(document) == ["ui/gone.py"]
