"""Rules of groups, their sessions, and plans that are imported."""
