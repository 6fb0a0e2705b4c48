"""GET {control}/ui and what belongs to it. Files of ours and no other: no build step, nothing from elsewhere."""

from __future__ import annotations

import dataclasses
import importlib.resources
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from mediaprep import __version__
from mediaprep.emulator.faults.fault_rules import ACTIONS, GROUPS
from mediaprep.emulator.messages import Reply, json_reply
from mediaprep.emulator.page.live_events import ChangeEvents
from mediaprep.emulator.page.page_words import WORDS

_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("page.html", "text/html"),
    "page.js": ("page.js", "text/javascript"),
    "page.css": ("page.css", "text/css"),
}
_MOST_READERS: Final = 32
_GUARDED: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "media-src http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ControlPage:
    """The page of one emulator; `watched` is whatever it shows: readers are told when it changes."""

    def __init__(self, watched: Callable[[], object]) -> None:
        self._watched = watched
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._readers = 0

    def answer(self, name: str) -> Reply:
        """The page itself (""), a file of it, what it says (words.json), or what has changed (events)."""
        if name == "events":
            return self._events()
        if name == "words.json":
            return _guarded(json_reply(_said()))
        if name not in _FILES:
            return json_reply({"error": f"known: {', '.join(sorted(_FILES))}, words.json, events"}, 404)
        file, kind = _FILES[name]
        body = importlib.resources.files(__package__).joinpath(file).read_bytes()
        return _guarded(Reply(headers={"Content-Type": f"{kind};charset=utf-8"}, body=body))

    def close(self) -> None:
        """Ends what is being told to readers."""
        self._stopped.set()

    def _events(self) -> Reply:
        with self._lock:
            if self._readers >= _MOST_READERS:
                return json_reply({"error": f"{_MOST_READERS} pages are open"}, 503)
            self._readers += 1
        kind = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        events = ChangeEvents(self._watched, self._stopped, self._left)
        return _guarded(Reply(headers=kind, body=events, framing="chunked"))

    def _left(self) -> None:
        with self._lock:
            self._readers -= 1


def _guarded(reply: Reply) -> Reply:
    return dataclasses.replace(reply, headers={**reply.headers, **_GUARDED})


def _said() -> dict[str, Any]:
    """Words in both languages, and the faults that can be ordered."""
    faults = {
        name: {"parameters": [*row.needs, *row.takes], "needs": row.needs, "may": row.may, "on": row.on}
        for name, row in ACTIONS.items()
    }
    return {
        "version": __version__,
        "en": {name: text.en for name, text in WORDS.items()},
        "zh": {name: text.zh for name, text in WORDS.items()},
        "faults": faults,
        "groups": {name: list(calls) for name, calls in GROUPS.items()},
    }
