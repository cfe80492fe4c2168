"""Public holidays, from the `holidays` package, which is imported by the first question."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from kiosk.errors import SetupError


def public_holidays(place: str, closed_on: Iterable[date] = ()) -> Callable[[date], bool]:
    """Return a function of a day: is it a public holiday of `place` or one of `closed_on`?

    `place` is a country of ISO 3166, with a subdivision where its holidays differ ("SG",
    "DE-BE"). Raises SetupError at the first question where the place is unknown.
    """
    closed = frozenset(closed_on)

    def is_holiday(day: date) -> bool:
        return day in closed or day in _year(place, day.year)

    return is_holiday


@cache
def _year(place: str, year: int) -> frozenset[date]:
    import holidays

    country, _, part = place.partition("-")
    try:
        days = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        raise SetupError(
            f"No public holidays are known for {place}; mend [working] holidays in kiosk.toml."
        ) from None
    return frozenset(days)
