"""Settings: flags > environment > mediaprep.toml of the working folder > the user's own > defaults. Secrets are kept
out of every text that leaves.

Nothing here talks to the outside but reading the settings files. What a file
of the working folder says counts in full only when the user has allowed it (see `trust`).
"""

from __future__ import annotations

import ipaddress
import logging
import os
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mediaprep.config_files import FILE_NAME, GUARDED, KEYS, from_files, nearest, nearest_zh
from mediaprep.errors import BadConfig
from mediaprep.model import waivers as waived
from mediaprep.model.telling.redaction import redact as redact  # noqa: PLC0414  (its door for all rooms above)
from mediaprep.model.telling.redaction import register_secret as register_secret  # noqa: PLC0414

_MOST_BOUGHT: Final = 10_000
_LINE: Final = 120
DEFAULT_PROFILE: Final = "tencent-cn@2026-04"
_BUCKET_NAMES: Final = ("AWS_", "TENCENTCLOUD_", "COS_REGION")
_BUCKET_SECRETS: Final = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_TOKEN",
    "TENCENTCLOUD_SECRET_KEY",
    "TENCENTCLOUD_SESSION_TOKEN",
)
_READ_APART: Final = frozenset({"profile", "accesstoken", "label_key", "concurrency", "audio_concurrency"})
_SECRETS: Final = "/run/secrets"
_MOST_SECRET_BYTES: Final = 64 << 10
_LOCALE_NAMES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


class Secret:
    """A value that shows itself only through `reveal()`; printing and pickling give nothing away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        register_secret(value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere")


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """Everything a command needs to know of its surroundings; `Settings.load()` finds it. `withheld` are settings of a
    file that is not trusted: whoever reads one gets the BadConfig that says so. `sources` says where each value came
    from (flag | environment NAME | secret PATH | file PATH | locale | default), for `doctor`. `aws` are the bucket's
    settings under the names that its own tools use (AWS_*, TENCENTCLOUD_*, COS_REGION); `base_url` None means the
    profile's; `price` is what a minute costs, such as "1.20 CNY"; `concurrency` and `audio_concurrency` are
    how many exclusive video channels and audio channels were bought; `label` (keep, write) and its like say how
    finished videos are labelled, in whose name, and what signs that."""

    profile: str = DEFAULT_PROFILE
    base_url: str | None = None
    appkey: str | None = None
    accesstoken: Secret | None = None
    bucket: str | None = None
    cos_region: str | None = None
    ledger: str | None = None
    gate: str | None = None
    gate_listen: str | None = None
    ffmpeg: str | None = None
    lang: str = "en"
    price: str | None = None
    concurrency: int = 0
    audio_concurrency: int = 0
    label: str | None = None
    label_producer: str | None = None
    label_key: Secret | None = None
    label_key_file: str | None = None
    label_certificate: str | None = None
    label_certificate_key: str | None = None
    aws: Mapping[str, str] = field(default_factory=dict)
    waivers: tuple[waived.Waiver, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, BadConfig] = field(default_factory=dict)

    def __getattribute__(self, name: str) -> Any:
        if name in GUARDED and (refusal := object.__getattribute__(self, "withheld").get(name)) is not None:
            raise BadConfig(refusal.en, refusal.zh)
        return object.__getattribute__(self, name)

    def __repr__(self) -> str:
        told = {name: source for name, source in self.sources.items() if source != "default"}
        line = f"Settings({', '.join(f'{name}: {source}' for name, source in told.items())})"
        return line if len(line) <= _LINE else line[: _LINE - 2] + "…)"

    @staticmethod
    def load(
        flags: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Settings from `flags` (None values are unset), `environ` (os.environ), `file` (what MEDIAPREP_CONFIG
        names; else mediaprep.toml of the working folder, if there is one) and the user's own file. Raises BadConfig
        naming the flag, variable or key."""
        given = os.environ if environ is None else environ
        secrets = secret_files(given)
        environ = {**given, **{name: value for name, (value, _) in secrets.items()}}
        filed = from_files(file, environ)
        found, sources = _gather(flags or {}, environ, filed.values)
        for name, (_, path) in secrets.items():
            if sources.get(name.removeprefix("MEDIAPREP_").lower()) == f"environment {name}":
                sources[name.removeprefix("MEDIAPREP_").lower()] = f"secret {path}"
        withheld = {name: error for name, error in filed.withheld.items() if name not in found}
        if "lang" not in found:
            found["lang"], sources["lang"] = _lang_of_locale(environ)
        found["lang"] = "zh" if found["lang"].lower().startswith("zh") else "en"
        if "base_url" in found:
            found["base_url"] = checked_base_url(found["base_url"], sources["base_url"])
        token, label_key = found.pop("accesstoken", None), found.pop("label_key", None)
        if "appkey" in found:
            register_secret(found["appkey"])
        aws = {name: value for name, value in environ.items() if name.startswith(_BUCKET_NAMES) and value}
        for name in _BUCKET_SECRETS:
            register_secret(aws.get(name, ""))
        for name in KEYS:
            sources.setdefault(name, "default")
        plain: dict[str, Any] = {name: found.get(name) for name in KEYS if name not in _READ_APART}
        return Settings(
            profile=found.get("profile", DEFAULT_PROFILE),
            accesstoken=Secret(token) if token else None,
            label_key=Secret(label_key) if label_key else None,
            concurrency=_count("concurrency", found, sources),
            audio_concurrency=_count("audio_concurrency", found, sources),
            **plain,
            aws=aws,
            waivers=filed.waivers,
            sources=sources,
            withheld=withheld,
        )

    def gateway(self, service: str) -> str:
        """Where requests go: `base_url`, or the `service` of the profile for settings that were loaded. Raises
        BadConfig for settings made by hand that name neither: the service is never met by mistake."""
        if self.base_url or self.sources:
            return self.base_url or service
        raise BadConfig(
            f"Settings() names no gateway: use Settings.load(), or say base_url={service!r}",
            f"Settings() 未指明网关：请用 Settings.load()，或写明 base_url={service!r}",
        )

    def credentials(self) -> tuple[str, Secret]:
        """appkey and accesstoken. Raises BadConfig saying how to set what is missing."""
        missing = [
            name for name, value in (("APPKEY", self.appkey), ("ACCESSTOKEN", self.accesstoken)) if not value
        ]
        if missing or self.appkey is None or self.accesstoken is None:
            names = ", ".join(f"MEDIAPREP_{name}" for name in missing)
            raise BadConfig(
                f"no credentials: set {names} (from the platform's asset page), or a 0600 {FILE_NAME}; "
                "without an account: mediaprep init, and run with --emulator",
                f"缺少鉴权信息：请设置 {names}（见数智人平台“资产管理”页），或写入权限为 0600 的 {FILE_NAME}；"
                "没有账号时可用 mediaprep init 并加 --emulator 运行",
            )
        return self.appkey, self.accesstoken


