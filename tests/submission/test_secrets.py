"""A canary: no secret and no signature in any log, error, repr or ledger, whatever happens."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from mediaprep.config import Settings, guard_logs
from mediaprep.errors import MediaprepError
from mediaprep.submission.bucket.object_store import store
from mediaprep.submission.download.download import Limits, fetch
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.http import Patience
from mediaprep.verbs.progress import progress
from mediaprep.verbs.submit import submit
from tests.submission.emulated import TTS
from tests.submission.fake_gateway import (
    Behaviour,
    accepts,
    answers,
    drips,
    fake_gateway,
    hangs_up,
    raw,
    refuses,
    resets,
    says_nothing,
)

SECRETS = {
    "MEDIAPREP_APPKEY": "canary-appkey-1",
    "MEDIAPREP_ACCESSTOKEN": "canary-token-2/+=",
    "AWS_ACCESS_KEY_ID": "canary-akid-3",
    "AWS_SECRET_ACCESS_KEY": "canary-secret-4",
    "AWS_SESSION_TOKEN": "canary-session-5",
}
QUICK = Patience(connect=1, read=0.3, total=0.8)


def everything(error: BaseException) -> str:
    """All that a careless handler could print of an error, its causes and contexts included."""
    parts, seen = [], set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        parts += [str(one), repr(one), repr(one.args), repr(vars(one)), getattr(one, "zh", "")]
        todo += [one.__cause__, one.__context__]
    return "\n".join([*parts, *traceback.format_exception(error)])


def settings_for(url: str, tmp_path: Path) -> Settings:
    named = {"base_url": url, "ledger": str(tmp_path / "ledger" / "ledger.db"), "bucket": f"{url}/bucket"}
    return Settings.load(named, SECRETS)


def attempts(settings: Settings, url: str, tmp_path: Path) -> dict[str, Callable[[], object]]:
    """Everything that talks to the network."""
    gateway = Gateway(settings, patience={"submit": QUICK, "query": QUICK})
    media = tmp_path / "x.txt"
    media.write_bytes(b"hello")
    signed = f"{url}/r.mp4?X-Amz-Signature=canary-sig-6&q-signature=canary-sig-7"
    limits = Limits(attempts=1, total_seconds=1, read_seconds=0.3)
    return {
        "submit": lambda: submit("tts", TTS, settings=settings, gateway=gateway, again=True),
        "progress": lambda: progress("t1", settings=settings, gateway=gateway),
        "fetch": lambda: fetch(
            signed, tmp_path / "out.mp4", verify=lambda path: None, allowed=None, limits=limits
        ),
        "upload": lambda: store(settings).put(media),
    }


BEHAVIOURS: dict[str, Behaviour] = {
    "refused": refuses(100005, "bad signature=canary-sig-8 appkey=canary-appkey-1"),
    "reset": resets,
    "hung up": hangs_up,
    "silent": says_nothing(1.0),
    "drip": drips(raw(200, b"x" * 200), 0.02),
    "server error": answers(500, b"canary-token-2/+= https://h/?signature=canary-sig-9"),
    "redirect": answers(302, b"", {"Location": "https://h.invalid/?signature=canary-sig-9"}),
    "not json": answers(200, b"canary-token-2/+="),
    "accepted": accepts(
        {"TaskId": "t1", "Status": "FAIL", "FailMessage": "https://h/?signature=canary-sig-9"}
    ),
}


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (what, name)
        for what in ("submit", "progress", "fetch", "upload")
        for name in BEHAVIOURS
        # the store's own patience is longer than a test's; its texts are those of the others
        if (what, name) not in {("upload", "silent"), ("upload", "drip")}
    ],
)
def test_no_secret_in_logs_errors_or_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with fake_gateway(BEHAVIOURS[name]) as fake:
        settings = settings_for(fake.url, tmp_path)
        told += repr(settings) + str(settings)
        try:
            told += repr(attempts(settings, fake.url, tmp_path)[what]())
        except MediaprepError as error:
            told += everything(error)
        assert fake.seen
    files = sorted((tmp_path / "ledger").glob("*"))
    assert (what != "submit") or files
    told += "".join(file.read_bytes().decode("latin-1") for file in files)
    told += caplog.text + "".join(f"{record.msg}{record.args}{record.exc_text}" for record in caplog.records)
    assert "canary" not in told
    if what in ("submit", "progress"):
        assert any(record.name.startswith("urllib3") for record in caplog.records)


def test_a_handler_with_the_filter_hides_what_others_log(caplog: pytest.LogCaptureFixture) -> None:
    Settings.load({}, SECRETS)
    logging.getLogger().addHandler(caplog.handler)
    try:
        guard_logs()
        with caplog.at_level(logging.INFO):
            logging.getLogger("anyone").warning(
                "token %s at %s", "canary-token-2/+=", "https://h/?a=canary-akid-3"
            )
    finally:
        logging.getLogger().removeHandler(caplog.handler)
        for filtered in list(caplog.handler.filters):
            caplog.handler.removeFilter(filtered)
    assert "token" in caplog.text
    assert "canary" not in caplog.text
