"""A stranger's client: Python with requests and nothing else. make_video.py OUTPUT; GATEWAY, APPKEY, ACCESSTOKEN say
where."""

import base64
import hashlib
import hmac
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote

import requests

ROOM = "/v2/ivh/videomaker/broadcastservice/"


def call(name, payload):
    key, at = os.environ["APPKEY"], int(time.time())
    text = f"appkey={key}&timestamp={at}"
    signed = base64.b64encode(
        hmac.new(os.environ["ACCESSTOKEN"].encode(), text.encode(), hashlib.sha256).digest()
    )
    url = f"{os.environ['GATEWAY']}{ROOM}{name}?{text}&signature={quote(signed, safe='')}"
    answer = requests.post(url, json={"Header": {}, "Payload": payload}, timeout=60).json()
    if answer["Header"]["Code"]:
        sys.exit(f"{name}: {answer['Header']}")
    return answer["Payload"]


task = call(
    "videomake",
    {
        "VirtualmanKey": "k3dda2d3b56f4ec89778f2e032c2e294",
        "InputSsml": "你好，大家好",
        "SpeechParam": {"Speed": 1.0},
        "VideoParam": {"Format": "Mp4"},
    },
)["TaskId"]
while (found := call("getprogress", {"TaskId": task}))["Status"] not in ("SUCCESS", "FAIL"):
    time.sleep(0.2)
if found["Status"] == "FAIL":
    sys.exit(f"FAIL: {found['FailCode']} {found['FailMessage']}")
Path(sys.argv[1]).write_bytes(requests.get(found["MediaUrl"], timeout=60).content)
print(found["MediaUrl"])
