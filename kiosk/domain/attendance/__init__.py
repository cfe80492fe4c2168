"""Rules of check-ins, sessions and rosters."""
