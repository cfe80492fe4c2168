"""Reference data of the first revision."""

from alembic import op

from kiosk.records.migrations.first.columns import blob, flag, ident, number, reference, time, words


def create() -> None:
    """Create the tables that a desk writes and kiosks read."""
    _clinic()
    _groups()
    _people()
    _staff()


def _clinic() -> None:
    op.create_table(
        "site", *reference(), words("name"), words("zone"), words("country"), time("founded_at")
    )
    op.create_table(
        "kiosk_device",
        *reference(),
        words("name"),
        words("symbols"),
        words("pin_hash"),
        blob("sealed_audit_key"),
        time("enrolled_at"),
        time("revoked_at", null=True),
    )
    op.create_table(
        "public_key",
        *reference(),
        words("purpose"),
        words("holder"),
        blob("key_id"),
        blob("raw"),
        time("created_at"),
        time("retired_at", null=True),
    )


def _groups() -> None:
    op.create_table(
        "support_group",
        *reference(),
        words("name"),
        words("public_label"),
        words("about"),
        words("language"),
        words("room"),
        number("capacity", null=True),
        flag("enrolled"),
    )
    op.create_table(
        "group_session",
        *reference(),
        ident("group_id"),
        time("starts_at"),
        time("ends_at"),
        words("room"),
        number("capacity", null=True),
        words("status"),
        words("cancelled_reason", null=True),
    )
    op.create_index("ix_group_session_start", "group_session", ["site_id", "starts_at"])


def _people() -> None:
    op.create_table(
        "participant", *reference(), blob("sealed_name"), words("language"), time("created_at")
    )
    op.create_table("membership", *reference(), ident("participant_id"), ident("group_id"))
    op.create_index("ix_membership_participant", "membership", ["participant_id"])
    op.create_table(
        "passcard",
        *reference(),
        blob("lookup"),
        ident("participant_id"),
        blob("name_box"),
        words("language"),
        time("created_at"),
        time("revoked_at", null=True),
    )
    op.create_index("ix_passcard_lookup", "passcard", ["lookup"])


def _staff() -> None:
    op.create_table(
        "staff_account",
        *reference(),
        words("login"),
        words("roles"),
        words("wrapped_keys"),
        time("created_at"),
        time("disabled_at", null=True),
    )
    op.create_index("ix_staff_account_login", "staff_account", ["site_id", "login"])
