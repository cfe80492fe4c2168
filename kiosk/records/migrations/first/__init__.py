"""The tables as the first revision made them; frozen, whatever tables.py says later."""
