"""Three kiosks and a centre under every kind of failure: `python -m tests.faults`."""
