"""Moves facts to the centre and reference data back; knows no screen and decides nothing."""
