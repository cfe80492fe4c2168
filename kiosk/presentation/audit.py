"""The audit trail in plain words: actions, their areas, and what a check found."""

from kiosk.domain.audit import AuditAction as Did
from kiosk.domain.audit import AuditVerdict, Trail, UntoldChanges

ACTION_TEXTS: dict[str, str] = {
    Did.SIGNED_IN: "signed in",
    Did.SIGN_IN_REFUSED: "a sign-in was refused",
    Did.PASSPHRASE_CHANGED: "changed their passphrase",
    Did.WORKLIST_OPENED: "opened callback requests",
    Did.CALLBACK_ENTERED: "entered a callback request",
    Did.CALLBACK_FORMS_MADE: "made paper forms",
    Did.CALLBACK_CLAIMED: "claimed a callback",
    Did.CALLBACK_RELEASED: "let go of a callback",
    Did.CALLBACK_REVEALED: "looked at a phone number",
    Did.CALLBACK_NOTES_OPENED: "read a callback's notes",
    Did.CALLBACK_ATTEMPT: "noted how a call went",
    Did.CALLBACK_HELD: "put a callback on hold",
    Did.CALLBACK_CLOSED: "closed a callback",
    Did.CALLBACK_REOPENED: "opened a callback again",
    Did.CALLBACK_UNDONE: "undid a callback's step",
    Did.CALLBACK_MERGED: "merged two callbacks",
    Did.CALLBACK_ESCALATED: "escalated a callback",
    Did.CALLBACK_WITHDRAWN: "withdrew a callback",
    Did.CALLBACK_NOTED: "wrote a note about a callback",
    Did.CALLBACK_NOTE_DISMISSED: "set a withdrawal aside",
    Did.CALLBACK_HANDED_OVER: "handed a callback over",
    Did.CALLBACK_LOOKED_UP: "looked up who rang back",
    Did.ROSTER_OPENED: "opened a session's names",
    Did.ROSTER_PERSON_ADDED: "put somebody on a list",
    Did.ROSTER_GUESTS_ADDED: "added guests to a list",
    Did.ROSTER_VOIDED: "took somebody off a list",
    Did.ROSTER_VOID_UNDONE: "put somebody back",
    Did.ROSTER_MET: "met somebody new",
    Did.ROSTER_MET_UNDONE: "took a meeting back",
    Did.HEADS_COUNTED: "counted heads",
    Did.HEAD_COUNT_UNDONE: "took a head count back",
    Did.ROSTER_RECONCILED: "closed a session's list",
    Did.ROSTER_PRINTED: "printed a session's list",
    Did.MEMBERS_OPENED: "opened members' names",
    Did.MEMBER_ENROLLED: "put a member in a group",
    Did.MEMBER_LEFT: "took a member out",
    Did.PASSCARD_ISSUED: "handed out a pass",
    Did.PASSCARD_REPLACED: "replaced a pass",
    Did.PASSCARDS_REVOKED: "revoked a pass",
    Did.GROUP_ADDED: "added a group",
    Did.GROUP_CHANGED: "changed a group",
    Did.GROUP_PUT_AWAY: "put a group away",
    Did.SESSION_ADDED: "added a session",
    Did.SESSION_CHANGED: "changed a session",
    Did.SESSION_CANCELLED: "cancelled a session",
    Did.SESSION_RESTORED: "restored a session",
    Did.PLANS_IMPORTED: "imported a plan",
    Did.STAFF_ADDED: "added an account",
    Did.STAFF_DISABLED: "shut an account",
    Did.STAFF_ENABLED: "opened an account again",
    Did.STAFF_ROLES_SET: "changed somebody's roles",
    Did.STAFF_LANGUAGES_SET: "changed languages",
    Did.STAFF_OFFERS_SET: "changed what somebody offers",
    Did.PASSPHRASE_GIVEN: "gave a new passphrase",
    Did.EXPORTED_CALLBACKS: "exported callbacks",
    Did.EXPORTED_ATTENDANCE: "exported attendance",
    Did.AUDIT_OPENED: "opened the audit trail",
    Did.AUDIT_VERIFIED: "checked the audit trail",
    Did.RETENTION_BEGUN: "began to delete",
    Did.RETENTION_DONE: "deleted old records",
    Did.RETENTION_RUN: "cleared what was sent",
    Did.RETENTION_AGREED: "agreed how long records stay",
    Did.HELPLINES_PUBLISHED: "published helplines",
    Did.PERSON_SHOWN: "looked at one person's data",
    Did.PERSON_EXPORTED: "exported one person's data",
    Did.PERSON_CORRECTED: "corrected one person's data",
    Did.PERSON_ERASED: "erased one person's data (asked)",
    Did.PERSON_ERASED_MISTAKE: "erased one person's data (mistake)",
    Did.CLINIC_FOUNDED: "founded the clinic",
    Did.MAINTENANCE_UNLOCKED: "maintenance was unlocked",
    Did.MAINTENANCE_REFUSED: "a PIN was refused",
    Did.CLOSED_TO_VISITORS: "closed the kiosk",
    Did.OPENED_TO_VISITORS: "opened the kiosk",
    Did.VISITOR_REFUSED: "could keep nothing for a visitor",
    Did.RECORDS_MISSING: "found records lost",
    Did.CLOCK_TRUSTED: "said the clock is right",
    Did.SCANNER_TESTED: "read the scanner's test card",
}
"""What was done, by action; the login stands before it."""

