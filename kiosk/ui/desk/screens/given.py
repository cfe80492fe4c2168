"""A passphrase for somebody who lost theirs, or whose new roles open more than before."""

from collections.abc import Iterable
from functools import partial

from kiosk.ui.desk import staffasks as asks
from kiosk.ui.desk.forms import Row
from kiosk.ui.desk.pages import PassphrasePage
from kiosk.ui.desk.passphrases import ChoosesPassphrase


class GivenPassphrase(ChoosesPassphrase):
    """A form."""

    def __init__(self, page: PassphrasePage) -> None:
        super().__init__()
        self._page = page

    def heading(self) -> str:
        return f"A new passphrase for {self._page.login}"

    def rows(self) -> Iterable[Row]:
        yield from self.passphrase_rows("Passphrase")

    def keep(self) -> None:
        page, passphrase = self._page, self.read_passphrase()
        if passphrase is None:
            return
        self.say("One moment …")
        done = f"Tell {page.login} the new passphrase; the old one is gone."
        if page.roles is None:
            self.send(partial(asks.give_passphrase, page.account_id, passphrase), done)
        else:
            keep = partial(asks.set_roles, page.account_id, page.roles, passphrase)
            self.send(keep, f"The roles are kept. {done}")
