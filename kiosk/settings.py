"""What a clinic may change: one typed tree, read once from kiosk.toml and KIOSK_* variables."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from typing_extensions import override

from kiosk.domain.policy import (
    LEAST_ATTENDANCE_KEPT,
    LEAST_PASSES_KEPT,
    LEAST_REQUESTS_KEPT,
    PRIVATE_NUMBER,
    Rules,
)
from kiosk.domain.printing import FILE_MARK, read_slip_address, simplify_for_slip
from kiosk.domain.text import place_in_toml
from kiosk.domain.working_time import WEEKDAYS, OpeningHours, read_hours
from kiosk.errors import SetupError

FILE_NAME = "kiosk.toml"
TAKE_HOME_NAME = "take-home.toml"
WISHES_NAME = "wishes.toml"
NOT_SETTINGS = frozenset(
    f"KIOSK_{name}"
    for name in ("DATA_DIR", "PASSPHRASE", "NEW_PASSPHRASE", "PIN", "CODE", "CENTRAL_URL")
)
"""Variables that the commands read themselves."""
_USES_UNKNOWN = "should keep attendance (attendance_days) at least as long as passes (passes_days)"
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()-]{1,23}[0-9]", re.ASCII)
_LAST_PORT = 65535
_STRICT = ConfigDict(extra="forbid", frozen=True)


def _checked_day(text: str) -> str:
    try:
        read_hours(text)
    except ValueError:
        raise PydanticCustomError(
            "working_day", 'should look like "08:30-17:30", or be empty'
        ) from None
    return text


def _checked_number(text: str) -> str:
    if text and _NUMBER.fullmatch(text) is None:
        raise PydanticCustomError("number", 'should look like "6389 2000", or be empty')
    return text


def _checked_calling_number(text: str) -> str:
    if text == PRIVATE_NUMBER or not text or _NUMBER.fullmatch(text):
        return text
    raise PydanticCustomError(
        "calling_number", 'should look like "6389 2000", be "private", or be empty'
    )


PublicNumber = Annotated[str, AfterValidator(_checked_number)]
CallingNumber = Annotated[str, AfterValidator(_checked_calling_number)]
WorkingDay = Annotated[str, AfterValidator(_checked_day)]


def _checked_command(value: object) -> object:
    if not isinstance(value, list | tuple) or (value and not str(value[0]).startswith("/")):
        raise PydanticCustomError(
            "command",
            'should be a list of words, the whole path first, such as ["/usr/bin/lpr", "-h"]',
        )
    return value


def _checked_print_command(words: tuple[str, ...]) -> tuple[str, ...]:
    if words and not any(FILE_MARK in word for word in words[1:]):
        raise PydanticCustomError(
            "print_command",
            f'should look like ["/usr/bin/lpr", "-P", "Office", "{FILE_MARK}"], or be empty',
        )
    return words


def _checked_slips(text: str) -> str:
    try:
        if text:
            read_slip_address(text)
    except ValueError:
        raise PydanticCustomError(
            "slip_printer",
            'should look like "usb:/dev/usb/lp0", "serial:/dev/ttyUSB0:9600" or'
            ' "net:192.0.2.7:9100", or be empty',
        ) from None
    return text


def _checked_slip_line(text: str) -> str:
    if simplify_for_slip(text) is None:
        raise PydanticCustomError("slip_line", "should have Latin letters and digits only")
    return text


Command = Annotated[tuple[str, ...], BeforeValidator(_checked_command)]
"""A program by its whole path, and its words; no shell reads them."""
SlipPlace = Annotated[str, AfterValidator(_checked_slips)]
SlipLine = Annotated[str, Field(max_length=100), AfterValidator(_checked_slip_line)]


class SessionSettings(BaseModel):
    """When sessions take check-ins."""

    model_config = _STRICT
    opens_before_minutes: int = Field(default=30, ge=0, le=240)
    """Minutes before a session's start from which it is open."""


