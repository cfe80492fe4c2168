"""`kiosk central`: the database that many kiosks share, and its machines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import central_care, central_join
from kiosk.cli.central_asking import (
    SiteOption,
    UrlOption,
    ViaOption,
    counted,
    owner_address,
    reached_by,
    show_fingerprint,
    site_named,
)
from kiosk.cli.exports import progress
from kiosk.cli.options import absolute
from kiosk.cli.output import write
from kiosk.cli.usage import Noun, Verb, print_help, wrong

if TYPE_CHECKING:
    from kiosk.records.central.address import Address
    from kiosk.records.central.sites import SiteAtCentre
    from kiosk.usecases.centre_adoption import Adopted
    from kiosk.usecases.enrolment import Enrolled, NewMachine

app = typer.Typer(
    cls=Noun,
    help="One database for many kiosks.",
    invoke_without_command=True,
    callback=print_help,
)
_HARDEN = (
    "Only a superuser can also keep machines from taking locks and large objects; run this once"
    " with a superuser's URL."
)
_NO_CLINIC = (
    "The centre is ready. Next: run this again on the clinic's own machine, in its data folder; it"
    " then becomes the first kiosk."
)
_NEXT = """\
Next: `kiosk central enrol NAME --desk` for every desk machine: staff work there from now on.
Then `kiosk run` here, which sends what waits; `kiosk sync --once` sends it at once."""
_ENROLLED = """\
{kind} {symbols} ({name}) may join until {expires:%Y-%m-%d}. Its bundle is {path}.
Fingerprint: {fingerprint}
One-time code, shown only now: {code}
Next: bring the bundle to the machine and the code by another way; there:
  kiosk central join {file}"""
_ONLY_HERE = (
    "The URL names this very machine, so no other one can use this bundle; name the server as"
    " others reach it by --via HOST."
)


@app.command()
def init(
    url: UrlOption = "",
    via: ViaOption = "",
) -> None:
    """Make or upgrade the centre, and bring this clinic to it.

    The database has to be there and its owner may make roles; without TLS it must be on this
    machine. A clinic in the data folder is copied unless the centre has it, and this machine
    becomes its first kiosk; end `kiosk run` and `kiosk desk` before.
    """
    from kiosk import bootstrap
    from kiosk.devices.clock import SystemClock
    from kiosk.usecases.centre import prepare_centre

    owner, folder = owner_address(url), bootstrap.data_dir()
    to = reached_by(owner, via)
    central_join.refuse_demo(folder)
    prepared = prepare_centre(owner, SystemClock())
    if not prepared.hardened:
        typer.echo(_HARDEN, err=True)
    if central_join.has_clinic(folder):
        write(_told(_adopt(folder, owner, to)))
    elif prepared.sites:
        write(f"The centre is up to date. Clinics: {len(prepared.sites)}.")
    else:
        write(_NO_CLINIC)


@app.command(cls=Verb)
def enrol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What staff call the machine.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file for the bundle.")],
    desk: Annotated[bool, typer.Option("--desk", help="A desk machine, not a kiosk.")] = False,
    site: SiteOption = "",
    via: ViaOption = "",
    url: UrlOption = "",
) -> None:
    """Let a new machine join: a bundle for it, and a one-time code.

    The code is shown once and kept nowhere; together they let one machine join, within a week.
    """
    from kiosk.usecases.enrolment import NewMachine

    owner, path = owner_address(url), absolute(out) or out
    to = reached_by(owner, via)
    if path.exists() or path.is_symlink():
        raise wrong("--out", f"{path} exists already; name a new file")
    if not path.parent.is_dir():
        raise wrong("--out", f"there is no folder {path.parent}; make it or plug it in")
    machine = NewMachine(name, "desk" if desk else "kiosk", to)
    made = _enrol(owner, site_named(owner, site), machine, path)
    if to.is_here:
        typer.echo(_ONLY_HERE, err=True)
    show_fingerprint(made.fingerprint)
    write(
        _ENROLLED.format(
            kind="Desk machine" if desk else "Kiosk",
            symbols=made.symbols,
            name=made.name,
            expires=made.expires,
            path=path,
            fingerprint=made.fingerprint,
            code=made.code,
            file=path.name,
        )
    )


app.command(cls=Verb)(central_join.join)
app.command()(central_care.status)
app.command(cls=Verb)(central_care.revoke)
app.command()(central_care.restored)
app.command("import", cls=Verb)(central_care.import_)
app.command()(central_join.reset)


def _enrol(owner: "Address", site: "SiteAtCentre", machine: "NewMachine", path: Path) -> "Enrolled":
    """Enrol a machine; where that fails, no bundle stays behind."""
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.usecases.enrolment import enrol_machine
    from kiosk.vault.bundles import SignedBundle, bundle_text

    def keep(signed: SignedBundle) -> None:
        central_join.write_bundle(path, bundle_text(signed))

    try:
        return enrol_machine(owner, site, machine, SystemClock(), entropy, keep)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _adopt(folder: Path, owner: "Address", to: "Address") -> "Adopted":
    """Bring the clinic of a data folder to the centre, while nobody else works on it."""
    from kiosk import bootstrap
    from kiosk.devices.clock import SystemClock, entropy
    from kiosk.records.store import Store
    from kiosk.usecases.centre_adoption import adopt_clinic

    with central_join.alone(folder), progress("Copying") as tell:
        store = Store.open(folder / bootstrap.DATABASE)
        try:
            return adopt_clinic(store, folder, owner, to, SystemClock(), entropy, tell)
        finally:
            store.close()


def _told(adopted: "Adopted") -> str:
    site = adopted.site
    if not adopted.linked:
        return f"The centre is up to date, and this machine is its kiosk {site.symbols} already."
    copied = f" {counted(adopted.copied, 'row was', 'rows were')} copied." if adopted.copied else ""
    return (
        f"{site.name} is at the centre, and this machine is its kiosk {site.symbols}.{copied}\n"
        f"{counted(adopted.waiting, 'record waits', 'records wait')} here to be sent.\n{_NEXT}"
    )
