"""Moves facts to the centre and reference data back."""
