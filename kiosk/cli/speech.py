"""`kiosk speech`: hearing what this machine speaks with, and what is still to be recorded."""

import time

import typer

from kiosk.bootstrap.data_folder import data_dir
from kiosk.cli.output import Format, FormatOption, show
from kiosk.cli.usage import NotDone, Noun, Verb, print_help

app = typer.Typer(
    cls=Noun, help="The kiosk's voice.", invoke_without_command=True, callback=print_help
)
_LONGEST_SECONDS = 20.0
_POLL_SECONDS = 0.05
_SILENT = "nothing here speaks it"
_TESTED = "Help now"
"""A sentence that every language of the screens has."""


@app.command("test", cls=Verb)
def test(form: FormatOption = Format.TABLE) -> None:
    """Say a sentence in each language, to hear whether it is right.

    Exits with 1 where one was not said.
    """
    from kiosk.bootstrap.speech import VOICES, open_speaker
    from kiosk.content.translations import Texts
    from kiosk.domain.speech import Utterance
    from kiosk.settings import read_settings

    folder = data_dir()
    speaker = open_speaker(folder, read_settings(folder).speech)
    rows = []
    try:
        speaker.wait_until_found(_LONGEST_SECONDS)
        for code in VOICES:
            text = Texts(code).gettext(_TESTED)
            speaker.say([Utterance(text, code)])
            until = time.monotonic() + _LONGEST_SECONDS
            while speaker.is_speaking and time.monotonic() < until:
                time.sleep(_POLL_SECONDS)
            measured = speaker.measures
            first = measured.first_sound
            rows.append(
                {
                    "language": code,
                    "sentence": text,
                    "said_by": measured.said_by,
                    "first_ms": None if first is None else round(1000 * first),
                    "trouble": measured.trouble or ("" if measured.said_by else _SILENT),
                }
            )
    finally:
        speaker.close()
    show(rows, form, columns=("language", "sentence", "said_by", "first_ms", "trouble"), empty="")
    silent = [row["language"] for row in rows if row["trouble"]]
    if silent:
        raise NotDone(f"Not said: {', '.join(map(str, silent))}. See `kiosk guide speech`.")


@app.command("sentences", cls=Verb)
def sentences(form: FormatOption = Format.TABLE) -> None:
    """List the sentences of the screens, with the name that a recording of each has.

    Those with a gap for a name or a number are left out: they are always synthesised.
    """
    from kiosk.bootstrap.speech import VOICES, recordings_folder
    from kiosk.content.translations import Texts, visitors_sentences
    from kiosk.devices.recordings import Recordings
    from kiosk.domain.speech import recording_id
    from kiosk.settings import read_settings

    folder = data_dir()
    found = Recordings(recordings_folder(folder, read_settings(folder).speech))
    rows, seen = [], set()
    for code in VOICES:
        for english, text in visitors_sentences(Texts(code)):
            identity = recording_id(text)
            if (code, identity) not in seen:
                seen.add((code, identity))
                is_recorded = found.has(code, identity)
                rows.append(
                    {
                        "file": f"{code}-{identity}.wav",
                        "recorded": "yes" if is_recorded else "no",
                        "sentence": text,
                        "english": english,
                    }
                )
    show(rows, form, columns=("file", "recorded", "sentence", "english"), empty="")
