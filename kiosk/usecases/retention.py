"""Cleans this machine of what the centre has had for long enough."""

from dataclasses import dataclass

from kiosk.devices.clock import Clock, Entropy
from kiosk.domain.audit import AuditAction
from kiosk.domain.rules import Rules
from kiosk.records import retention
from kiosk.records.store import Records
from kiosk.usecases.auditing import add_entry
from kiosk.usecases.site import SiteFacts


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How much has gone."""

    requests: int
    check_ins: int


def clean_kiosk(
    store: Records, clock: Clock, entropy: Entropy, site: SiteFacts, rules: Rules
) -> Cleaned:
    """Delete sealed requests and check-ins that the centre confirmed long enough ago.

    In small transactions, so that a visitor can check in between them; then the write-ahead log
    is emptied, so that no byte of them is left. Without a centre nothing is deleted.
    """
    requests = check_ins = 0
    while True:
        with store.write() as transaction:
            now = clock.now()
            some_requests = retention.drop_requests(
                transaction, site.kiosk_id, now - rules.requests_kept
            )
            some_check_ins = retention.drop_check_ins(
                transaction, site.kiosk_id, now - rules.check_ins_kept
            )
            requests += some_requests
            check_ins += some_check_ins
            if not some_requests and not some_check_ins:
                longest = max(rules.requests_kept, rules.check_ins_kept)
                retention.drop_confirmations(transaction, now - longest)
                if requests or check_ins:
                    add_entry(transaction, site, entropy, now, AuditAction.RETENTION_RUN)
                break
    store.checkpoint()
    return Cleaned(requests, check_ins)
