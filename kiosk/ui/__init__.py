"""Everything a person sees on a screen; the only part that knows Textual."""
