"""Settings: their order, what is refused, and that nothing secret is ever shown."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.config import (
    Redacting,
    Settings,
    guard_logs,
    is_loopback,
    redact,
    register_secret,
)
from mediaprep.config_files import GUARDED, KEYS
from mediaprep.errors import BadConfig
from mediaprep.trust import Trusted, read
from tests.conftest import NOT_RUN

TOKEN = "canary-token-5f2b9c"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_toml(text: str, mode: int = 0o600) -> Path:
    path = Path("mediaprep.toml").resolve()
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_flags_go_before_environment_before_file_before_defaults() -> None:
    path = write_toml('[mediaprep]\nbucket = "s3://file/"\nledger = "file.jsonl"\nffmpeg = "/file"\n')
    environ = {"MEDIAPREP_BUCKET": "s3://environ/", "MEDIAPREP_LEDGER": "environ.jsonl"}
    settings = Settings.load({"bucket": "s3://flag/", "ledger": None}, environ, path)
    assert (settings.bucket, settings.ledger, settings.ffmpeg) == ("s3://flag/", "environ.jsonl", "/file")
    assert settings.profile == "tencent-cn@2026-04"
    assert settings.base_url is None
    assert settings.sources["bucket"] == "flag"
    assert settings.sources["ledger"] == "environment MEDIAPREP_LEDGER"
    assert settings.sources["ffmpeg"] == f"file {path}"
    assert settings.sources["profile"] == "default"


def test_empty_variables_are_unset() -> None:
    assert Settings.load({}, {"MEDIAPREP_PROFILE": ""}).profile == "tencent-cn@2026-04"


def test_what_was_bought_is_read_from_everywhere_as_whole_numbers() -> None:
    assert (Settings.load({}, {}).concurrency, Settings.load({}, {}).audio_concurrency) == (0, 0)
    path = write_toml('[mediaprep]\nconcurrency = 2\naudio_concurrency = "3"\n')
    settings = Settings.load({}, {"MEDIAPREP_AUDIO_CONCURRENCY": "4"})
    assert (settings.concurrency, settings.audio_concurrency) == (2, 4)
    assert settings.sources["concurrency"] == f"file {path}"


@pytest.mark.parametrize("text", ["-1", "1.5", "two", "١", "10001", "9" * 5000])
@pytest.mark.parametrize("name", ["MEDIAPREP_CONCURRENCY", "MEDIAPREP_AUDIO_CONCURRENCY"])
def test_what_was_bought_is_refused_when_it_is_no_whole_number(name: str, text: str) -> None:
    with pytest.raises(BadConfig, match=rf"{name}\): .* is not a whole number from 0 to 10000") as caught:
        Settings.load({}, {name: text})
    assert name in caught.value.zh and "整数" in caught.value.zh
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", ["true", "1.5", "[1]", "-1"])
def test_the_file_says_how_many_channels_as_a_whole_number_too(value: str) -> None:
    write_toml(f"[mediaprep]\nconcurrency = {value}\n")
    with pytest.raises(BadConfig, match=r"concurrency \(file .*mediaprep\.toml\): .* is not a whole number"):
        Settings.load({}, {})


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "MEDIAPREP_LANG": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "MEDIAPREP_LANG": "zh-Hans"}, "zh"),
    ],
)
def test_the_language_follows_the_locale_unless_it_is_set(environ: dict[str, str], lang: str) -> None:
    assert Settings.load({}, environ).lang == lang


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    write_toml('[mediaprep]\nacesstoken = "x"\n')
    with pytest.raises(BadConfig, match=r"acesstoken.*did you mean accesstoken") as caught:
        Settings.load({}, {})
    assert "是否指 accesstoken" in caught.value.zh


@pytest.mark.parametrize(
    "text", ['profile = "x"\n', "[other]\n", "[mediaprep]\nprofile = 3\n", "mediaprep = 1\n", "[mediaprep\n"]
)
def test_a_misshapen_file_is_refused(text: str) -> None:
    write_toml(text)
    with pytest.raises(BadConfig, match=r"mediaprep\.toml"):
        Settings.load({}, {})


def test_a_named_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadConfig, match=r"other\.toml cannot be read"):
        Settings.load({}, {}, Path("other.toml"))


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_a_token_in_a_file_that_others_can_read_is_refused() -> None:
    write_toml(f'[mediaprep]\naccesstoken = "{TOKEN}"\n', 0o644)
    with pytest.raises(BadConfig, match=r"0644.*chmod 600") as caught:
        Settings.load({}, {})
    assert TOKEN not in str(caught.value)
    write_toml(f'[mediaprep]\naccesstoken = "{TOKEN}"\n', 0o600)
    token = Settings.load({}, {}, Path("mediaprep.toml")).accesstoken
    assert token is not None
    assert token.reveal() == TOKEN


def test_settings_and_secrets_never_show_themselves() -> None:
    environ = {
        "MEDIAPREP_APPKEY": "canary-appkey-11",
        "MEDIAPREP_ACCESSTOKEN": TOKEN,
        "AWS_SECRET_ACCESS_KEY": "canary-aws-22",
        "TENCENTCLOUD_SECRET_KEY": "canary-cos-33",
        "TENCENTCLOUD_SESSION_TOKEN": "canary-cos-44",
    }
    settings = Settings.load({}, environ)
    secret = settings.accesstoken
    shown = f"{settings!r} {settings} {secret} {secret!r} {secret:}"
    assert "canary" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert redact(f"x {TOKEN} canary-aws-22 canary-appkey-11") == "x *** *** ***"
    assert redact("canary-cos-33 canary-cos-44") == "*** ***"


def test_missing_credentials_say_which_variables_to_set() -> None:
    with pytest.raises(BadConfig, match="MEDIAPREP_ACCESSTOKEN") as caught:
        Settings.load({"appkey": "some-appkey"}, {}).credentials()
    assert "MEDIAPREP_APPKEY" not in str(caught.value)
    appkey, token = Settings.load({"appkey": "some-appkey", "accesstoken": TOKEN}, {}).credentials()
    assert (appkey, token.reveal()) == ("some-appkey", TOKEN)


@pytest.mark.parametrize(
    "url",
    [
        "http://gw.tvs.qq.com",
        "ftp://127.0.0.1",
        "https://user:pw@host",
        "https://host/?a=b",
        "nonsense",
        "http://[::1",
        "http://127.0.0.1.example.com",
    ],
)
def test_a_base_url_must_be_https_unless_it_is_this_machine(url: str) -> None:
    with pytest.raises(BadConfig):
        Settings.load({"base_url": url}, {})


def test_loopback_may_be_plain_http() -> None:
    assert Settings.load({"base_url": "http://127.0.0.1:8080/"}, {}).base_url == "http://127.0.0.1:8080"
    assert Settings.load({"base_url": "http://localhost:1"}, {}).base_url == "http://localhost:1"
    assert is_loopback("::1")
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("10.0.0.1")


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("GET https://b.cos.ap.myqcloud.com/k?q-sign-algorithm=sha1&q-ak=AKIDx done", "AKIDx"),
        ('"POST /v2/ivh/x?appkey=KEY1&timestamp=1&signature=SIG1%3D HTTP/1.1" 200', "SIG1"),
        ("signature=abc%2Fdef, next", "abc"),
        ("{'Authorization': 'AWS4-HMAC-SHA256 Credential=AKIDy/2026'}", "AKIDy"),
        ('{"accesstoken": "tok123"}', "tok123"),
        ("X-Amz-Signature: deadbeef", "deadbeef"),
        ("q-signature=cafe&x=1", "cafe"),
        ("proxy http://user:hunter2@proxy:3128/", "hunter2"),
        ("AWS_SECRET_ACCESS_KEY=sekrit", "sekrit"),
        ("TENCENTCLOUD_SECRET_KEY=sekrit", "sekrit"),
        ("TENCENTCLOUD_SECRET_ID: sekrit", "sekrit"),
        ("s3://AKID:sekrit@bucket/x?versionId=v9", "v9"),
    ],
)
def test_redaction_removes_what_could_be_used(text: str, gone: str) -> None:
    once = redact(text)
    assert gone not in once
    assert redact(once) == once


def test_redaction_leaves_ordinary_text_alone() -> None:
    for text in ("RefVideoUrl seconds 0.4 < 1, see https://host/a.mp4", "the signature was wrong", "a?b=c"):
        assert redact(text) == text


def test_registered_values_are_hidden_percent_encoded_too() -> None:
    register_secret("can/ary+33==")
    assert redact("t=can%2Fary%2B33%3D%3D") == "t=***"


def test_the_filter_redacts_messages_arguments_and_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("mediaprep.test_config")
    guard_logs(logger.name)
    with caplog.at_level(logging.DEBUG):
        logger.debug("%s", "https://h/p?signature=canary44")
        try:
            raise RuntimeError("https://h/p?signature=canary44")
        except RuntimeError:
            logger.exception("it broke", stack_info=True)
    assert "it broke" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "canary44" not in caplog.text


def test_the_filter_survives_a_message_that_does_not_fit_its_arguments() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%d %d", ("a",), None)
    assert Redacting().filter(record)
    assert record.getMessage() == "%d %d"


def test_waivers_stand_in_the_settings_file_beside_the_settings() -> None:
    path = write_toml(
        '[mediaprep]\nlang = "zh"\n[[mediaprep.waivers]]\nrule = "notrain"\nreason = "agreed"\n'
        'path = "*.mov"\nexpires = 2027-01-31\n'
    )
    settings = Settings.load({}, {})
    (waiver,) = settings.waivers
    assert (settings.lang, waiver.rule, waiver.path, waiver.reason) == ("zh", "notrain", "*.mov", "agreed")
    assert str(waiver.expires) == "2027-01-31"
    assert Settings.load({}, {"X": "y"}, path).waivers == settings.waivers
    write_toml('[[mediaprep.waivers]]\nrule = "notrain"\n')
    with pytest.raises(BadConfig, match=r"mediaprep\.toml: waiver 1: reason is missing"):
        Settings.load({}, {})


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 10_000,
        "a = " + "{b=" * 5_000,
        "a = " + "9" * 5_000,
        ".".join("a" * 50_000) + " = 1",
        "[" + ".".join("a" * 20_000) + "]",
        "a = 1\n" * 100_000,
        "a = '\ud800'",
    ],
    ids=["brackets", "tables", "digits", "dots", "a dotted table", "large", "half a pair"],
)
def test_a_settings_file_that_would_never_end_is_no_toml(content: str, tmp_path: Path) -> None:
    path = tmp_path / "mediaprep.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    began = time.process_time()
    with pytest.raises(BadConfig, match="not valid TOML") as caught:
        Settings.load({}, {}, path)
    assert time.process_time() - began < 1 and len(caught.value.en) < 600


# --- files of the working folder that nobody has allowed

GUARDED_VALUES = {
    "base_url": "https://elsewhere.example", "appkey": "their-appkey-1", "accesstoken": "their-token-22",
    "bucket": "s3://theirs/in", "cos_region": "x.elsewhere.example/", "ledger": "theirs.db",
    "gate": "https://gate.example", "gate_listen": "0.0.0.0:1", "ffmpeg": "./ffmpeg",
    "label_producer": "their-company", "label_key": "their-key-3333", "label_key_file": "their.key",
    "label_certificate": "their.pem", "label_certificate_key": "their-key.pem",
}  # fmt: skip
HARMLESS_VALUES = {"lang": "zh", "profile": "tencent-intl@2025-10", "price": "1.20 CNY", "label": "write"}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has allowed nothing."""
    return {"HOME": str(tmp_path / "home")}