ACTION_AREAS: dict[str, tuple[Did, ...]] = {
    "Signing in": (Did.SIGNED_IN, Did.SIGN_IN_REFUSED, Did.PASSPHRASE_CHANGED),
    "Callbacks": (
        Did.WORKLIST_OPENED,
        Did.CALLBACK_REVEALED,
        Did.CALLBACK_NOTES_OPENED,
        Did.CALLBACK_ENTERED,
        Did.CALLBACK_FORMS_MADE,
        Did.CALLBACK_CLAIMED,
        Did.CALLBACK_RELEASED,
        Did.CALLBACK_ATTEMPT,
        Did.CALLBACK_HELD,
        Did.CALLBACK_CLOSED,
        Did.CALLBACK_REOPENED,
        Did.CALLBACK_UNDONE,
        Did.CALLBACK_MERGED,
        Did.CALLBACK_ESCALATED,
        Did.CALLBACK_WITHDRAWN,
        Did.CALLBACK_NOTED,
        Did.CALLBACK_NOTE_DISMISSED,
        Did.CALLBACK_HANDED_OVER,
        Did.CALLBACK_LOOKED_UP,
    ),
    "Lists of sessions": (
        Did.ROSTER_OPENED,
        Did.ROSTER_PERSON_ADDED,
        Did.ROSTER_GUESTS_ADDED,
        Did.ROSTER_VOIDED,
        Did.ROSTER_VOID_UNDONE,
        Did.ROSTER_MET,
        Did.ROSTER_MET_UNDONE,
        Did.HEADS_COUNTED,
        Did.HEAD_COUNT_UNDONE,
        Did.ROSTER_RECONCILED,
        Did.ROSTER_PRINTED,
    ),
    "Members and passes": (
        Did.MEMBERS_OPENED,
        Did.MEMBER_ENROLLED,
        Did.MEMBER_LEFT,
        Did.PASSCARD_ISSUED,
        Did.PASSCARD_REPLACED,
        Did.PASSCARDS_REVOKED,
    ),
    "Groups and sessions": (
        Did.GROUP_ADDED,
        Did.GROUP_CHANGED,
        Did.GROUP_PUT_AWAY,
        Did.SESSION_ADDED,
        Did.SESSION_CHANGED,
        Did.SESSION_CANCELLED,
        Did.SESSION_RESTORED,
        Did.PLANS_IMPORTED,
    ),
    "Staff": (
        Did.STAFF_ADDED,
        Did.STAFF_DISABLED,
        Did.STAFF_ENABLED,
        Did.STAFF_ROLES_SET,
        Did.STAFF_LANGUAGES_SET,
        Did.STAFF_OFFERS_SET,
        Did.PASSPHRASE_GIVEN,
    ),
    "Exports": (Did.EXPORTED_CALLBACKS, Did.EXPORTED_ATTENDANCE),
    "One person's data": (
        Did.PERSON_SHOWN,
        Did.PERSON_EXPORTED,
        Did.PERSON_CORRECTED,
        Did.PERSON_ERASED,
        Did.PERSON_ERASED_MISTAKE,
    ),
    "Records": (
        Did.AUDIT_OPENED,
        Did.AUDIT_VERIFIED,
        Did.RETENTION_BEGUN,
        Did.RETENTION_DONE,
        Did.RETENTION_RUN,
        Did.RETENTION_AGREED,
    ),
    "The kiosk": (
        Did.CLINIC_FOUNDED,
        Did.MAINTENANCE_UNLOCKED,
        Did.MAINTENANCE_REFUSED,
        Did.CLOSED_TO_VISITORS,
        Did.OPENED_TO_VISITORS,
        Did.CLOCK_TRUSTED,
        Did.VISITOR_REFUSED,
        Did.RECORDS_MISSING,
        Did.HELPLINES_PUBLISHED,
        Did.SCANNER_TESTED,
    ),
}
"""The actions by what they are about, to choose one in two steps."""


