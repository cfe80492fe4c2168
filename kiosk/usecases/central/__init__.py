"""Founding a central database, joining it and working with it."""
