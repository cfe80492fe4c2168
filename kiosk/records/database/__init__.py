"""The database file: opening, upgrading, reading and writing it."""
