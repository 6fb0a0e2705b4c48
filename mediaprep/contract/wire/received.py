"""Values as they come from the wire, read without trust: bodies, headers, TaskIds. What none of them may do is raise:
a value that nobody could mean is none (None, ""), a body that is no answer is BadEnvelope.

A submit was paid for when its answer arrives, so its TaskId is found in whatever is left of the answer.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from mediaprep.contract.wire import envelope
from mediaprep.contract.wire.envelope import BadEnvelope

TASK_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""The docs give no form; all that was ever seen are 32 hexadecimal digits."""
_ESCAPED_ID: Final = re.compile(r"(?:[0-9A-Za-z_-]|%[0-9A-F]{2}){1,4096}")
_OUTSIDE: Final = re.compile(r"[^0-9A-Za-z_-]")
_MOST_ID: Final = 340  # characters; escaped, each takes 12 at most
_MOST_LENGTH: Final = 10**18
_MOST_WHOLE: Final = 2**63
_LATEST: Final = 253_402_300_800.0  # the year 10000
_MOST_WAIT: Final = 3600.0
_UNSAID: Final = re.compile("[\x00\ud800-\udfff]")  # neither UTF-8 nor every database can carry them
_DIGITS: Final = re.compile(r"\s*(-?[0-9]{1,19})\s*")  # what a long holds
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-[0-9]{0,18}/([0-9]{1,18}|\*)")
_VALIDATOR: Final = re.compile(r'"[\x21\x23-\x7e]{0,1024}"')
_CODES: Final = re.compile(rb'"Code"\s*:\s*([^\s,}]{1,20})')
_IDS: Final = re.compile(rb'"TaskId"\s*:\s*"([0-9A-Za-z_-]{1,64})"')


# --- bodies ---


def body(data: bytes) -> dict[str, Any]:
    """An answer's body. Numbers that nobody could mean are None, bytes that are no UTF-8 are spelled out. Raises
    BadEnvelope for what is no object, and for a key that is given twice: nobody knows which is meant."""
    try:
        value = json.loads(
            data.decode("utf-8", "backslashreplace"),
            object_pairs_hook=envelope.unique,
            parse_constant=lambda _: None,
            parse_float=_finite,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BadEnvelope(
            f"body is not JSON: {error.msg} ({place})",
            f"应答不是合法的 JSON（第 {error.lineno} 行第 {error.colno} 列）",
        ) from None
    except RecursionError:
        raise envelope.too_deep() from None
    if not isinstance(value, dict):
        raise BadEnvelope("body is not a JSON object", "应答不是 JSON 对象")
    envelope.refuse_deep(value)
    return value


def clean(value: Any) -> Any:
    """`value` with what no file and no database could keep spelled out: half surrogate pairs, NUL."""
    if isinstance(value, dict):
        return {text(name): clean(item) for name, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return text(value) if isinstance(value, str) else value


def text(value: str) -> str:
    """One text, cleaned."""
    return _UNSAID.sub(lambda sign: f"\\u{ord(sign[0]):04x}", value)


def whole(value: object) -> int | None:
    """A number however it is spelled, if a long can hold it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = _DIGITS.fullmatch(value)
        value = int(found[1]) if found else None
    if not isinstance(value, int | float) or not -_MOST_WHOLE < value < _MOST_WHOLE:  # NaN is not between
        return None
    return int(value)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= 19 else None


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if abs(value) != float("inf") else None


# --- TaskIds ---


def task_id(value: object) -> str:
    """A TaskId as it is kept: as it came where it has the common form, else with each other sign as the %XX of its
    bytes; "" where it is no text, empty, or too long to be one."""
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_ID:
        return ""
    return _OUTSIDE.sub(_escaped, value)


def sent_task_id(kept: str) -> str:
    """The TaskId as the service knows it."""
    if not _ESCAPED_ID.fullmatch(kept):
        return kept
    try:
        return unquote_to_bytes(kept).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return kept


def is_kept_task_id(said: str) -> bool:
    """Whether `said` can be a TaskId as `task_id` keeps it."""
    return bool(TASK_ID.fullmatch(said)) or ("%" in said and task_id(sent_task_id(said)) == said)


def is_plain_task_id(said: str) -> bool:
    """Whether a TaskId has the common form, and nothing had to be escaped."""
    return bool(TASK_ID.fullmatch(said))


def salvaged_task_id(data: bytes) -> str:
    """The TaskId in a body that cannot be read as a whole (cut, damaged): the only one that it names, if it says
    success and nothing else; else ""."""
    codes, ids = set(_CODES.findall(data)), set(_IDS.findall(data))
    known: bytes = ids.pop() if codes == {b"0"} and len(ids) == 1 else b""
    return known.decode("ascii")


def _escaped(sign: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in sign[0].encode("utf-8", "surrogatepass"))


# --- headers ---


def date(said: str) -> float | None:
    """A date of HTTP in seconds since 1970; None for what is none."""
    if len(said) > 64:
        return None
    try:
        when = parsedate_to_datetime(said)
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError, OSError):
        return None
    return seconds if 0 <= seconds < _LATEST else None


def wait(said: str, now: float | None) -> float | None:
    """Seconds of a Retry-After, given as a number or as a date after `now`; at most an hour."""
    said = said.strip()
    if _LENGTH.fullmatch(said):
        return min(float(said), _MOST_WAIT)
    until = date(said)
    return None if now is None or until is None else min(max(0.0, until - now), _MOST_WAIT)


def length(said: str) -> int | None:
    """Bytes of a Content-Length."""
    said = said.strip()
    return int(said) if _LENGTH.fullmatch(said) else None


def content_range(said: str) -> tuple[int, int | None] | None:
    """Where a part begins, and bytes of the whole (None: not said)."""
    found = _RANGE.fullmatch(said.strip())
    return (int(found[1]), length(found[2])) if found else None


def validator(etag: str, last_modified: str) -> str:
    """What If-Range can repeat: a strong ETag, else a date; "" where there is neither. A weak ETag does not promise
    the same bytes."""
    if _VALIDATOR.fullmatch(etag):
        return etag
    return last_modified if date(last_modified) is not None else ""
