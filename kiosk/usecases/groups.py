"""Keeps groups and their sessions; the same id is kept once."""

from dataclasses import replace

from kiosk.domain.groups import GroupPlan, SessionPlan
from kiosk.domain.rules import LONGEST_SESSION
from kiosk.domain.text import clean
from kiosk.errors import SetupError
from kiosk.records import plans as records
from kiosk.records import sessions
from kiosk.records.store import Records
from kiosk.records.tables import SupportGroup
from kiosk.usecases.site import SiteFacts


def add_group(store: Records, site: SiteFacts, plan: GroupPlan) -> None:
    """Keep a group; one of the same id stays as it is."""
    tidied = replace(
        plan,
        name=clean(plan.name),
        public_label=clean(plan.public_label),
        about=clean(plan.about),
        room=clean(plan.room),
    )
    with store.write() as transaction:
        if not sessions.exists(transaction, SupportGroup, plan.id):
            records.add_group(transaction, site.site_id, tidied)


def add_sessions(store: Records, site: SiteFacts, plans: tuple[SessionPlan, ...]) -> None:
    """Keep sessions, all or none; those whose id is known stay as they are.

    Raises SetupError for one that ends before it starts or lasts longer than a day.
    """
    for plan in plans:
        if not plan.starts_at < plan.ends_at <= plan.starts_at + LONGEST_SESSION:
            raise SetupError("A session ends after its start, within 24 hours; mend its times.")
    with store.write() as transaction:
        tidied = (replace(plan, room=clean(plan.room)) for plan in plans)
        records.add_sessions(transaction, site.site_id, tidied)