def allow(environ: dict[str, str], path: Path) -> None:
    Trusted(environ).allow(read(path))


def test_every_setting_is_either_guarded_or_known_to_be_harmless() -> None:
    counts = {"concurrency", "audio_concurrency"}
    assert set(GUARDED_VALUES) == GUARDED
    assert set(KEYS) == GUARDED | set(HARMLESS_VALUES) | counts, (
        "a new setting: may a foreign folder decide it?"
    )


@pytest.mark.parametrize("name", GUARDED_VALUES)
def test_a_foreign_file_decides_nothing_that_is_guarded(name: str, home: dict[str, str]) -> None:
    path = write_toml(
        f'[mediaprep]\n{name} = "{GUARDED_VALUES[name]}"\nlang = "zh"\nprice = "1.20 CNY"\nconcurrency = 2\n'
        '[[mediaprep.waivers]]\nrule = "notrain"\nreason = "agreed"\n'
    )
    settings = Settings.load({}, home)
    assert (settings.lang, settings.price, settings.concurrency, len(settings.waivers)) == (
        "zh",
        "1.20 CNY",
        2,
        1,
    )
    with pytest.raises(BadConfig) as caught:
        getattr(settings, name)
    for said in (caught.value.en, caught.value.zh):
        assert name in said and f"mediaprep trust {path}" in said and f"MEDIAPREP_{name.upper()}" in said
        assert GUARDED_VALUES[name] not in said
    assert GUARDED_VALUES[name] not in repr(settings)
    # what the user says himself goes before it
    assert getattr(Settings.load({name: "http://127.0.0.1:1"}, home), name) is not None
    assert (
        getattr(Settings.load({}, {**home, f"MEDIAPREP_{name.upper()}": "http://127.0.0.1:1"}), name)
        is not None
    )
    # once it is allowed it counts, until it is changed
    allow(home, path)
    assert getattr(Settings.load({}, home), name) is not None
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(BadConfig, match="changed since it was allowed"):
        getattr(Settings.load({}, home), name)
    allow(home, path)
    assert Trusted(home).revoke(path) and not Trusted(home).revoke(path)
    with pytest.raises(BadConfig, match="not allowed yet"):
        getattr(Settings.load({}, home), name)


