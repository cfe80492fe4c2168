"""Machines speak with the centre they were enrolled at, over TLS, or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.errors import StoreRefused
from kiosk.records.central.connection import (
    CLIENT_CERTIFICATE,
    Address,
    central_engine,
    read_address,
    translated,
)
from tests.support.centres import centre_template as template_of
from tests.support.centres import new_centre
from tests.support.distance import long_line
from tests.support.postgres import Server
from tests.support.proxy import Proxy
from tests.support.rights_rows import A, credentials, settle
from tests.support.tls import Authority, Front, distribution_programs, new_authority, tls_server

ELSEWHERE = "127.0.0.2"
"""A name that is not this machine's, though it leads here."""
CONNECTING = 7
"""Ways there and back with TCP, TLS 1.3 and SCRAM, before the first question."""
MISNAMED = "127.0.0.3"
"""Another such name, which the certificate does not hold."""


@dataclass(frozen=True)
class Guarded:
    """A centre behind a certificate for ELSEWHERE."""

    authority: Authority
    machine: Address
    """A kiosk's, by ELSEWHERE, with the authority's certificate."""
    demand: Callable[[], None]
    """Asks machines for certificates of their own from now on."""
    server: Server | None
    """None where something stands before it."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = new_authority(tmp_path_factory.mktemp("tls") / "authority")
    made.sign("db.example.org", "server", ELSEWHERE)
    return made


@pytest.fixture(scope="module")
def fronted(postgres: str, centre_template: str, authority: Authority) -> Iterator[Guarded]:
    """A server that cannot speak TLS, behind something that can."""
    with new_centre(postgres, centre_template) as made:
        settle(made, A)
        front = Front("", made.address.port, authority)
        own = credentials(made, "kiosk", A.site, A.kiosk)
        machine = replace(own, host=ELSEWHERE, port=front.port, ca_file=str(authority.ca_file))
        yield Guarded(authority, machine, front.demand, None)
        front.close()


@pytest.fixture(scope="module")
def served(authority: Authority) -> Iterator[Guarded]:
    """A distribution's PostgreSQL, which speaks TLS itself."""
    programs = distribution_programs()
    if programs is None:
        pytest.skip("no PostgreSQL with TLS is installed (the wheel's has none)")
    with (
        tls_server(programs, authority, f"127.0.0.1,{ELSEWHERE},{MISNAMED}") as server,
        template_of(server.url()) as template,
        new_centre(server.url(), template) as made,
    ):
        settle(made, A)
        own = credentials(made, "kiosk", A.site, A.kiosk)
        machine = replace(own, host=ELSEWHERE, ca_file=str(authority.ca_file))

        def demand() -> None:
            allow(server, "hostssl all all all scram-sha-256 clientcert=verify-full")

        yield Guarded(authority, machine, demand, server)


@pytest.fixture(params=["fronted", "served"])
def guarded(request: pytest.FixtureRequest) -> Guarded:
    given: Guarded = request.getfixturevalue(request.param)
    return given


def allow(server: Server, rule: str) -> None:
    """Replace the server's rules of who may connect, but for its owner."""
    (server.data / "pg_hba.conf").write_text(f"host all postgres all trust\n{rule}\n")
    engine = central_engine(read_address(server.url()))
    with engine.begin() as owner:
        owner.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def connect(address: Address) -> None:
    """Connect once."""
    engine = central_engine(address)
    try:
        with translated(), engine.connect():
            pass
    finally:
        engine.dispose()


def refused(address: Address) -> str:
    """Fail to connect; return the sentence."""
    with pytest.raises(StoreRefused) as caught:
        connect(address)
    assert caught.value.code == "tls"
    return str(caught.value)


def test_the_right_server_is_believed(guarded: Guarded) -> None:
    connect(guarded.machine)


def test_connecting_takes_seven_ways_there_and_back(guarded: Guarded) -> None:
    """One for TCP, which a line does not see; the others for TLS, the name and the password."""
    port = guarded.machine.port if guarded.server is None else guarded.server.port
    with long_line(port, 0.002, ELSEWHERE) as line:
        connect(replace(guarded.machine, port=line.port))
        assert line.trips <= CONNECTING - 1


def test_a_server_without_tls_is_refused(guarded: Guarded, postgres: str) -> None:
    # A line to a server without TLS, under a name that is not here.
    with Proxy(read_address(postgres).port, host=ELSEWHERE) as plain:
        assert "TLS" in refused(replace(guarded.machine, port=plain.port))


def test_a_server_of_another_name_is_refused(guarded: Guarded) -> None:
    assert "prove" in refused(replace(guarded.machine, host=MISNAMED))


@pytest.mark.parametrize("name", ["An authority for tests", "Somebody else"])
def test_another_authority_is_refused(guarded: Guarded, tmp_path: Path, name: str) -> None:
    foreign = new_authority(tmp_path / "foreign", name)
    assert "prove" in refused(replace(guarded.machine, ca_file=str(foreign.ca_file)))


def test_the_machine_s_own_authorities_do_not_know_this_one(guarded: Guarded) -> None:
    refused(replace(guarded.machine, ca_file=""))


def test_certificates_that_are_named_count_here_too(served: Guarded, tmp_path: Path) -> None:
    here = replace(served.machine, host="127.0.0.1")
    connect(here)
    foreign = new_authority(tmp_path / "foreign")
    refused(replace(here, ca_file=str(foreign.ca_file)))


def test_a_machine_shows_its_own_certificate(guarded: Guarded, tmp_path: Path) -> None:
    machine = guarded.machine
    guarded.demand()
    assert "client.crt" in refused(machine)
    own = guarded.authority.sign(machine.role, Path(CLIENT_CERTIFICATE).stem)
    connect(replace(machine, certificate=str(own)))
    foreign = new_authority(tmp_path / "foreign").sign(machine.role, "client")
    assert "client.crt" in refused(replace(machine, certificate=str(foreign)))


def test_another_machine_s_certificate_is_refused(served: Guarded) -> None:
    served.demand()
    other = served.authority.sign("somebody else", "client")
    with pytest.raises(StoreRefused):
        connect(replace(served.machine, certificate=str(other)))


def test_no_password_is_told_in_plain_text(served: Guarded) -> None:
    assert served.server is not None
    allow(served.server, "host all all all password")
    here = replace(served.machine, host="127.0.0.1", ca_file="")
    with pytest.raises(StoreRefused):
        connect(here)