NOTE_HEADS = "Note its head away from the machine, for `kiosk audit verify --head` next time:"
"""What stands before the lines of `describe_heads`."""


def describe_action(action: str) -> str:
    """Return what was done; the code of a later version stands for itself."""
    return ACTION_TEXTS.get(action, action.replace("_", " "))


def entry_number(position: int) -> int:
    """Return the number by which people call an entry: the first one is 1."""
    return position + 1


def describe_verdict(found: AuditVerdict) -> str:
    """Return in plain words whether the trail is whole, has all noted heads, tells everything."""
    sentences = (_describe_trails(found), *map(_describe_untold, found.untold))
    if not found.lost:
        return " ".join(sentences)
    heads = " and ".join(map(str, found.lost))
    lost = (
        f"The noted head {heads} is not in it: entries were taken away, or an older copy of the"
        " records was put back."
    )
    return " ".join((lost, *sentences))


def describe_heads(found: AuditVerdict) -> tuple[str, ...]:
    """Return the end of each trail that is whole, to be noted away from the machines."""
    several = len(found.trails) > 1
    return tuple(
        f"{trail.head}  {trail.machine}" if several else str(trail.head)
        for trail in found.trails
        if trail.head is not None
    )


def _describe_untold(untold: UntoldChanges) -> str:
    counts = ((untold.changed, "change"), (untold.deleted, "deletion"))
    done = [f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in counts if count]
    return (
        f"{' and '.join(done)} by {untold.machine or 'an unknown desk'} stand in no trail: somebody"
        " may have its password. Ask whoever looks after the centre to revoke it and to put back"
        " what was changed."
    )


def _describe_trails(found: AuditVerdict) -> str:
    machines = len(found.trails)
    if not found.broken:
        if machines > 1:
            return (
                f"The trails of all {machines} machines are whole: their {found.entries:,} entries"
                " are as they were written."
            )
        if found.entries == 1:
            return "The trail is whole: its one entry is as it was written."
        return f"The trail is whole: its {found.entries:,} entries are as they were written."
    if machines == 1:
        return f"The trail is NOT whole: {_describe_break(found.broken[0])}."
    breaks = "; ".join(
        f"on {trail.machine or 'an unknown machine'} {_describe_break(trail)}"
        for trail in found.broken
    )
    whole = machines - len(found.broken)
    rest = f" The trails of {whole} other machines are whole." if whole > 1 else ""
    return f"The trail is NOT whole: {breaks}.{rest}"


def _describe_break(trail: Trail) -> str:
    at = trail.broken_at or 0
    if not trail.entries:
        return "all of it is missing"
    if at >= trail.entries:
        return f"what came after entry {at} is missing"
    return f"entry {entry_number(at)} was changed, or one before it is missing"