@pytest.mark.skipif(os.name != "posix", reason="links, owners and permission bits are POSIX")
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.chmod(0o602), "everybody may write"),
        (lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")), "symbolic link"),
        (lambda path: os.chown(path, 4711, -1), "another user"),
    ],
)
def test_a_file_that_others_could_change_is_allowed_by_nobody(
    spoil: Callable[[Path], object], why: str, home: dict[str, str]
) -> None:
    path = write_toml('[mediaprep]\nledger = "x"\n')
    allow(home, path)
    try:
        spoil(path)
    except PermissionError:
        pytest.skip(f"{NOT_RUN}root, who alone gives files away")
    with pytest.raises(BadConfig, match=why):
        _ = Settings.load({}, home).ledger
    with pytest.raises(BadConfig, match=why):
        allow(home, path)


def test_a_file_that_is_moved_or_copied_is_not_allowed_with_it(home: dict[str, str]) -> None:
    path = write_toml('[mediaprep]\nledger = "x"\n')
    allow(home, path)
    other = path.parent / "other"
    other.mkdir()
    (other / path.name).write_bytes(path.read_bytes())
    os.chdir(other)
    with pytest.raises(BadConfig, match="not allowed yet"):
        _ = Settings.load({}, home).ledger


def test_a_file_that_is_named_counts_without_more(home: dict[str, str], tmp_path: Path) -> None:
    path = write_toml('[mediaprep]\nledger = "x"\n')
    assert Settings.load({}, home, path).ledger == "x"
    assert Settings.load({}, {**home, "MEDIAPREP_CONFIG": str(path)}).ledger == "x"


