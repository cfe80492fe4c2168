"""What a visitor was told reaches the centre once, whatever fails on the way.

KIOSK_TEST_FACTS sets how many visitors each of three kiosks serves; `python -m tests.faults` does
more runs, with other seeds.
"""

from pathlib import Path

from sqlalchemy import text

from tests.faults.checking import Findings, examine
from tests.faults.running import clinic_of_kiosks
from tests.faults.visits import TOLD, Told
from tests.support.amounts import amount
from tests.support.proxy import Mode

FACTS = amount(400, 5000, "KIOSK_TEST_FACTS")
SECONDS = amount(11, 25)
SEED = 20261123


def test_nothing_is_lost_and_nothing_is_there_twice(on_disk: Path) -> None:
    with clinic_of_kiosks(on_disk) as scene:
        outcome = scene.run(SEED, FACTS, SECONDS)
    print(outcome)  # noqa: T201  the run's figures
    assert outcome.found.faults == ()
    assert outcome.found.told == 3 * FACTS
    # Faults that hit nothing would prove nothing.
    struck = {"server killed", "kiosk killed", f"line {Mode.CUT_AFTER}", f"line {Mode.FREEZE}"}
    struck |= {f"line {mode}" for mode in (Mode.DELAY, Mode.BLACKHOLE, Mode.DROP_ANSWERS)}
    assert {what for what in struck if not outcome.done[what]} == set()
    assert outcome.found.absorbed > 0, "no batch was committed twice"


HARM = (
    ("UPDATE passcard SET language = 'ta'", "passcard: "),
    ("DELETE FROM participant", "participant: 0 not pulled, "),
    ("UPDATE group_session SET room = ''", "group_session: 1 not pulled, 1 not there"),
    (
        "DELETE FROM callback_request WHERE id = (SELECT id FROM callback_request LIMIT 1)",
        "callback_request: 1 told and not there once, 0 told twice",
    ),
    (
        "UPDATE check_in SET nth = 7 WHERE id = (SELECT id FROM check_in LIMIT 1)",
        "check_in: 1 facts only at the kiosk, 1 only at the centre",
    ),
    ("UPDATE callback_withdrawal SET kiosk_id = site_id", "callback_withdrawal: "),
)
"""What is done to the centre, one after the other, and what the comparison says of it."""


def test_the_comparison_sees_what_is_wrong(tmp_path: Path) -> None:
    with clinic_of_kiosks(tmp_path, kiosks=1) as scene:
        outcome = scene.run(1, 100, 0.5, harm=False)
        assert outcome.found == Findings(100, 100, 0, ())
        with (scene.places[0].folder / TOLD).open("a") as told:
            told.write(Told("check_in", "id", "0" * 32).line())
        seen = ["7K: check_in: 1 told and not there once, 0 told twice"]
        assert list(examine(scene.clinic, scene.places).faults) == seen
        for statement, words in HARM:
            assert not any(words in fault for fault in seen)
            with scene.clinic.centre.engine.begin() as connection:
                connection.execute(text(statement))
            seen = list(examine(scene.clinic, scene.places).faults)
            assert any(words in fault for fault in seen), (words, seen)