class VisitSettings(BaseModel):
    """How long a screen waits, in seconds."""

    model_config = _STRICT
    idle_seconds: int = Field(default=60, ge=20, le=600)
    """Without a key or tap, before the warning."""
    warning_seconds: int = Field(default=30, ge=20, le=120)
    """The warning; at least 20 (WCAG 2.2.1)."""
    result_seconds: int = Field(default=8, ge=4, le=60)
    """A result that needs little reading."""
    receipt_seconds: int = Field(default=120, ge=30, le=900)
    """A screen with a code to photograph, before the warning."""
    repeat_guard_seconds: float = Field(default=0.0, ge=0, le=2)
    """How long a second stroke of the same key does not count (EN 301 549 V3.2.1, 5.8)."""


class RetentionSettings(BaseModel):
    """How long a kiosk with a central database keeps what central has confirmed, in days."""

    model_config = _STRICT
    requests_days: int = Field(default=7, ge=1, le=90)
    check_ins_days: int = Field(default=30, ge=1, le=365)


class PolicySettings(BaseModel):
    """How long the clinic keeps what is done with, in days, where its records are kept for good."""

    model_config = _STRICT
    closed_requests_days: int = Field(default=180, ge=LEAST_REQUESTS_KEPT.days, le=3650)
    """Requests after they were closed or withdrawn, with everything that was noted about them."""
    attendance_days: int = Field(default=730, ge=LEAST_ATTENDANCE_KEPT.days, le=3650)
    """Check-ins and head counts after the session."""
    passes_days: int = Field(default=730, ge=LEAST_PASSES_KEPT.days, le=3650)
    """Passes, and the names behind them, after they were last used or revoked."""
    exports_days: int = Field(default=7, ge=1, le=90)
    """Files in the exports folder."""

    @model_validator(mode="after")
    def _uses_are_known(self) -> Self:
        # A pass's last use is a check-in: one that went before tells nothing.
        if self.passes_days > self.attendance_days:
            raise PydanticCustomError("uses_unknown", _USES_UNKNOWN)
        return self


class CallbackSettings(BaseModel):
    """How requests are worked on."""

    model_config = _STRICT
    claim_minutes: int = Field(default=30, ge=5, le=240)
    """How long a caller's claim lasts."""
    first_attempt_days: int = Field(default=2, ge=1, le=20)
    """Working days within which a first attempt is due."""
    calling_number: CallingNumber = ""
    """The number that calls come from, as people read it; "private" where none is shown.

    Empty: nothing is said of it."""
    wish_days: int = Field(default=2, ge=1, le=20)
    """Working days for which a wish for a woman or a man orders the list."""
    public_number: PublicNumber = ""
    """The clinic's own number, as people read it, for those whom a slip asks to ring; or empty."""


class WorkingSettings(BaseModel):
    """When calls are made, in the clinic's time: "08:30-17:30", or "" for a day without work."""

    model_config = _STRICT
    monday: WorkingDay = "08:30-17:30"
    tuesday: WorkingDay = "08:30-17:30"
    wednesday: WorkingDay = "08:30-17:30"
    thursday: WorkingDay = "08:30-17:30"
    friday: WorkingDay = "08:30-17:30"
    saturday: WorkingDay = ""
    sunday: WorkingDay = ""
    holidays: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")
    """Whose public holidays: ISO 3166 such as SG or DE-BE; empty takes the clinic's country."""
    closed_on: tuple[date, ...] = ()
    """Further days without work, such as 2026-12-24."""


class DeskSettings(BaseModel):
    """The staff's desk on this machine."""

    model_config = _STRICT
    place: Literal["floor", "office"] = "floor"
    """Where it stands; on the floor it locks after 2 minutes without a key, in an office 10."""


class PrintSettings(BaseModel):
    """The printers of this machine; see `kiosk guide printers`."""

    model_config = _STRICT
    printer: str = Field(default="", pattern=r"^([A-Za-z0-9_][^\s/#]{0,126})?$")
    """The system's printer for pages, by its name (`lpstat -e`); empty takes the default one."""
    command: Annotated[Command, AfterValidator(_checked_print_command)] = ()
    """A program that prints pages instead; `{file}` in a word stands for the file."""
    slips: SlipPlace = ""
    """Where the slip printer is; empty: there is none."""
    slip_width_mm: Literal[58, 80] = 80
    """The width of its roll."""
    slip_lines: tuple[SlipLine, ...] = Field(default=(), max_length=4)
    """The clinic's own lines on every slip; a slip may be found by anybody."""


