"""Rules about the machines of a centre."""
