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
    from kiosk.bootstrap.speech import examine_speech, open_speaker, voices
    from kiosk.content.translations import Texts
    from kiosk.domain.health import speech_finding
    from kiosk.domain.speech import Utterance
    from kiosk.settings import read_settings

    folder = data_dir()
    settings = read_settings(folder).speech
    speaker = open_speaker(folder, settings)
    rows = []
    try:
        if not speaker.wait_until_found(_LONGEST_SECONDS):
            health = examine_speech(folder, settings)
            raise NotDone(speech_finding(health).sentence)
        for code in filter(voices().get, voices()):
            text = Texts(code, has_pictures=True).gettext(_TESTED)
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
    """List the sentences, each with the name of its recording.

    Those with a gap for a name or a number are left out: they are always synthesised.
    """
    from kiosk.bootstrap.speech import recordings_folder, voices
    from kiosk.content.reviews import read_sentences
    from kiosk.devices.recordings import Recordings
    from kiosk.domain.speech import ENGLISH, recording_id
    from kiosk.settings import read_settings

    folder = data_dir()
    found = Recordings(recordings_folder(folder, read_settings(folder).speech))
    rows: dict[str, dict[str, str]] = {}
    for code in voices():
        for sentence in read_sentences(code):
            texts = sentence.english if code == ENGLISH else sentence.translated
            if len(sentence.english) > 1 or not texts or "{" in sentence.english[0]:
                continue
            identity = recording_id(texts[0])
            name = f"{code}-{identity}.wav"
            rows[name] = {
                "file": name,
                "recorded": "yes" if found.has(code, identity) else "no",
                "sentence": texts[0],
                "english": sentence.english[0],
            }
    show([*rows.values()], form, columns=("file", "recorded", "sentence", "english"), empty="")
