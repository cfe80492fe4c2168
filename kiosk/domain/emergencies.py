"""Which telephone numbers call an ambulance, the police or the fire service."""

_ANYWHERE = frozenset({"112", "911", "999"})
"""What is asked for where nothing is known of a country."""


def is_emergency(number: str, country: str) -> bool:
    """Say whether a number, as people write it, is an emergency number of a country (ISO 3166).

    Source: the short numbers that the `phonenumbers` package knows.
    """
    import phonenumbers

    digits = "".join(sign for sign in number if sign in "0123456789")
    if country not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return digits in _ANYWHERE
    return phonenumbers.is_emergency_number(digits, country)
