"""Names and languages of people as they are typed in a command."""

from kiosk.cli.usage import wrong


def checked_name(typed: str, option: str = "--name") -> str:
    """Return the cleaned first name; refuses one that a kiosk cannot greet with."""
    from kiosk.domain.names import Name, check_name

    checked = check_name(typed)
    if not isinstance(checked, Name):
        raise wrong(option, "a kiosk cannot greet with it; a nickname is fine")
    return checked.text


def checked_language(code: str) -> str:
    """Return the language of the visits; refuses what is no code."""
    from kiosk.content.assets import is_language_code

    if not is_language_code(code):
        raise wrong("--language", "it must be a code such as en or zh")
    return code
