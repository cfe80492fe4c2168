"""The tables as the first revision made them; frozen, whatever the schema is now."""