def secret_files(environ: Mapping[str, str]) -> dict[str, tuple[str, Path]]:
    """What containers are given as files in /run/secrets (or where MEDIAPREP_SECRETS says), each called like its
    variable, in capitals or not: variable → content and path. The environment itself comes first. Raises BadConfig."""
    folder, found = Path(environ.get("MEDIAPREP_SECRETS") or _SECRETS), dict[str, tuple[str, Path]]()
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # there are none
        return found
    for path in entries:
        name = path.name.upper()
        if name.startswith(("MEDIAPREP_", *_BUCKET_NAMES)) and not environ.get(name, "").strip():
            found[name] = _secret_file(path), path
    return found


def _secret_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_SECRET_BYTES + 1)
        text = raw.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is no text"
        raise BadConfig(f"{path}: {why}", f"{path}：无法读取（{why}）") from None
    if len(raw) > _MOST_SECRET_BYTES or "\n" in text or "\0" in text:
        raise BadConfig(
            f"{path}: a secret is one line of at most {_MOST_SECRET_BYTES} bytes",
            f"{path}：密钥文件应只有一行，且不超过 {_MOST_SECRET_BYTES} 字节",
        )
    return text


def _gather(
    flags: Mapping[str, object], environ: Mapping[str, str], filed: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    found: dict[str, str] = {}
    sources: dict[str, str] = {}
    for name, value in filed.items():
        found[name], sources[name] = value
    for name in KEYS:
        variable = f"MEDIAPREP_{name.upper()}"
        if environ.get(variable, "").strip():
            found[name], sources[name] = environ[variable].strip(), f"environment {variable}"
    for name, given in flags.items():
        if name not in KEYS:
            raise BadConfig(
                f"no setting is called {name}{nearest(name)}", f"没有名为 {name} 的设置{nearest_zh(name)}"
            )
        if given is not None and str(given):
            found[name], sources[name] = str(given), "flag"
    return found, sources


def _count(name: str, found: Mapping[str, str], sources: Mapping[str, str]) -> int:
    """How many channels were bought, none unless it is said. Raises BadConfig."""
    text = found.get(name, "0")
    if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= _MOST_BOUGHT:
        return int(text)
    raise BadConfig(
        f"{name} ({sources[name]}): {text[:40]!r} is not a whole number from 0 to {_MOST_BOUGHT}, how many "
        "channels were bought",
        f"{name}（{sources[name]}）：{text[:40]!r} 不是 0 至 {_MOST_BOUGHT} 的整数（已购买的并发路数）",
    )


def _lang_of_locale(environ: Mapping[str, str]) -> tuple[str, str]:
    for name in _LOCALE_NAMES:
        value = environ.get(name, "")
        if value:
            return value, f"locale {name}"
    return "en", "default"


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine: localhost, 127.0.0.0/8 or ::1. No DNS is asked."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_base_url(url: str, source: str = "base_url") -> str:
    """`url` without a trailing slash, if signed requests may go there: https, or http on this machine.

    Raises BadConfig otherwise.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadConfig(f"{source}: not a URL", f"{source}：不是有效的 URL") from None
    if not host or parts.query or parts.fragment or parts.username or parts.password:
        raise BadConfig(
            f"{source}: a base URL is scheme, host and port only, such as https://gw.tvs.qq.com",
            f"{source}：base URL 只含协议、主机与端口，例如 https://gw.tvs.qq.com",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadConfig(
            f"{source}: {parts.scheme}://{host} would send signed requests in the clear; use https://",
            f"{source}：{parts.scheme}://{host} 会明文发送签名请求，请使用 https://",
        )
    return url.rstrip("/")


# --- redaction -------------------------------------------------------------------------------------------


class Redacting(logging.Filter):
    """A filter for handlers and loggers: message, traceback and stack of a record are redacted."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        record.msg, record.args = redact(message), ()
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
            record.exc_info = None  # another handler would format it anew, unredacted
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


REDACTING: Final = Redacting()


def guard_logs(*names: str) -> None:
    """Put the redacting filter on the loggers `names`, and on every handler of the root logger."""
    for name in names:
        logging.getLogger(name).addFilter(REDACTING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(REDACTING)
