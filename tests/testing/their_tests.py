"""As a stranger writes it: a client of the service in ten lines, tested against the emulated gateway."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest

TTS = {"TimbreKey": "female_1", "InputSsml": "你好", "Speed": 1.0}
PATH = "/v2/ivh/videomaker/broadcastservice/"


@pytest.fixture(scope="session")
def mediaprep_options():
    return {"no_render": True}


class Client:
    """Theirs: signs as the docs say."""

    def __init__(self, gateway):
        self.gateway = gateway

    def call(self, name, payload):
        at = int(self.gateway.clock.now().timestamp())
        text = f"appkey={self.gateway.appkey}&timestamp={at}"
        key = self.gateway.accesstoken.encode()
        signed = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
        url = f"{self.gateway.url}{PATH}{name}?{text}&signature={urllib.parse.quote(signed, safe='')}"
        body = json.dumps({"Header": {}, "Payload": payload}).encode()
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=30) as answer:
            return json.load(answer)

    def made(self, payload):
        task = self.call("tts", payload)["Payload"]["TaskId"]
        return self.gateway.wait(task)


def test_their_client_makes_sound(mediaprep_gateway):
    done = Client(mediaprep_gateway).made(TTS)
    assert done["Status"] == "SUCCESS"
    assert len(mediaprep_gateway.download(done["MediaUrl"])) > 100
    (task,) = mediaprep_gateway.tasks()
    assert (task["endpoint"], task["text"], task["charged"]) == ("tts", "你好", True)


def test_every_test_begins_anew(mediaprep_gateway):
    assert mediaprep_gateway.tasks() == mediaprep_gateway.posts() == []


def test_a_fault_strikes_inside_the_block_only(mediaprep_gateway, mediaprep_faults):
    client = Client(mediaprep_gateway)
    with mediaprep_faults(do="code", code=100008, on="tts", first=1) as fault:
        assert client.call("tts", TTS)["Header"]["Code"] == 100008
        assert (fault.struck, fault.matched) == (1, 1)
        assert client.call("tts", TTS)["Header"]["Code"] == 0
        assert (fault.struck, fault.matched) == (1, 2)
    rules = {"do": "status", "status": 502}, {"do": "latency", "seconds": 0.01}
    with mediaprep_faults(*rules), pytest.raises(urllib.error.HTTPError, match="502"):
        client.call("tts", TTS)
    mediaprep_gateway.wait(mediaprep_gateway.tasks()[0]["task_id"])
    assert client.call("tts", TTS)["Header"]["Code"] == 0


def test_a_fault_ends_when_the_block_raises(mediaprep_gateway, mediaprep_faults):
    with pytest.raises(LookupError), mediaprep_faults(do="lost"):
        raise LookupError
    assert Client(mediaprep_gateway).call("tts", TTS)["Header"]["Code"] == 0


def test_a_fault_that_is_none_is_named(mediaprep_faults):
    with pytest.raises(Exception, match="explode"), mediaprep_faults(do="explode"):
        pass


def test_a_result_is_gone_after_seven_days(mediaprep_gateway, mediaprep_clock):
    before = mediaprep_clock.now()
    url = Client(mediaprep_gateway).made(TTS)["MediaUrl"]
    mediaprep_clock.advance(days=6, hours=23)
    assert mediaprep_gateway.download(url)
    mediaprep_clock.move_to(before + datetime.timedelta(days=7, minutes=1))
    with pytest.raises(Exception, match="404"):
        mediaprep_gateway.download(url)


def test_the_clock_is_the_machine_s_again(mediaprep_clock):
    now = datetime.datetime.now(datetime.UTC)
    assert abs(mediaprep_clock.now() - now) < datetime.timedelta(minutes=1)


def test_the_bucket_keeps_files_and_takes_results(mediaprep_gateway, mediaprep_bucket, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 3)
    url = mediaprep_bucket.put("in/名.bin", tmp_path / "a.bin")
    assert mediaprep_gateway.download(url) == mediaprep_bucket.get("in/名.bin") == b"xxx"
    Client(mediaprep_gateway).made({**TTS, "AudioStorageS3Url": mediaprep_bucket.put_url("out.mp3")})
    assert mediaprep_bucket.has("out.mp3")
    assert len(mediaprep_bucket.get("out.mp3")) > 100


def test_the_bucket_is_empty_again(mediaprep_bucket):
    assert not mediaprep_bucket.has("out.mp3")


@pytest.mark.mediaprep(speed="clock", hours=60)
def test_an_emulator_of_its_own(mediaprep_gateway, mediaprep_clock):
    client = Client(mediaprep_gateway)
    task = client.call("tts", TTS)["Payload"]["TaskId"]
    assert client.call("getprogress", {"TaskId": task})["Payload"]["Status"] == "COMMIT"
    mediaprep_clock.advance(hours=1)
    assert client.call("getprogress", {"TaskId": task})["Payload"]["Status"] == "SUCCESS"
    assert mediaprep_gateway.hours_left() == 60


def test_mediaprep_itself_works_in_its_environment(mediaprep_env, mediaprep_ledger, tmp_path):
    assert os.environ["MEDIAPREP_APPKEY"] == mediaprep_env["MEDIAPREP_APPKEY"] != "of-the-user"
    said = subprocess.run(
        [
            sys.executable,
            "-m",
            "mediaprep",
            "say",
            "你好",
            "--voice",
            "female_1",
            "-o",
            str(tmp_path / "voice.mp3"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "voice.mp3").stat().st_size > 100
    assert mediaprep_ledger.is_file()


def test_mediaprep_s_settings_are_the_gateway_s(mediaprep_settings, mediaprep_gateway, mediaprep_ledger):
    assert mediaprep_settings.base_url == mediaprep_gateway.url
    assert mediaprep_settings.ledger == str(mediaprep_ledger)


def test_what_is_refused_says_why(mediaprep_gateway):
    with pytest.raises(Exception, match="100001"):
        mediaprep_gateway.submit("tts", {"InputSsml": "你好"})
    assert mediaprep_gateway.posts(endpoint="tts")[0]["answer"] == "code 100001"
    (refused,) = mediaprep_gateway.journal(refused="1")
    assert [item["parameter"] for item in refused["refused"]["violations"]] == ["TimbreKey", "Speed"]
    assert mediaprep_gateway.call("describetimbre", {"PageIndex": 1, "PageSize": 10})["Payload"]["Total"] > 0