def test_the_users_own_file_counts_under_that_of_the_folder(home: dict[str, str]) -> None:
    own = Path(home["HOME"]) / ".config" / "mediaprep" / "mediaprep.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[mediaprep]\nledger = "mine"\nlang = "zh"\nffmpeg = "/mine/ffmpeg"\n', encoding="utf-8")
    assert Settings.load({}, home).ledger == "mine"
    path = write_toml('[mediaprep]\nledger = "theirs"\nlang = "en"\n')
    settings = Settings.load({}, home)
    assert (settings.lang, settings.ffmpeg) == ("en", "/mine/ffmpeg")
    with pytest.raises(
        BadConfig, match=r"ledger in .* is not used"
    ):  # never silently another than the folder asks for
        _ = settings.ledger
    allow(home, path)
    assert Settings.load({}, home).ledger == "theirs"
    own.chmod(0o666)
    with pytest.raises(BadConfig, match="everybody may write"):
        _ = Settings.load({}, home).ffmpeg


def test_what_was_allowed_is_kept_for_this_user_only(home: dict[str, str]) -> None:
    path = write_toml('[mediaprep]\nledger = "x"\n')
    allow(home, path)
    store = Path(home["HOME"]) / ".local/state/mediaprep/trusted.json"
    assert store.stat().st_mode & 0o777 == 0o600
    assert list(store.parent.iterdir()) == [store]
    store.chmod(0o622)  # somebody else may have written to it
    with pytest.raises(BadConfig, match="not allowed yet"):
        _ = Settings.load({}, home).ledger
    for spoilt in ("", "[]", "{", '{"x": 1}', "3"):
        store.chmod(0o600)
        store.write_text(spoilt)
        with pytest.raises(BadConfig, match="not allowed yet"):
            _ = Settings.load({}, home).ledger


def test_what_is_no_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo("pipe.toml")
    Path("large.toml").write_bytes(b"#" * (2 << 20))
    for name in ("pipe.toml", "large.toml", "."):
        with pytest.raises(BadConfig, match="cannot be read"):
            Settings.load({}, {}, Path(name))


@pytest.mark.parametrize("name", ["MEDIAPREP_ACCESSTOKEN", "mediaprep_accesstoken"])
@pytest.mark.parametrize("content", ["canary-token", "canary-token\n", "  canary-token\r\n"])
def test_a_secret_may_come_as_a_file_called_like_its_variable(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "aws_secret_access_key").write_text("canary-key")
    (tmp_path / "unrelated").write_bytes(b"\xff" * 100_000)
    found = Settings.load({}, {"MEDIAPREP_SECRETS": str(tmp_path)})
    assert found.accesstoken is not None
    assert found.accesstoken.reveal() == "canary-token"
    assert found.aws["AWS_SECRET_ACCESS_KEY"] == "canary-key"
    assert found.sources["accesstoken"] == f"secret {tmp_path / name}"
    assert redact("canary-key") == "***"
    nearer = Settings.load({}, {"MEDIAPREP_SECRETS": str(tmp_path), "MEDIAPREP_ACCESSTOKEN": "nearer-token"})
    assert nearer.accesstoken is not None
    assert nearer.accesstoken.reveal() == "nearer-token"


@pytest.mark.parametrize("content", [b"two\nlines", b"\xff\xfe", b"a\0b", b"x" * 70_000])
def test_a_secret_that_can_be_none_is_told_by_its_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mediaprep_appkey").write_bytes(content)
    with pytest.raises(BadConfig, match="mediaprep_appkey"):
        Settings.load({}, {"MEDIAPREP_SECRETS": str(tmp_path)})
