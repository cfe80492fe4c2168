"""The history of the tables, shipped with the program (Alembic).

A kiosk compares its file's revision with HEAD by one SELECT and imports Alembic only when behind.
"""

REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0009", "0010", "0011", "0013",
    "0014", "0015", "0016", "0017", "0018",
)  # fmt: skip
"""Every revision of this history, oldest first; there never were 0007 and 0008."""

HEAD = REVISIONS[-1]
