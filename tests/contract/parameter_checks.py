"""Holds one parameter of the catalogue against what the contract really does with it."""

from __future__ import annotations

import copy
import re
from typing import Any

from mediaprep.contract import codes, endpoints, limits
from mediaprep.contract.chapters.fields import Link, Script, Slot, Storage, Unset
from mediaprep.contract.paths import bare
from mediaprep.contract.profiles import get as profile_of
from mediaprep.contract.rules import requests
from mediaprep.model.findings import Verdict
from tests.contract.payloads import AUDIO, GONE, SCRIPT, TEXT, URL, put

NICKNAMES = {
    "ppt_getprogress" if name == "ppt_progress" else row.path.rpartition("/")[2]: name
    for name, row in endpoints.ENDPOINTS.items()
}
"""What the catalogue calls an endpoint → what we call it."""

# What the catalogue's `default` says in words: the service decides.
IN_WORDS = {
    "the avatar's own voice",
    "exclusive first, then shared",
    "Exclusive if concurrency bought, else Shared if hour package bought, else submit fails",
}

# Required when something holds that only the account's lists show.
UNSEEN = "the voice is multi-language"

SAMPLES: dict[str, Any] = {"string": "text", "int": 1, "float": 1.0, "bool": True}
WRONG: dict[str, list[Any]] = {
    "string": [5, 0, 1.5, True, None, [], {}],
    "int": ["1", 1.5, 1.0, True, False, None, [], {}],
    "float": ["1", "", True, False, None, [], {}, float("nan"), float("inf"), 10**400],
    "bool": [0, 1, "true", None, []],
    "array": [{}, "x", 5, None],
    "object": [[], "x", 5, None],
}
JSON_TYPES = {"SpeechParam": "object", "VideoParam": "object", "string(JSON)": "string"}


def check(endpoint: str, rule: dict[str, Any], slot: Slot) -> None:
    """Everything the catalogue says of this parameter; AssertionError names the first that does not hold."""
    probe = _Probe(NICKNAMES[endpoint], rule, slot)
    probe.type()
    probe.required()
    for name in ("range", "enum", "chars", "regex", "default", "unset", "items", "markup", "marks", "files"):
        getattr(probe, name)()


