"""The recovery kit: a file with the clinic's second key of each purpose, kept off the machine."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from kiosk.domain.staff import Purpose
from kiosk.errors import SetupError, VaultError
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import open_sealed, seal
from kiosk.vault.strict_json import read_json

_VERSION = 1
_LONGEST_FILE = 65_536
_EXPLANATION = (
    "Recovery kit of a peer support kiosk. Whoever holds this file can read every callback request"
    " and every roster of this clinic. Move it off this machine, keep it locked away, and use it"
    " only when the clinic's own keys are lost."
)
_DAMAGED = "The recovery kit is damaged or is not a recovery kit."


@dataclass(frozen=True, slots=True)
class RecoveryKit:
    """The content of a recovery kit."""

    site_id: UUID
    made_on: date
    keys: Mapping[Purpose, PrivateSealingKey] = field(repr=False)
    """One private key for each purpose."""


def format_kit(site_id: UUID, keys: Mapping[Purpose, PrivateSealingKey], made_on: date) -> str:
    """Return a kit as JSON text, with a plain sentence that says what it is.

    ValueError where a purpose has no key.
    """
    if set(keys) != set(Purpose):
        raise ValueError("a recovery kit holds one key for every purpose")
    content = {
        "what_this_is": _EXPLANATION,
        "version": _VERSION,
        "site_id": str(site_id),
        "made_on": made_on.isoformat(),
        "keys": {
            purpose.value: {
                "key_id": keys[purpose].key_id.hex(),
                "private": keys[purpose].raw.hex(),
            }
            for purpose in Purpose
        },
    }
    return json.dumps(content, indent=2) + "\n"


def read_kit(text: str) -> RecoveryKit:
    """Return the kit of a file's text.

    VaultError where anything is missing, damaged or of another version.
    """
    return read_json(text, _read, _LONGEST_FILE, _DAMAGED)


def write_kit(path: Path, text: str) -> RecoveryKit:
    """Write a kit to a new file of its owner alone (mode 0600), and prove that it can be used.

    The file is read back, and each of its keys has to open a probe record. SetupError where the
    file exists or cannot be written, VaultError where the proof fails; no file is left then.
    """
    made = read_kit(text)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise SetupError(f"{path} exists already; move it away or name another file.") from None
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from None
    try:
        _write(descriptor, text)
        _sync_folder(path.parent)
        found = read_kit(path.read_text(encoding="utf-8"))
        _prove(found, made)
    except (OSError, VaultError) as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, VaultError):
            raise
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from None
    return found


def _read(content: Any) -> RecoveryKit:
    if content["version"] != _VERSION:
        raise ValueError("another version")
    keys: dict[Purpose, PrivateSealingKey] = {}
    for purpose in Purpose:
        entry = content["keys"][purpose.value]
        key = PrivateSealingKey(bytes.fromhex(entry["private"]))
        if key.key_id.hex() != entry["key_id"]:
            raise ValueError("a key does not fit its id")
        keys[purpose] = key
    return RecoveryKit(UUID(content["site_id"]), date.fromisoformat(content["made_on"]), keys)


def _write(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Sync the folder, so that the new file's name survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prove(found: RecoveryKit, made: RecoveryKit) -> None:
    """Seal a probe to every key that was made and open it with the key that was read back."""
    if found.site_id != made.site_id:
        raise VaultError(_DAMAGED)
    for purpose, meant in made.keys.items():
        if not _opens(found.keys[purpose], meant.public, purpose, made.site_id):
            raise VaultError(_DAMAGED)


def _opens(
    key: PrivateSealingKey, recipient: PublicSealingKey, purpose: Purpose, site_id: UUID
) -> bool:
    """Return whether `key` opens a probe record that is sealed to `recipient`."""
    probe = {"probe": purpose.value}
    blob = seal(probe, purpose=purpose, table="probe", record_id=site_id, recipients=[recipient])
    opened = open_sealed(
        blob, purpose=purpose, table="probe", record_id=site_id, keys={key.key_id: key}
    )
    return opened == probe
