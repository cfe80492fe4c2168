"""The errors of the kiosk, one small tree of classes.

KioskError
├── SetupError       this machine or folder is not ready; the sentence holds what to do
├── StoreError       the database cannot be used
│   ├── StoreDamaged     the file is damaged or is not a database
│   ├── StoreNewer       a newer kiosk has written it
│   ├── StoreBusy        another process holds it
│   ├── StoreFull        the disk is full or read-only
│   ├── StoreReplaced    the file was removed, replaced or written over while it was open
│   ├── StoreAway        central cannot be reached, or has let the connection go
│   │   └── StoreSlow        central answers too slowly to be waited for
│   ├── StoreRefused     central refuses for good what was asked of it
│   ├── StoreDiffers     central and machine are of versions that do not go together
│   └── RevisionTaken    somebody else changed the same thing at the same moment
├── SoundTrouble     what makes or plays sound does not work
│   └── PlayerTrouble    what plays it does not, whatever made it
├── VaultError       a sealed record or a key file cannot be opened
└── AccessRefused    a sign-in or a right is missing
    └── SignedOut        the account was disabled, or has been signed in for too long

Every error carries one sentence for staff that holds no personal data. Visitors never read it.
"""


class KioskError(Exception):
    """The root: `str(error)` is one sentence for staff, with the next step."""


class SetupError(KioskError):
    """This machine, folder or configuration is not ready."""


class StoreError(KioskError):
    """The database cannot be used."""


class StoreDamaged(StoreError):
    """The file is damaged or is no database; it is left as it is."""


class StoreNewer(StoreError):
    """A newer kiosk has written the database; it is left as it is."""


class StoreBusy(StoreError):
    """Another process holds the data folder."""


class StoreFull(StoreError):
    """The disk is full or cannot be written."""


class StoreReplaced(StoreError):
    """The file was removed, replaced or written over while it was open; only a new start helps."""


class StoreAway(StoreError):
    """Central cannot be reached or has let the connection go; trying again is harmless."""


class StoreSlow(StoreAway):
    """Central is there and answers too slowly to be waited for; trying again is harmless."""


class StoreRefused(StoreError):
    """Central refuses for good what was asked of it."""

    def __init__(self, sentence: str, code: str = "") -> None:
        """Keep `code`, the SQLSTATE of the refusal, which holds no values."""
        super().__init__(sentence)
        self.code = code


class StoreDiffers(StoreError):
    """Central and this machine are of versions that do not go together."""


class RevisionTaken(StoreError):
    """Somebody else has written this revision of a callback request first; read it again."""


class SoundTrouble(KioskError):
    """What makes or plays sound does not work; nothing of what was said is in it."""


class PlayerTrouble(SoundTrouble):
    """What plays sound does not work, whatever made it."""


class VaultError(KioskError):
    """A sealed record or a key file cannot be opened."""


class AccessRefused(KioskError):
    """A sign-in failed or a right is missing."""


class SignedOut(AccessRefused):
    """The account may no longer work here; sign in again."""
