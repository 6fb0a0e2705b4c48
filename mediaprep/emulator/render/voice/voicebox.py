"""The child that holds espeak-ng: a script of its own, standard library only.

espeak-ng keeps everything in global state and can take the process down with it, so it never lives in the
emulator. Run as `python -I voicebox.py LIBRARY DATA_FOLDER ORDER SOUND ANSWER`: ORDER is JSON with
utterances, SOUND becomes raw mono s16 of all of them, ANSWER becomes JSON with their lengths and events.

An utterance: {"voice", "rate", "pitch", "range", "seed", "pieces": [[text, pinyin or null], …]}.
Its answer: {"samples": int, "words": [[piece, offset, milliseconds], …], "pauses": [milliseconds, …]}.
"""

from __future__ import annotations

import ctypes as c
import json
import os
import re
import sys
from pathlib import Path
from typing import IO, Any

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 0x0001
_DONT_EXIT = 0x8000
_UTF8, _PHONEME_INPUT, _END_PAUSE = 0x0001, 0x0100, 0x1000
_WORD, _PHONEME = 1, 7
_RATE, _PITCH, _RANGE = 1, 3, 4
_PINYIN_VOICE = b"cmn-latn-pinyin"
_SYLLABLE = re.compile("[a-z]{1,6}[1-5]")


class _Id(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("unique_identifier", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_position", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", _Id),
    )


_Callback = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))


class _Espeak:
    """One initialised library; sound goes to `sink` as it is made."""

    def __init__(self, library: str, data: Path, sink: IO[bytes]) -> None:
        self.sink = sink
        self.samples = 0
        self.words: list[tuple[int, int]] = []
        self.pauses: list[int] = []
        self._lib = c.CDLL(library)
        self._lib.espeak_Initialize.argtypes = [c.c_int, c.c_int, c.c_char_p, c.c_int]
        self._lib.espeak_SetVoiceByName.argtypes = [c.c_char_p]
        self._lib.espeak_Synth.argtypes = [
            c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint, c.c_void_p, c.c_void_p,
        ]  # fmt: skip
        self._lib.espeak_TextToPhonemes.argtypes = [c.POINTER(c.c_char_p), c.c_int, c.c_int]
        self._lib.espeak_TextToPhonemes.restype = c.c_char_p
        self._lib.espeak_ng_SetRandSeed.argtypes = [c.c_long]
        # A data path of 160 characters or more fails silently, so the name is kept short and relative.
        os.chdir(data.parent)
        self.rate = self._lib.espeak_Initialize(
            _SYNCHRONOUS, 0, data.name.encode(), _PHONEME_EVENTS | _DONT_EXIT
        )
        if self.rate <= 0:
            raise RuntimeError("espeak-ng did not start: its data was not found")
        self._callback = _Callback(self._hear)  # kept: the library holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)

    def _hear(self, sound: Any, count: int, events: Any) -> int:
        if sound and count > 0:
            self.sink.write(c.string_at(sound, count * 2))
            self.samples += count
        at = 0
        while events[at].type:
            event = events[at]
            if event.type == _WORD:
                self.words.append((event.text_position - 1, event.audio_position))
            elif event.type == _PHONEME and event.id.string in (b"_:", b"_"):
                self.pauses.append(event.audio_position)
            at += 1
        return 0

    def choose(self, voice: bytes) -> None:
        if self._lib.espeak_SetVoiceByName(voice) != 0:
            raise RuntimeError(f"espeak-ng has no voice {voice.decode()}")

    def phonemes(self, pinyin: str) -> str:
        """espeak's own spelling of one pinyin syllable with its tone, or "" if it knows none: it would read
        the letters as English then, and says so by "(en)"."""
        self.choose(_PINYIN_VOICE)
        plain = pinyin.lower().replace("ü", "v").replace("u:", "v")
        if not _SYLLABLE.fullmatch(plain):
            return ""
        text = c.c_char_p(plain.encode())
        spelled = self._lib.espeak_TextToPhonemes(c.byref(text), _UTF8, 0) or b""
        first = str(spelled.decode("utf-8", "replace")).split("_|", maxsplit=1)[0]
        return "" if "(" in first else first

    def speak(self, order: dict[str, Any]) -> dict[str, Any]:
        text, spans = self._spell(order["pieces"])
        self.samples, self.words, self.pauses = 0, [], []
        self._lib.espeak_ng_SetRandSeed(int(order["seed"]))  # else breath and flutter follow the clock
        self.choose(order["voice"].encode())
        for parameter, value in ((_RATE, order["rate"]), (_PITCH, order["pitch"]), (_RANGE, order["range"])):
            self._lib.espeak_SetParameter(parameter, int(value), 0)
        raw = text.encode() + b"\0"
        flags = _UTF8 | _PHONEME_INPUT | _END_PAUSE
        if self._lib.espeak_Synth(raw, len(raw), 0, 1, 0, flags, None, None) != 0:
            raise RuntimeError("espeak-ng refused the text")
        words = [(*_place(spans, position), when) for position, when in self.words]
        return {"samples": self.samples, "words": words, "pauses": self.pauses}

    def _spell(self, pieces: list[tuple[str, str | None]]) -> tuple[str, list[tuple[int, int, bool]]]:
        """The text for espeak, and for each piece (start, length of the piece, whether it is phonemes)."""
        text, spans = "", []
        for plain, pinyin in pieces:
            spelled = self.phonemes(pinyin) if pinyin else ""
            spans.append((len(text), len(plain), bool(spelled)))
            # A bracket in plain text must not open a phoneme input.
            text += f"[[{spelled}]]" if spelled else plain.replace("[", "(").replace("]", ")")
        return text, spans


def _place(spans: list[tuple[int, int, bool]], position: int) -> tuple[int, int]:
    """(piece, offset in the piece) of a position in the text given to espeak."""
    index = max((i for i, span in enumerate(spans) if span[0] <= position), default=0)
    start, length, spelled = spans[index]
    offset = 0 if spelled else min(max(0, position - start), max(0, length - 1))
    return index, offset


def main(library: str, data: str, order: str, sound: str, answer: str) -> None:
    """Speaks one order; errors go to stderr as one line and exit code 1."""
    wanted = json.loads(Path(order).read_text(encoding="utf-8"))
    with Path(sound).open("wb") as sink:
        espeak = _Espeak(library, Path(data), sink)
        said = [espeak.speak(utterance) for utterance in wanted["utterances"]]
    Path(answer).write_text(json.dumps({"rate": espeak.rate, "utterances": said}), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:6])
    except (RuntimeError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
