"""Makes texts harmless in the cells of a spreadsheet, and keeps them readable."""

FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP ASVS 1.2.10)."""


def harmless(text: str) -> str:
    """Return `text` for a cell of a CSV file, behind an apostrophe where it could be a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def phone_cell(text: str) -> str:
    """Return a grouped phone number for a cell of a CSV file.

    A number of the clinic's own country stays as it is. One with its country begins with +, which
    is a formula to a spreadsheet; an apostrophe before it would stay in sight and in what is
    copied, so the country stands in brackets: (+44) 20 7946 0000.
    """
    country, _, rest = text.partition(" ")
    if country[:1] == "+" and _is_digits(country[1:]) and _is_digits(rest, " -"):
        return f"({country}) {rest}"
    return harmless(text)


def _is_digits(text: str, between: str = "") -> bool:
    return text.isascii() and text.translate(str.maketrans("", "", between)).isdecimal()
