"""Which characters are offered for the letters before the cursor."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.content.assets import assets_dir
from kiosk.content.pinyin import Offered, characters_for

SURNAMES = {
    "chen": "陈", "lin": "林", "huang": "黄", "zhang": "张", "li": "李", "wang": "王", "wu": "吴",
    "liu": "刘", "cai": "蔡", "yang": "杨", "zeng": "曾", "ou": "欧", "lv": "吕", "lu": "吕",
    "xie": "谢", "ren": "任", "zhao": "赵", "zhou": "周", "xu": "徐", "he": "何", "guo": "郭",
    "luo": "罗",
}  # fmt: skip
GIVEN = {
    "mei": "美",
    "ling": "玲",
    "ming": "明",
    "hua": "华",
    "fang": "芳",
    "jian": "建",
    "wei": "伟",
}


@pytest.mark.parametrize(("typed", "meant"), [*SURNAMES.items(), *GIVEN.items()])
def test_names_come_first(typed: str, meant: str) -> None:
    assert meant in characters_for(typed).characters[:3]


def test_one_syllable_after_the_other() -> None:
    assert characters_for("wangmeiling") == Offered(
        11, "meiling", characters_for("wang'").characters
    )
    assert characters_for("王meiling")[:2] == (7, "ling")
    assert characters_for("王美ling")[:2] == (4, "")
    assert characters_for("xi'an")[:2] == (5, "an")
    assert characters_for("xian").rest == ""
    assert "先" in characters_for("xian").characters[:9]


def test_what_is_not_whole_yet_is_completed() -> None:
    assert {"王", "吴"} <= set(characters_for("w").characters[:9])
    assert {"张", "赵", "周"} <= set(characters_for("zh").characters[:9])
    assert characters_for("wl")[:2] == (2, "l")
    assert "张" in characters_for("zhan").characters


def test_letters_of_any_size_and_nothing_else_count() -> None:
    assert characters_for("Mei") == characters_for("mei")
    assert characters_for("liXy")[:2] == (4, "Xy")
    for nothing in ("", "王", "8", "mei ", "'", "vvv"):
        assert characters_for(nothing).characters == ()


@given(st.text(string.ascii_lowercase + "' 王7", max_size=30))
def test_what_is_offered_takes_the_place_of_the_letters_alone(before: str) -> None:
    typed, rest, characters = characters_for(before)
    assert typed <= len(before)
    assert len(characters) == len(set(characters)) <= 90
    assert all(len(one) == 1 and "\u3400" <= one <= "\U0003ffff" for one in characters)
    letters = before[len(before) - typed :].replace("'", "")
    assert not characters or (letters.endswith(rest.replace("'", "")) and len(rest) < typed)


def test_the_table_is_small_and_has_the_licence_beside_it() -> None:
    folder = assets_dir() / "pinyin"
    assert (folder / "characters.txt").stat().st_size < 40_000
    assert "UNICODE" in (folder / "LICENSE.txt").read_text(encoding="utf-8")