def _checked_texts(value: object) -> object:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise PydanticCustomError("texts", 'should be a list, such as ["one", "another"]')
    return value


def _checked_address(text: str) -> str:
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", text):
        raise PydanticCustomError("address", "should be an address such as calls@clinic.example")
    return text


def _checked_server(text: str) -> str:
    place = re.fullmatch(r"[A-Za-z0-9.-]+:([0-9]{1,5})", text)
    if text and (place is None or not 0 < int(place[1]) <= _LAST_PORT):
        raise PydanticCustomError("server", 'should look like "smtp.clinic.example:587"')
    return text


def _checked_url(text: str) -> str:
    place = urlsplit(text)
    try:
        has_port = place.port is None or place.port > 0
    except ValueError:
        has_port = False
    is_safe = place.scheme == "https" or (
        place.scheme == "http" and place.hostname in ("localhost", "127.0.0.1", "::1")
    )
    plain = text.isascii() and text.isprintable() and " " not in text
    if text and not (plain and is_safe and has_port and place.hostname and "@" not in place.netloc):
        raise PydanticCustomError("url", "should begin with https:// and hold no name or password")
    return text


MailAddress = Annotated[str, AfterValidator(_checked_address)]


class NoticeSettings(BaseModel):
    """Who is told that requests wait, from this machine: by mail, a webhook, or a command."""

    model_config = _STRICT
    mail_to: Annotated[tuple[MailAddress, ...], BeforeValidator(_checked_texts)] = ()
    mail_from: Annotated[str, AfterValidator(lambda text: text and _checked_address(text))] = ""
    smtp: Annotated[str, AfterValidator(_checked_server)] = ""
    """The mail server, with its port; TLS from the first byte on 465, else by STARTTLS."""
    webhook: Annotated[str, AfterValidator(_checked_url)] = ""
    command: Command = ()
    """A program that reads the notice as its input."""
    gather_minutes: int = Field(default=10, ge=0, le=240)
    """How long a notice waits, so that those who ask meanwhile are in it."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.mail_to and not (self.mail_from and self.smtp):
            raise PydanticCustomError("mail_incomplete", "needs mail_from and smtp for mail_to")
        return self

    @property
    def is_set_up(self) -> bool:
        """Whether anybody is told."""
        return bool(self.mail_to or self.webhook or self.command)


class SpeechSettings(BaseModel):
    """The kiosk's voice; see `kiosk guide speech`."""

    model_config = _STRICT
    enabled: bool = True
    """Whether the kiosk speaks where this machine has a voice and a sound device."""
    speaker_percent: int = Field(default=100, ge=10, le=100)
    """The loudest that the speaker gets, of its samples as they are; headphones are not limited."""
    recordings: str = "recordings"
    """The folder of recorded sentences; a relative one lies in the data folder."""


class PanelSettings(BaseModel):
    """The screen, for `kiosk doctor`: are letters large enough?"""

    model_config = _STRICT
    height_mm: int = Field(default=300, ge=50, le=3000)
    """Height of the lit area of the panel."""
    distance_mm: int = Field(default=600, ge=200, le=3000)
    """How far away visitors stand."""


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix="KIOSK_", env_nested_delimiter="__", extra="forbid", frozen=True
    )
    sessions: SessionSettings = SessionSettings()
    visit: VisitSettings = VisitSettings()
    retention: RetentionSettings = RetentionSettings()
    policy: PolicySettings = PolicySettings()
    callbacks: CallbackSettings = CallbackSettings()
    working: WorkingSettings = WorkingSettings()
    desk: DeskSettings = DeskSettings()
    print: PrintSettings = PrintSettings()
    speech: SpeechSettings = SpeechSettings()
    panel: PanelSettings = PanelSettings()
    notice: NoticeSettings = NoticeSettings()

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let variables win over the file, and read nothing else."""
        return env_settings, init_settings

    @property
    def rules(self) -> Rules:
        """The clinic's choices, as the desks take them."""
        return Rules(
            opens_before=timedelta(minutes=self.sessions.opens_before_minutes),
            requests_kept=timedelta(days=self.retention.requests_days),
            check_ins_kept=timedelta(days=self.retention.check_ins_days),
            claim=timedelta(minutes=self.callbacks.claim_minutes),
            first_attempt_days=self.callbacks.first_attempt_days,
            wish_days=self.callbacks.wish_days,
            closed_requests_kept=timedelta(days=self.policy.closed_requests_days),
            attendance_kept=timedelta(days=self.policy.attendance_days),
            passes_kept=timedelta(days=self.policy.passes_days),
            exports_kept=timedelta(days=self.policy.exports_days),
        )

    @property
    def week(self) -> dict[int, OpeningHours]:
        """The hours of each working day, Monday 0."""
        days = (getattr(self.working, name) for name in WEEKDAYS)
        return {day: hours for day, text in enumerate(days) if (hours := read_hours(text))}


