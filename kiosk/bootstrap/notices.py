"""Sends a desk machine's notices while its desk is open, or once; reads what they are signed with.

A kiosk with a centre sends none: its password at the centre could not tell what waits there.
"""

import logging
import os
import stat
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from kiosk.bootstrap.data_folder import refuse_staff_work
from kiosk.bootstrap.kiosk import Kiosk
from kiosk.errors import KioskError, SetupError

if TYPE_CHECKING:
    from kiosk.devices.notice_ways import NoticeRoute
    from kiosk.domain.callbacks.notice import NoticeWay
    from kiosk.usecases.callbacks.notices import NoticeSender

SECRETS: Final = "notice-secrets.toml"
_KEYS: Final = ("smtp_user", "smtp_password", "webhook_secret")
_PREFIX: Final = "whsec_"
_LEAST_SECRET_BYTES: Final = 24
_MOST_BYTES: Final = 10_000
_LOOK_SECONDS: Final = 30.0
_END_SECONDS: Final = 1.0
"""How long the end of the program waits for a try under way; another one completes it."""
_log = logging.getLogger("kiosk.notices")


class Secrets(NamedTuple):
    """What the ways are proved with; never printed or logged."""

    smtp_user: str = ""
    smtp_password: str = ""
    webhook_secret: str = ""

    def __repr__(self) -> str:
        """Return the name alone."""
        return "Secrets()"


def start_notices(kiosk: Kiosk, opened: ExitStack) -> None:
    """Begin to send in a thread of its own, where anybody is to be told; `opened` ends it."""
    if not kiosk.settings.notice.is_set_up:
        return
    stop = Event()
    thread = Thread(target=_keep_sending, args=(kiosk, stop), name="notices", daemon=True)

    def end() -> None:
        stop.set()
        thread.join(_END_SECONDS)

    thread.start()
    opened.callback(end)


def open_sender(kiosk: Kiosk) -> "NoticeSender":
    """Return what sends this machine's notices; SetupError where it cannot, or is to send none."""
    from kiosk.devices.clock import entropy
    from kiosk.usecases.callbacks.notices import NoticePlan, NoticeSender

    refuse_staff_work(kiosk.folder)
    if not kiosk.settings.notice.is_set_up:
        raise SetupError(
            f"Nobody is to be told here; fill in [notice] in {kiosk.folder / 'kiosk.toml'}."
        )
    gather = timedelta(minutes=kiosk.settings.notice.gather_minutes)
    plan = NoticePlan(_routes(kiosk), gather, kiosk.settings.rules.first_attempt_days)
    return NoticeSender(kiosk.store, kiosk.clock, entropy, kiosk.site, kiosk.calendar(), plan)


def read_secrets(folder: Path) -> Secrets:
    """Read the private file of a data folder; empty where there is none.

    SetupError where others can read it, or it is not what it should be.
    """
    import tomllib

    path = folder / SECRETS
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SetupError(
                    f"Others can read {path}; let its owner alone: chmod 600, and change what is"
                    " in it if they may have."
                )
            values = tomllib.loads(file.read(_MOST_BYTES).decode("utf-8-sig"))
    except FileNotFoundError:
        return Secrets()
    except (OSError, ValueError, RecursionError):
        # Not where: a line of it might be shown with the place.
        raise SetupError(f'{path} cannot be read; it holds lines such as: a_key = "…".') from None
    unknown = sorted(values.keys() - set(_KEYS))
    if unknown or not all(isinstance(value, str) for value in values.values()):
        raise SetupError(f"{path} takes {', '.join(_KEYS)}, each a text in quotes.")
    return Secrets(**values)


def _keep_sending(kiosk: Kiosk, stop: Event) -> None:
    """Look again and again until the end; of trouble the log tells once."""
    said = ""
    while not stop.wait(_LOOK_SECONDS):
        try:
            for done in open_sender(kiosk).look():
                outcome = "arrived" if done.delivery.fault is None else str(done.delivery.fault)
                _log.info("notice by %s: %s", done.way, outcome)
            said = ""
        except KioskError as error:
            if said != type(error).__name__:
                _log.error("no notice can be sent: %s", type(error).__name__)
            said = type(error).__name__


def _routes(kiosk: Kiosk) -> "dict[NoticeWay, NoticeRoute]":
    from kiosk.devices.notice_ways import Command, MailRoute, Webhook
    from kiosk.domain.callbacks.notice import NoticeWay

    wanted, secrets = kiosk.settings.notice, read_secrets(kiosk.folder)
    routes: dict[NoticeWay, NoticeRoute] = {}
    if wanted.mail_to:
        host, _, port = wanted.smtp.rpartition(":")
        given = (host, int(port), wanted.mail_from, wanted.mail_to)
        routes[NoticeWay.MAIL] = MailRoute(*given, secrets.smtp_user, secrets.smtp_password)
    if wanted.webhook:
        secret = _read_webhook_secret(secrets, kiosk.folder / SECRETS)
        routes[NoticeWay.WEBHOOK] = Webhook(wanted.webhook, secret)
    if wanted.command:
        routes[NoticeWay.COMMAND] = Command(wanted.command)
    return routes


def _read_webhook_secret(secrets: Secrets, path: Path) -> bytes:
    from base64 import b64decode

    text = secrets.webhook_secret.removeprefix(_PREFIX)
    try:
        secret = b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) < _LEAST_SECRET_BYTES:
        raise SetupError(
            f"The webhook needs webhook_secret in {path}: whsec_ and at least"
            f" {_LEAST_SECRET_BYTES} random bytes in base64 (openssl rand -base64 32)."
        )
    return secret
