"""The base of forms in which a manager chooses a passphrase for somebody else."""

from kiosk.domain.passphrases import SHORTEST, PassphraseProblem, check_passphrase
from kiosk.ui.desk.forms import Form, TextRow
from kiosk.ui.desk.managewords import PASSPHRASE_PROBLEMS

_MOST = 256


class ChoosesPassphrase(Form):
    """Has two covered lines, which have to be alike."""

    @staticmethod
    def passphrase_rows(label: str) -> tuple[TextRow, TextRow]:
        """Return the two lines."""
        hint = f"At least {SHORTEST} characters; they choose their own later."
        return (
            TextRow("secret", label, hint, most=_MOST, covered=True),
            TextRow("again", "And again", "The same once more.", most=_MOST, covered=True),
        )

    def read_passphrase(self) -> str | None:
        """Return the passphrase, or None where it will not do, and say why."""
        secret, again = self.covered("secret"), self.covered("again")
        checked = check_passphrase(secret)
        if isinstance(checked, PassphraseProblem):
            self.miss("secret", PASSPHRASE_PROBLEMS[checked])
            return None
        if secret != again:
            self.miss("again", "The two differ; please type it again.")
            return None
        return checked
