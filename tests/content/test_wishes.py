"""The file of wishes: what is shipped, what is refused, and a folder that has none yet."""

from pathlib import Path

import pytest

from kiosk.content.assets import config_dir
from kiosk.content.wishes import read_wishes
from kiosk.domain.callbacks.wishes import MOST_TOPICS, Wish
from kiosk.errors import SetupError

A_TOPIC = '[[topic]]\nid = "groups"\nen = "Groups"\n'


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "wishes.toml"
    path.write_text(text, encoding="utf-8")
    return read_wishes(path)


def test_everything_is_offered_as_shipped() -> None:
    shipped = read_wishes(config_dir() / "wishes.toml")
    assert shipped.wishes == tuple(Wish)
    assert [topic.code for topic in shipped.topics] == [
        "about_one_to_one", "about_groups", "about_work_study",
    ]  # fmt: skip


def test_a_folder_without_the_file_offers_nothing(tmp_path: Path) -> None:
    assert read_wishes(tmp_path / "wishes.toml").is_empty


def test_nothing_in_the_file_offers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "wishes.toml"
    path.write_text("offered = []\n")
    assert read_wishes(path).is_empty


def test_what_is_offered_has_one_order_and_topics_their_own(tmp_path: Path) -> None:
    path = tmp_path / "wishes.toml"
    path.write_text(f'offered = ["carer", "woman"]\n{A_TOPIC}zh = "小组"\n', encoding="utf-8")
    found = read_wishes(path)
    assert found.wishes == (Wish.WOMAN, Wish.CARER)
    (topic,) = found.topics
    assert (topic.label("zh"), topic.label("ms")) == ("小组", "Groups")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("offered = [", "no valid TOML at the end"),
        ('offered = ["doctor"]', "offered is a list of woman, man, text, interpreter, carer"),
        ("offered = true", "offered is a list of"),
        ('wanted = ["woman"]', "nothing is called 'wanted'"),
        ("topic = 1", r"its topics stand as \[\[topic\]\]"),
        ('[[topic]]\nen = "Groups"', "a topic's id has 1 to 16 small letters"),
        ('[[topic]]\nid = "Work study"\nen = "x"', "a topic's id has"),
        ('[[topic]]\nid = "groups"\nzh = "小组"', r"has no name in English \(en\)"),
        ('[[topic]]\nid = "groups"\nen = ""', "needs a name of 1 to 24 plain characters"),
        (f'[[topic]]\nid = "groups"\nen = "{"x" * 25}"', "needs a name of 1 to 24"),
        ('[[topic]]\nid = "groups"\nen = "a\\u001b[31m"', "needs a name of 1 to 24"),
        ('[[topic]]\nid = "groups"\nen = 3', "needs a name of 1 to 24"),
        (f'{A_TOPIC}label = "Groups"', "a name in 'label', no language"),
        (A_TOPIC * 2, "two topics have the same id"),
        (
            "".join(A_TOPIC.replace("groups", f"g{n}") for n in range(MOST_TOPICS + 1)),
            "it has 7 topics, and a screen has room for 6",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError, match=why):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "wishes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SetupError, match="cannot be read"):
        read_wishes(tmp_path / "wishes.toml")
