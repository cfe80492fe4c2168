"""`kiosk notice` and `kiosk metrics`: on a clinic's own file, a desk of a centre, and a kiosk."""

import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics import parser

from kiosk.bootstrap.kiosk import open_kiosk
from kiosk.bootstrap.notices import SECRETS, read_secrets
from kiosk.cli.doctor import examine
from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallbackDraft,
    CallLanguage,
    MessagePolicy,
    Window,
)
from kiosk.domain.health import Verdict
from tests.cli.calling import Kiosk
from tests.cli.test_doctor import TODAY
from tests.support.centres import Centre
from tests.support.linked import join
from tests.support.mail_server import Mailbox, mail_server
from tests.support.tls import new_authority

Settle = Callable[..., None]
SECRET = "whsec_" + "aGVscGxpbmU" * 4
PASSWORD = "a private password"


@pytest.fixture
def settle(demo: Path) -> Settle:
    """Write [notice] into the settings, without hours, which never close, and what is private."""

    def write(secrets: str = "", **values: object) -> None:
        text = (demo / "kiosk.toml").read_text(encoding="utf-8")
        head = re.sub(r'(?m)^(\w+day) = ".*"', r'\1 = ""', text.partition("[notice]")[0])
        lines = [f"{name} = {value!r}" for name, value in values.items()]
        (demo / "kiosk.toml").write_text("\n".join([head, "[notice]", *lines]), encoding="utf-8")
        if secrets:
            (demo / SECRETS).write_text(secrets, encoding="utf-8")
            (demo / SECRETS).chmod(0o600)

    return write


@contextmanager
def mail(settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    authority = new_authority(tmp_path / "ca")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    certificate = authority.sign("localhost", "server", "127.0.0.1")
    with mail_server(Mailbox(certificate, login=("kiosk", PASSWORD))) as box:
        settle(
            f'smtp_user = "kiosk"\nsmtp_password = "{PASSWORD}"',
            mail_to=["calls@clinic.example"],
            mail_from="kiosk@clinic.example",
            smtp=f"127.0.0.1:{box.port}",
            gather_minutes=0,
        )
        yield box


def add_request(demo: Path) -> None:
    kiosk = open_kiosk(demo)
    desk = kiosk.visitor_desks().desk
    id_, secret = desk.new_draft_ids()
    draft = CallbackDraft(
        id=id_,
        slip_secret=secret,
        preferred_name="Mei",
        phone="+6581234567",
        windows=frozenset({Window.ANY}),
        not_before=None,
        call_language=CallLanguage.TAMIL,
        message_policy=MessagePolicy.NONE,
        answered_by_other=AnsweredByOther.ASK_FOR_NAME,
        share_with_team=True,
        ui_language="en",
        consent_version="2026-01",
    )
    desk.request_callback(draft)
    kiosk.store.close()


def test_a_request_is_told_by_mail_once(
    kiosk: Kiosk,
    demo: Path,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with mail(settle, tmp_path, monkeypatch) as box:
        assert kiosk("notice", "send").out == "Nothing to send.\n"
        add_request(demo)
        assert kiosk("notice", "send").out == "mail: It arrived.\n"
        assert kiosk("notice", "send").out == "Nothing to send.\n"
    (one,) = box.mails
    assert re.fullmatch(r"\d+ new requests?, \d+ to call now", str(one["Subject"]))
    (row,) = kiosk("notice", "list", "--format", "json").rows
    assert (row["way"], row["fault"], row["since"]) == ("mail", None, None)
    assert row["sent_at"] is not None


def test_what_is_refused_is_told_everywhere_and_tried_again_when_asked(
    kiosk: Kiosk,
    demo: Path,
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_request(demo)
    with mail(settle, tmp_path, monkeypatch) as box:
        box.answers["MAIL"] = "550 no"
        answer = kiosk("notice", "send")
        assert (answer.code, answer.err) == (1, "kiosk: It did not arrive as it should.\n")
        assert "refused it and answered 550; check the settings in [notice]." in answer.out
        finding = next(one for one in examine(demo, TODAY) if one.subject == "notice")
        assert finding.verdict is Verdict.LOOK
        assert finding.sentence.endswith("Then: `kiosk notice retry`.")
        assert "kiosk_refused_notices 1\n" in kiosk("metrics").out
        assert "is refused" not in kiosk("notice", "list").out
        assert "refused" in kiosk("notice", "list").out
        box.answers.clear()
        assert kiosk("notice", "send").out == "Nothing to send.\n"
        assert kiosk("notice", "retry").out.startswith("1 notice is in line again")
        assert kiosk("notice", "send").out == "mail: It arrived.\n"
        assert kiosk("notice", "retry").out == "Nothing was refused.\n"
    (finding,) = [one for one in examine(demo, TODAY) if one.subject == "notice"]
    assert finding.verdict is Verdict.OK


def test_a_test_says_what_came_back(
    kiosk: Kiosk, demo: Path, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail(settle, tmp_path, monkeypatch) as box:
        assert kiosk("notice", "test").out == "mail: It arrived.\n"
        box.login = ("kiosk", "another")
        answer = kiosk("notice", "test")
        assert answer.code == 1
        assert answer.out == (
            "mail: The mail server does not take the name and password of notice-secrets.toml.\n"
        )
        assert PASSWORD not in answer.out + answer.err
    assert kiosk("notice", "list").out.startswith("No notice was ever sent")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Nobody is to be told here; fill in [notice] in"),
        ({"webhook": "http://clinic.example/"}, "should begin with https:// and hold no name"),
        ({"webhook": "https://me:it@clinic.example/"}, "should begin with https://"),
        ({"webhook": "https://clinic.example/"}, "The webhook needs webhook_secret in"),
        ({"mail_to": ["calls@clinic.example"]}, "needs mail_from and smtp for mail_to"),
        ({"mail_to": "calls@clinic.example"}, 'should be a list, such as ["one", "another"]'),
        ({"mail_to": ["a@b.example\r\nBcc: c"]}, "should be an address such as"),
        ({"smtp": "smtp.clinic.example"}, 'should look like "smtp.clinic.example:587"'),
        ({"command": ["page"]}, "the whole path first"),
        ({"gather_minutes": 900}, "should be 240 or less"),
    ],
)
def test_settings_that_cannot_work_have_a_sentence(
    kiosk: Kiosk, settle: Settle, values: dict[str, object], words: str
) -> None:
    settle(**values)
    assert words in kiosk("notice", "test").sentence()


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (f'webhook_secret = "{SECRET}"', 0o640, "Others can read"),
        ('webhook_secret = "whsec_c2hvcnQ="', 0o600, "at least 24 random bytes"),
        (f'password = "{PASSWORD}"', 0o600, "takes smtp_user, smtp_password, webhook_secret"),
        (f"smtp_password = {PASSWORD}", 0o600, "cannot be read"),
    ],
)
def test_what_is_private_is_read_from_a_private_file_alone(
    kiosk: Kiosk, demo: Path, settle: Settle, text: str, mode: int, words: str
) -> None:
    settle(text, webhook="https://127.0.0.1/")
    (demo / SECRETS).chmod(mode)
    sentence = kiosk("notice", "test").sentence()
    assert words in sentence
    assert PASSWORD not in sentence
    assert SECRET not in sentence


