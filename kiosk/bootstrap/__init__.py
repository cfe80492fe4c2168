"""The one place where the parts meet; what start-up does not need is imported when it is."""
