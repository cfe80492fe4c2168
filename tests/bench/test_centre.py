"""The figures of rows 4 and 8 compare like with like."""

from pathlib import Path

import psycopg

from tests.bench import fleet, push

_FACTS = 40


def test_every_way_brings_the_same_rows(tmp_path: Path) -> None:
    brought = {}
    for trial, name in push.trials(tmp_path, 1, _FACTS, durable=False):
        assert push.WAYS[name][0](trial) > 0
        with psycopg.connect(trial.owner) as connection:
            query = f"SELECT {push.COLUMNS} FROM check_in ORDER BY id"  # noqa: S608 - our own
            brought[name] = connection.execute(query).fetchall()
    assert set(brought) == set(push.WAYS)
    first, *others = brought.values()
    assert len(first) == _FACTS
    assert all(rows == first for rows in others)


def test_a_fleet_loses_nothing_unnoticed() -> None:
    figures = fleet.fleets(3, 1, 0.5, period=1, durable=False)
    told = [figure.notes for figure in figures if figure.notes]
    assert all(" 0 pushes failed" in notes and "3 connections" in notes for notes in told)
    assert len(figures) == 5 * len(told)
    assert all(figure.measured > 0 for figure in figures)