def test_secrets_show_themselves_to_nobody(demo: Path, settle: Settle) -> None:
    settle(f'smtp_password = "{PASSWORD}"')
    assert PASSWORD not in repr(read_secrets(demo))
    assert read_secrets(demo).smtp_password == PASSWORD


def test_a_kiosk_with_a_centre_sends_none(
    kiosk: Kiosk, demo: Path, settle: Settle, centre: Centre
) -> None:
    settle(command=["/bin/true"])
    join(demo, centre)
    for verb in ("send", "test", "list", "retry"):
        assert "staff work at a desk machine" in kiosk("notice", verb).sentence()


def families(text: str) -> dict[str, dict[str, float]]:
    """Read an exposition by an independent parser: by name, each sample's value by its machine."""
    parse: Any = parser.text_string_to_metric_families
    found = {}
    for family in parse(text):
        assert family.type == "gauge"
        assert family.documentation
        assert family.name.endswith(f"_{family.unit}")
        assert family.unit
        found[family.name] = {
            sample.labels.get("machine", ""): sample.value for sample in family.samples
        }
    return found


def test_a_monitor_reads_what_waits_without_a_passphrase(
    kiosk: Kiosk, demo: Path, settle: Settle
) -> None:
    before = families(kiosk("metrics").out)
    assert before["kiosk_waiting_requests"] == {"": 0}
    assert before["kiosk_oldest_request_age_seconds"] == {"": 0}
    settle()
    add_request(demo)
    now = families(kiosk("metrics").out)
    waiting = now["kiosk_waiting_requests"][""]
    assert waiting > 0
    assert 0 <= now["kiosk_call_now_requests"][""] <= waiting
    assert now["kiosk_late_requests"][""] <= waiting
    assert now["kiosk_refused_notices"] == {"": 0}
    assert now["kiosk_helplines_due_timestamp_seconds"][""] > 0
    assert "kiosk_retention_last_run_timestamp_seconds" not in now


def test_a_kiosk_with_a_centre_tells_of_itself_alone(
    kiosk: Kiosk, demo: Path, centre: Centre
) -> None:
    add_request(demo)
    join(demo, centre)
    assert kiosk("sync", "--once").code == 0
    found = families(kiosk("metrics").out)
    assert not [name for name in found if "request" in name or "notice" in name]
    ((_, pending),) = found["kiosk_outbox_rows"].items()
    assert pending == 0
    assert found["kiosk_parked_rows"].keys() == found["kiosk_last_contact_age_seconds"].keys()


def test_a_file_is_replaced_whole(kiosk: Kiosk, demo: Path, tmp_path: Path) -> None:
    place = tmp_path / "kiosk.prom"
    place.write_text("old")
    answer = kiosk("metrics", str(place))
    assert (answer.code, answer.out) == (0, "")
    assert families(place.read_text(encoding="utf-8"))
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir() if path.name != demo.name] == [place.name]
    shutil.rmtree(tmp_path / "gone", ignore_errors=True)
    sentence = kiosk("metrics", str(tmp_path / "gone" / "kiosk.prom")).sentence()
    assert sentence.endswith("cannot be written (No such file or directory).")