def read_settings(folder: Path) -> Settings:
    """Return the settings of the data folder; raises SetupError with one sentence."""
    path = folder / FILE_NAME
    try:
        # Some editors begin a file with a byte order mark, which is no TOML.
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SetupError(
            f"The settings {path} are missing; put the file back, or run `kiosk init` for a new"
            " kiosk (`kiosk demo` needs nothing)."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"The settings {path} cannot be read; check the file's rights.") from None
    except (ValueError, RecursionError) as error:
        place = place_in_toml(str(error))
        raise SetupError(f"The settings {path} are no valid TOML{place}; mend them.") from None
    if unknown := sorted(values.keys() - Settings.model_fields.keys()):
        raise SetupError(_describe_unknown(unknown[0], path))
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SetupError(_describe_error(path, error)) from None
    except (SettingsError, RecursionError):
        raise SetupError(
            "A KIOSK_ variable cannot be read: set the keys of a table one by one, for example"
            ' KIOSK_VISIT__IDLE_SECONDS=90, and write a list as ["one", "another"] in quotes.'
        ) from None


def unknown_variables(variables: Iterable[str]) -> tuple[str, ...]:
    """Return those of `variables` that begin with KIOSK_ and that nothing reads."""
    known = set(NOT_SETTINGS)
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", {})
        known.update(f"KIOSK_{name}__{key}".upper() for key in inner)
    return tuple(
        sorted(n for n in variables if n.upper().startswith("KIOSK_") and n.upper() not in known)
    )


def _describe_error(path: Path, error: ValidationError) -> str:
    """Return the first thing that is wrong, with where it stands."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _describe_unknown(where, path)
    if first["type"] in ("model_type", "dict_type"):
        return f"The setting {where} in {path} is a table; write its keys under [{where}]."
    reason = _describe_wrong_value(first["type"], first.get("ctx", {}))
    reason = reason or first["msg"].removeprefix("Input ")
    return f"The setting {where} in {path} or its KIOSK_ variable is wrong: it {reason}."


def _describe_wrong_value(code: str, limits: Mapping[str, Any]) -> str:
    """Return what is wrong with a value in plain words, by pydantic's code; empty for others."""
    match code:
        case "greater_than_equal":
            return f"should be {limits['ge']} or more"
        case "less_than_equal":
            return f"should be {limits['le']} or less"
        case "string_pattern_mismatch":
            is_country = "[A-Z]{2}" in limits["pattern"]
            return f"should look like {'SG or DE-BE' if is_country else 'Office'}, or be empty"
        case "tuple_type":
            return "should be a list in square brackets"
        case "too_long":
            return f"should have at most {limits['max_length']} entries"
        case "string_too_long":
            return f"should have at most {limits['max_length']} characters"
        case "string_type":
            return "should stand in quotes"
    if code.startswith("bool"):
        return "should be true or false"
    if code.startswith(("int", "finite")):
        return "should be a whole number"
    return "should be a day, such as 2026-12-24" if code.startswith("date") else ""


def _describe_unknown(where: str, path: Path) -> str:
    return (
        f"The setting {where} in {path} or among the KIOSK_ variables is unknown; remove it or"
        " mend its name."
    )
