"""A second reader of labels, which shares nothing with the first: mutagen, ffmpeg's own list of tags, and bytes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.wave

HOSTILE = '{"Label":"1","ContentProducer":"甲=乙;#\\\\ \'q\' %s","ProduceID":"a b\\"c","ReservedCode1":"é👩"}'
PLAIN = json.dumps(
    {
        "Label": "1", "ContentProducer": "001191440300MA5DA2VG1Q", "ProduceID": "task-1", "ReservedCode1": "",
        "ContentPropagator": "", "PropagateID": "", "ReservedCode2": "",
    }, ensure_ascii=False, separators=(",", ":"),
)  # fmt: skip


def label(path: Path) -> str | None:
    """The AIGC key of a file, by whoever else reads its container."""
    suffix = path.suffix
    if suffix in {".mp3", ".wav"}:
        kind = mutagen.mp3.MP3 if suffix == ".mp3" else mutagen.wave.WAVE
        tags = kind(path).tags
        return None if tags is None else next((str(one.text[0]) for one in tags.getall("TXXX:AIGC")), None)
    if suffix == ".flac":
        return next(iter(mutagen.flac.FLAC(path).get("AIGC", ())), None)
    if suffix in {".mp4", ".mov", ".m4a"}:
        return _item(path.read_bytes())
    if suffix in {".jpg", ".png", ".webp"}:
        found = re.search(rb"<TC260:AIGC>(.*?)</TC260:AIGC>", path.read_bytes(), re.S)
        return found and found[1].decode().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return listed(path).get("AIGC")


def _item(data: bytes) -> str | None:
    """The value of the free key: found by its name in `keys`, then by its number in `ilst`."""
    at = data.find(b"mdtaAIGC")
    if at < 0:
        return None
    keys = data.rfind(b"keys", 0, at)
    names, place = [], keys + 12
    for _ in range(int.from_bytes(data[keys + 8 : keys + 12], "big")):
        size = int.from_bytes(data[place : place + 4], "big")
        names.append(data[place + 4 : place + size])
        place += size
    number = (names.index(b"mdtaAIGC") + 1).to_bytes(4, "big")
    ilst = data.find(b"ilst", place)
    item = data.find(number + data[data.find(number, ilst) + 4 :][:4], ilst)
    while data[item + 8 : item + 12] != b"data":
        item = data.find(number, item + 1)
    size = int.from_bytes(data[item + 4 : item + 8], "big")
    return data[item + 20 : item + 4 + size].decode()


def listed(path: Path) -> dict[str, str]:
    """What ffmpeg lists of the whole file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-map_metadata", "0"]
    said = subprocess.run(
        [*command, "-f", "ffmetadata", "-"], capture_output=True, check=True
    ).stdout.decode()
    lines = re.split(r"(?<!\\)\n", said.split("\n[", 1)[0])
    pairs = (re.split(r"(?<!\\)=", line, maxsplit=1) for line in lines if not line.startswith(";"))
    return {key: re.sub(r"\\(.)", r"\1", pair[0], flags=re.S) for key, *pair in pairs if pair}
