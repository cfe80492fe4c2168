"""The hardened layer between the terminal and Textual."""
