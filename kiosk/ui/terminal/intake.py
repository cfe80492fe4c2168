"""From bytes to messages: everything that happens to input before it reaches the app's queue."""

from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from kiosk.ui.terminal.budget import Budget
from kiosk.ui.terminal.messages import Scanned
from kiosk.ui.terminal.sanitiser import Sanitiser, Token, TokenKind
from kiosk.ui.terminal.scans import Press, Scan, ScanRecogniser

TYPED_PER_SECOND: Final = 400
"""Keys, taps and pastes; far more than people manage, far less than makes the screen lag."""
SCANS_PER_SECOND: Final = 20

_PARSER_TROUBLE: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What Textual's parser raises on sequences that no sanitiser can foresee."""


class Intake:
    """Joins sanitiser, parser, scan recogniser and flood limit; pure, driven by a clock."""

    def __init__(self) -> None:
        self._sanitiser = Sanitiser()
        self._recogniser = ScanRecogniser()
        # Only its look-up of whole sequences is used, not its stream, which can hang.
        self._parser = XTermParser()
        self._typed = Budget(TYPED_PER_SECOND)
        self._scans = Budget(SCANS_PER_SECOND)

    def deadline(self) -> float | None:
        """When `tick` has to be called if nothing arrives (monotonic seconds), or None."""
        dues = [self._sanitiser.deadline(), self._recogniser.deadline()]
        return min((due for due in dues if due is not None), default=None)

    def feed(self, data: bytes, at: float) -> list[Message]:
        """Take bytes that arrived at `at` and return the messages for the app, in order."""
        return self._messages(self._sanitiser.feed(data, at), at)

    def tick(self, at: float) -> list[Message]:
        """Return the messages that are decided because nothing arrived until `at`."""
        messages = self._messages(self._sanitiser.tick(at), at)
        return messages + self._decided(self._recogniser.tick(at), at)

    def _messages(self, tokens: list[Token], at: float) -> list[Message]:
        messages: list[Message] = []
        for token in tokens:
            match token.kind:
                case TokenKind.KEY:
                    for press in self._presses(token.text):
                        messages += self._decided(self._recogniser.feed(press, at), at)
                case TokenKind.PASTE:
                    messages += self._decided(self._recogniser.flush(), at)
                    messages += self._limited(events.Paste(token.text), at)
                case TokenKind.MOUSE:
                    messages += self._limited(self._parser.parse_mouse_code(token.text), at)
                case TokenKind.SYNCHRONISED:
                    messages.append(TerminalSupportsSynchronizedOutput())
        return messages

    def _decided(self, decided: list[Press | Scan], at: float) -> list[Message]:
        messages: list[Message] = []
        for one in decided:
            if isinstance(one, Press):
                # The budget comes first: naming a key costs more than dropping it.
                if self._typed.spend(at):
                    messages += self._keys(one)
            elif self._scans.spend(at):
                messages.append(Scanned(one.text))
        return messages

    def _limited(self, message: Message | None, at: float) -> list[Message]:
        if message is None or isinstance(message, events.MouseMove):
            return []
        return [message] if self._typed.spend(at) else []

    def _presses(self, text: str) -> list[Press]:
        """Return the keys that one token stands for; characters get Textual's name later."""
        if len(text) == 1 and text.isprintable():
            return [Press(text, text)]
        return [Press(key.key, key.character) for key in self._looked_up(text)]

    def _keys(self, press: Press) -> list[events.Key]:
        if press.key == press.character:
            return self._looked_up(press.key)
        return [events.Key(press.key, press.character)]

    def _looked_up(self, sequence: str) -> list[events.Key]:
        if sequence == "\x1b":
            return [events.Key("escape", "\x1b")]
        try:
            return list(self._parser._sequence_to_key_events(sequence))
        except _PARSER_TROUBLE:
            # One key that Textual cannot read must not end the input thread.
            return []
