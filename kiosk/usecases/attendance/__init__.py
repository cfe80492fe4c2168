"""Check-ins and rosters."""
