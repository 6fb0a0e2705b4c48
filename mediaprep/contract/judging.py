"""What is said of a request: a violation, and the view of a payload through which rules look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediaprep.contract import endpoints
from mediaprep.contract.codes import BAD_PARAMETER, BAD_VALUE
from mediaprep.contract.paths import bare
from mediaprep.model.findings import Finding, Text, Verdict

_PREFIX = "InvalidParameter:请求参数错误: "


@dataclass(frozen=True, kw_only=True)
class Violation:
    """Something the JSON alone shows to be wrong. `parameter` = wire path with indices; `code` and
    `service_message` = what the gateway answers; `message` = what we tell the user."""

    rule: str
    parameter: str
    code: int
    service_message: str
    message: Text
    measured: object = None
    limit: str = ""
    fix: Text | None = None

    def finding(self) -> Finding:
        """The same as a refused finding."""
        return Finding(
            rule=self.rule,
            verdict=Verdict.REFUSED,
            measured=self.measured,
            limit=self.limit,
            message=self.message,
            fix=self.fix,
            where=self.parameter,
        )


def violation(
    endpoint: str,
    parameter: str,
    kind: str,
    said: str,
    message: Text,
    *,
    measured: object = None,
    limit: str = "",
    fix: Text | None = None,
) -> Violation:
    """A violation of `kind` (the last part of its rule's name); `said` = the service's words after its
    prefix. Missing, of the wrong type or out of range is 100001, as in the docs' own example; a wrong value
    or combination is 100002."""
    plain = kind.partition("@")[0]
    shaped = {
        "required",
        "type",
        "range",
        "length",
        "count",
        "characters",
        "spoken_characters",
        "lines",
        "silent",
    }
    return Violation(
        rule=f"{endpoint}.{bare(parameter)}.{kind}",
        parameter=parameter,
        code=BAD_PARAMETER if plain in shaped else BAD_VALUE,
        service_message=_PREFIX + said,
        message=message,
        measured=measured,
        limit=limit,
        fix=fix,
    )


def missing(endpoint: str, parameter: str, why: Text | None = None) -> Violation:
    """A parameter that is not given though it must be; `why` says when it must."""
    en = f"{parameter} is missing" + (f": {why.en}" if why else "")
    zh = f"缺少 {parameter}" + (f"：{why.zh}" if why else "")
    said = f"{parameter} is required"
    return violation(endpoint, parameter, "required", said, Text(en, zh), limit="required")


def advised(
    endpoint: str,
    parameter: str,
    kind: str,
    message: Text,
    *,
    measured: object = None,
    limit: str = "",
    fix: Text | None = None,
    verdict: Verdict = Verdict.ADVISED,
) -> Finding:
    """A finding on a parameter that does not refuse the request."""
    return Finding(
        rule=f"{endpoint}.{bare(parameter)}.{kind}",
        verdict=verdict,
        measured=measured,
        limit=limit,
        message=message,
        fix=fix,
        where=parameter,
    )


@dataclass(frozen=True)
class View:
    """A payload, or one object inside it, read safely: what is absent, blank, or already found wrong (`bad`)
    reads as not given, so that a rule never trips over another rule's finding. `known`: facts of files, avatars and
    voices, under the concrete wire path that names each."""

    endpoint: str
    payload: Mapping[str, Any]
    prefix: str = ""
    bad: frozenset[str] = field(default=frozenset())
    known: Mapping[str, object] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """The concrete path of a parameter of this view; "" is the view itself."""
        return f"{self.prefix}.{path}" if self.prefix and path else self.prefix or path

    def spoiled(self, path: str) -> bool:
        """Whether this parameter, or an object around it, was found wrong already."""
        place = self.at(path)
        return any(place == bad or place.startswith((bad + ".", bad + "[")) for bad in self.bad)

    def raw(self, path: str) -> Any:
        """The value as it came; None when absent or spoiled."""
        value: Any = self.payload
        for name in path.split("."):
            if not isinstance(value, Mapping) or name not in value:
                return None
            value = value[name]
        return None if self.spoiled(path) else value

    def given(self, path: str) -> bool:
        """Whether there is a value that says something: not absent, not "" and not an empty list."""
        value = self.raw(path)
        return value is not None and value not in ("", [])

    def text(self, path: str) -> str:
        value = self.raw(path)
        return value if isinstance(value, str) else ""

    def number(self, path: str) -> float | None:
        value = self.raw(path)
        return value if type(value) in (int, float) else None

    def nonzero(self, path: str) -> bool:
        """A number other than 0, true, or a text that is not empty."""
        from mediaprep.contract.chapters.fields import is_blank

        value = self.raw(path)
        return value is not None and value is not False and not is_blank(value)

    def items(self, path: str) -> list[View]:
        """A view of every object of an array."""
        value = self.raw(path)
        if not isinstance(value, list):
            return []
        return [
            View(self.endpoint, item, f"{self.at(path)}[{index}]", self.bad, self.known)
            for index, item in enumerate(value)
            if isinstance(item, Mapping) and f"{self.at(path)}[{index}]" not in self.bad
        ]

    def inside(self, path: str) -> View:
        """A view of one object (empty when there is none)."""
        value = self.raw(path)
        return View(
            self.endpoint, value if isinstance(value, Mapping) else {}, self.at(path), self.bad, self.known
        )

    @property
    def drive(self) -> str:
        """DriverType; where the docs let it be empty, Text. "" when it was found wrong."""
        if self.spoiled("DriverType"):
            return ""
        return self.text("DriverType") or ("Text" if self.endpoint in ("basic", "advanced", "ppt") else "")

    @property
    def by_text(self) -> bool:
        return self.drive == endpoints.TEXT

    @property
    def by_audio(self) -> bool:
        return self.drive in (endpoints.ORIGINAL, endpoints.MODULATED)