class _Probe:
    def __init__(self, endpoint: str, rule: dict[str, Any], slot: Slot) -> None:
        self.endpoint, self.rule, self.slot = endpoint, rule, slot
        self.path: str = rule["path"]
        self.name = rule["id"]
        kind = rule["type"]
        self.kind = "array" if kind.startswith("array") else JSON_TYPES.get(kind, kind)

    # ── helpers ────────────────────────────────────────────────────────────────────────────────

    def bases(self) -> list[dict[str, Any]]:
        made = [TEXT[self.endpoint]]
        return made + ([AUDIO[self.endpoint]] if self.endpoint in AUDIO else [])

    def base(self) -> dict[str, Any]:
        audio = "ActionParams" in self.path or self.path.endswith("InputAudioUrl")
        return AUDIO[self.endpoint] if audio else TEXT[self.endpoint]

    def said(self, value: Any, base: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
        """kind of rule → violation, of those at this parameter when it has this value."""
        payload = copy.deepcopy(self.base() if base is None else base)
        for other, held in others.items():
            put(payload, other.replace("__", "."), held)
        place = put(payload, self.path, value)
        prefix = f"{self.endpoint}.{bare(self.path)}."
        return {
            found.rule.removeprefix(prefix).split("@")[0]: found
            for found in requests.violations(self.endpoint, payload)
            if found.parameter == place
        }

    def holds(self, condition: bool, what: str) -> None:
        assert condition, f"{self.name} {self.path}: {what}"

    def refused(self, value: Any, kind: str, code: int, **others: Any) -> None:
        found = self.said(value, **others)
        shown = str(value)[:40]
        self.holds(kind in found, f"{shown} should break {kind}, broke {sorted(found)}")
        self.holds(found[kind].code == code, f"{shown}: code {found[kind].code}, not {code}")
        message = found[kind].message
        self.holds(bool(message.en and re.search(r"[\u4e00-\u9fff]", message.zh)), "says itself twice")

    def taken(self, value: Any, kind: str, **others: Any) -> None:
        found = self.said(value, **others)
        self.holds(kind not in found, f"{str(value)[:40]} should not break {kind}")

    # ── checks ─────────────────────────────────────────────────────────────────────────────────

    def type(self) -> None:
        self.holds(self.slot.json_type == self.kind, f"type {self.slot.json_type}, not {self.kind}")
        for value in WRONG[self.kind]:
            self.refused(value, "type", codes.BAD_PARAMETER)
        if self.kind in SAMPLES:
            self.taken(SAMPLES[self.kind], "type")
        if self.kind == "float":
            self.taken(1, "type")

    def required(self) -> None:
        asked = self.rule["required"]
        if asked == "always":
            self.holds("required" in self.said(GONE), "missing should be refused")
            if self.kind == "string":
                self.holds("required" in self.said(""), "empty should count as missing")
            if "tolerate_missing_when" in self.rule:
                audio = AUDIO[self.endpoint]
                self.holds("required" not in self.said(GONE, audio), "may be left out with audio drive")
        elif asked == "never":
            for base in self.bases():
                self.holds("required" not in self.said(GONE, base), "should never be required")
        else:
            self.required_when(asked["when"])

    def required_when(self, when: str) -> None:
        if when.startswith(UNSEEN):
            self.holds(not self.said(GONE), "cannot be judged here and must not be refused")
        elif when.startswith("the LogoParam object"):
            payload = copy.deepcopy(self.base())
            place = put(payload, self.path, "x")
            put(payload, self.path, GONE)
            told = {(f.where, f.verdict) for f in requests.advice(self.endpoint, payload)}
            self.holds((place, Verdict.ADVISED) in told, "missing should be advised")
            self.holds("required" not in self.said(GONE), "missing should not be refused")
        elif "(inferred)" in when:
            put_first = self.said(GONE, None, **{self.path.replace(".", "__"): 1})
            self.holds("required" in put_first, "missing should be refused")
        elif "==" in when and "DriverType" not in when:
            self.one_of_two()
        else:
            by_text = "Text" in when
            needing, free = (TEXT, AUDIO) if by_text else (AUDIO, TEXT)
            self.holds(
                "required" in self.said(GONE, needing[self.endpoint]), f"should be required when {when}"
            )
            self.holds("required" not in self.said(GONE, free[self.endpoint]), f"required only when {when}")

    def one_of_two(self) -> None:
        """TimbreKey or VirtualmanKey: refused only when both are missing."""
        base = {key: value for key, value in TEXT["tts"].items() if key != "TimbreKey"}
        refused = {found.rule for found in requests.violations("tts", base)}
        self.holds(refused == {"tts.TimbreKey.required"}, "both missing should be refused")
        self.holds(not self.said("key", base), "one of the two is enough")

    def range(self) -> None:
        bounds = self.rule.get("range")
        if not bounds:
            return
        step = 1 if self.kind == "int" else 1e-6
        low, high = bounds["min"], bounds["max"]
        inside, outside = [], []
        if isinstance(high, (int, float)):
            inside.append(high)
            outside.append(high + step)
        if bounds.get("min_inclusive", True):
            inside.append(low)
            outside.append(low - step)
        else:
            inside.append(low + step)
            outside.append(low if not self.unset_is_fine() else low - step)
        for value in inside:
            self.taken(float(value) if self.kind == "float" else value, "range")
        for value in outside:
            if not (value == 0 and self.unset_is_fine()):
                self.refused(value, "range", codes.BAD_PARAMETER)
        documented = self.rule.get("documented_error")
        if documented:
            found = self.said(high + step)["range"]
            self.holds(found.service_message == documented["message"], f"says {found.service_message}")
            self.holds(found.code == documented["code"], "code of the documented error")

    def unset_is_fine(self) -> bool:
        return bool(self.rule.get("zero_means_unset") or self.rule.get("zero_means_default"))

    def enum(self) -> None:
        for value in self.rule.get("enum", ()):
            self.taken(value, "choice")
        if "enum" in self.rule:
            wrong = "NoSuchValue" if self.kind == "string" else 99
            self.refused(wrong, "choice", codes.BAD_VALUE)
            if self.rule.get("empty_means_default"):
                self.holds(not self.said(""), "empty means the default")
            elif self.kind == "string" and self.endpoint != "ppt":
                self.holds(bool(self.said("")), "empty is no value of this enum")

    def chars(self) -> None:
        most = self.rule.get("max_chars") or self.rule.get("max_chars_exclusive", 0) - 1
        kinds = (
            ("length",)
            if most != 20_000 and not self.rule.get("ssml")
            else ("characters", "spoken_characters")
        )
        if most > 0:
            self.holds(not set(kinds) & set(self.said("字" * most)), f"{most} characters are fine")
            self.holds(
                bool(set(kinds) & set(self.said("字" * (most + 1)))), f"{most + 1} characters are too many"
            )
        least = self.rule.get("min_chars")
        if least:
            self.refused("字" * (least - 1), "characters", codes.BAD_PARAMETER)
            self.holds(not self.said("字" * least), f"{least} characters are fine")
        for when, fewer in self.rule.get("max_chars_when", {}).items():
            path, value = re.fullmatch(r"([\w.]+) == '(\w+)'", when).groups()  # type: ignore[union-attr]
            others = {path.replace(".", "__"): value}
            self.holds(not self.said("字" * fewer, **others), f"{fewer} are fine when {when}")
            self.refused("字" * (fewer + 1), "spoken_characters", codes.BAD_PARAMETER, **others)

    def regex(self) -> None:
        if "regex" not in self.rule:
            return
        wanted = re.compile(self.rule["regex"])
        for value in ("#FFF", "#ffffff", "#12aBcD", "#GGGGGG", "FFFFFF", "white", "#FFFFFF0", "#FFFFFF\n"):
            right = bool(wanted.fullmatch(value))
            self.holds(
                ("form" in self.said(value)) is not right, f"{value!r} is {'right' if right else 'wrong'}"
            )

    def default(self) -> None:
        if "default" in self.rule:
            documented = self.rule["default"]
            held = self.slot.info.default
            words = documented in IN_WORDS
            self.holds(held is None if words else held == documented, f"default {held!r}, not {documented!r}")

    def unset(self) -> None:
        if not self.unset_is_fine():
            if self.path.endswith("Speed"):
                self.refused(0, "range", codes.BAD_PARAMETER)
            return
        self.holds(self.slot.mark(Unset) is not None, "0 or empty should mean unset")
        blank = "" if self.kind == "string" else 0
        self.holds(not self.said(blank), f"{blank!r} should be accepted")
        payload = copy.deepcopy(self.base())
        put(payload, self.path, blank)
        sent = str(requests.wire(self.endpoint, payload, profile_of()))
        self.holds(f"'{self.path.rpartition('.')[2]}'" not in sent, "a blank is never sent")

    def items(self) -> None:
        most, least = self.rule.get("max_items"), self.rule.get("min_items")
        element: Any = URL
        if self.path.endswith("DisableIntervals"):
            made = [{"StartTime": n * 2.0, "EndTime": n * 2.0 + 1} for n in range(6)]
        else:
            made = [element] * 11
        if isinstance(most, int):
            self.taken(made[:most], "count")
            self.refused(made[: most + 1], "count", codes.BAD_PARAMETER)
        if least:
            self.refused([], "count", codes.BAD_PARAMETER)

    def markup(self) -> None:
        if self.rule.get("ssml"):
            self.holds(self.slot.mark(Script) is not None, "is a script")
            self.refused(SCRIPT + "<break>", "well_formed", codes.BAD_VALUE)
        if self.rule.get("xml_escape"):
            self.refused(SCRIPT + "A&B", "well_formed", codes.BAD_VALUE)
            self.holds(not self.said(SCRIPT + "A&amp;B"), "an escaped text is fine")
        if self.rule.get("no_newline"):
            self.refused(SCRIPT + "\n" + SCRIPT, "lines", codes.BAD_PARAMETER)
        if str(self.rule.get("format", "")).startswith("JSON"):
            for wrong in ("x", "[]", '{"a": 1}', '{"a": {"colorValue": "1"}}', '{"a": {"boolValue": true}}}'):
                self.refused(wrong, "json", codes.BAD_VALUE)
            self.holds(not self.said('{"a": {"colorValue": 16448250}, "b": {"boolValue": true}}'), "is right")
        if "decimals" in self.rule:
            payload = copy.deepcopy(self.base())
            place = put(payload, self.path, 1.00001)
            told = [f.rule for f in requests.advice(self.endpoint, payload) if f.where == place]
            self.holds(any(rule.endswith(".decimals") for rule in told), "more than 3 decimals are advised")

    def marks(self) -> None:
        row = endpoints.ENDPOINTS[self.endpoint]
        place = self.path + "[]" * self.slot.array
        if self.rule.get("s3_upload"):
            self.holds(
                place in row.storage_fields and self.slot.mark(Storage) is not None, "is a storage URL"
            )
        elif "media" in self.rule:
            self.holds(place in row.url_fields and self.slot.mark(Link) is not None, "is a URL to fetch")
        for code in _codes(self.rule.get("failure")):
            table = codes.TASK if "task" in str(self.rule["failure"]["table"]) else codes.INTERFACE
            self.holds(code in table or code in codes.INTERFACE, f"code {code} is known")

    # ── files ──────────────────────────────────────────────────────────────────────────────────

    def files(self) -> None:
        media = self.rule.get("media")
        if not media:
            return
        rows = {row.measure: row for row in limits.limits_for(self.endpoint, self.path)}
        wanted = {f for f in media.get("formats", media.get("containers", ())) if f != "jpeg"}
        named = {str(v) for m in ("format", "container") if m in rows for v in rows[m].bound.allowed}  # type: ignore[attr-defined]
        self.holds(named == wanted, f"formats {named}, not {wanted}")
        if "video_codec" in media:
            self.verdicts(rows["codec"], {"h264": "pass", "hevc": "refused", "mpeg4": "refused"})
        if "size" in media:
            self.size(rows["size_bytes"], media["size"])
        if "max_pages" in media:
            most = media["max_pages"]
            self.verdicts(rows["pages_total"], {most: "pass", most + 1: "refused", 0: "refused"})
        for key, bad in (("side_px", "refused"), ("side_px_advised", "advised")):
            if key in media:
                low, high = media[key]["min"], media[key]["max"]
                for side in ("width", "height"):
                    self.verdicts(rows[side], {low: "pass", high: "pass", low - 1: bad, high + 1: bad})
        if "aspect_w_h_advised" in media:
            self.verdicts(rows["aspect"], {0.5: "pass", 2.0: "pass", 0.49: "advised", 2.01: "advised"})
        if "duration_s" in media:
            self.duration(rows["seconds"], media["duration_s"])

    def verdicts(self, row: limits.Limit, wanted: dict[Any, str]) -> None:
        found = {value: row.bound.verdict(value).value for value in wanted}
        self.holds(found == wanted, f"{row.id}: {found}, not {wanted}")

    def size(self, row: limits.Limit, size: dict[str, Any]) -> None:
        decimal, binary = size["decimal_bytes"], size["binary_bytes"]
        at_decimal = "pass" if size["relation"] == "<=" else "advised"
        beyond = "refused" if size["hard"] else "advised"
        at_binary = "advised" if size["relation"] == "<=" else beyond
        self.verdicts(row, {decimal - 1: "pass", decimal: at_decimal, decimal + 1: "advised"})
        self.verdicts(row, {binary - 1: "advised", binary: at_binary, binary + 1: beyond})

    def duration(self, row: limits.Limit, seconds: dict[str, Any]) -> None:
        low, high = seconds["min"], seconds["max"]
        self.verdicts(row, {low: "pass", high: "pass", low - 0.001: "refused", high + 0.001: "refused"})
        for key, most in seconds.items():
            if key.startswith("max_when_"):
                request = copy.deepcopy(AUDIO[self.endpoint])
                if key.endswith("TransparentMov"):
                    put(request, "VideoParam.Format", "TransparentMov")
                else:
                    put(request, "PageConfigs[].VirtualmanKey", "")
                place = put(request, self.path, URL)
                rows = {r.measure: r for r in limits.limits_for(self.endpoint, place, request)}
                self.verdicts(
                    rows["seconds"], {most: "pass", most + 0.001: "refused", low - 0.001: "refused"}
                )


def _codes(failure: dict[str, Any] | None) -> list[int]:
    if failure is None:
        return []
    return failure.get("codes", [failure.get("code")])
