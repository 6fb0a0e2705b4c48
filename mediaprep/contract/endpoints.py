"""The eight endpoints: path, request, where files go in and results come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from mediaprep.contract.tables.avatar import AdvancedRequest, BasicRequest
from mediaprep.contract.tables.fields import Link, Slot, Storage, Table, all_slots
from mediaprep.contract.tables.notrain import NotrainRequest, PhotoRequest, ProgressRequest
from mediaprep.contract.tables.ppt import PptRequest
from mediaprep.contract.tables.tts import TtsRequest
from mediaprep.errors import BadConfig

_BROADCAST: Final = "/v2/ivh/videomaker/broadcastservice/"
_PRODUCTION: Final = "/v2/ivh/mediaproduction/mediaproduction/"

TEXT: Final = "Text"
ORIGINAL: Final = "OriginalVoice"
MODULATED: Final = "ModulatedVoice"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One row. `progress` is the nickname of the call that asks for its tasks ("" for the queries
    themselves); `quota` a row of contract.quotas; `drives` the DriverTypes it knows (none: it has no such
    parameter);
    `subtitles` = text drive returns a subtitle file (audio drive never does)."""

    nickname: str
    path: str
    kind: Literal["submit", "query"]
    request: type[Table]
    section: str
    progress: str = ""
    quota: str = ""
    drives: tuple[str, ...] = ()
    product: Literal["audio", "video", ""] = ""
    callback: bool = False
    concurrency: bool = False
    subtitles: bool = False

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every parameter in the docs' order, parents before their members."""
        return all_slots(self.request)

    @property
    def url_fields(self) -> tuple[str, ...]:
        """General paths of the URLs that the service fetches: `RefVideoUrl`, `VideoParam.RefPhotoUrls[]`."""
        return tuple(_place(slot) for slot in self.slots if slot.mark(Link))

    @property
    def storage_fields(self) -> tuple[str, ...]:
        """Paths of the presigned URLs to which the service uploads its results."""
        return tuple(_place(slot) for slot in self.slots if slot.mark(Storage))


def _place(slot: Slot) -> str:
    return slot.path + "[]" * slot.array


_ROWS: Final = (
    Endpoint(
        nickname="tts",
        path=_BROADCAST + "tts",
        kind="submit",
        request=TtsRequest,
        section="音频制作接口",
        progress="progress",
        quota="tts",
        product="audio",
    ),
    Endpoint(
        nickname="ppt",
        path=_PRODUCTION + "videomakewithppt",
        kind="submit",
        request=PptRequest,
        section="视频制作接口- PPT模式",
        progress="ppt_progress",
        quota="ppt",
        drives=(TEXT, ORIGINAL),
        product="video",
    ),
    Endpoint(
        nickname="basic",
        path=_BROADCAST + "videomake",
        kind="submit",
        request=BasicRequest,
        section="视频制作接口-基础版",
        progress="progress",
        quota="video",
        drives=(TEXT, ORIGINAL, MODULATED),
        product="video",
        callback=True,
        concurrency=True,
        subtitles=True,
    ),
    Endpoint(
        nickname="advanced",
        path=_BROADCAST + "videomakeadvanced",
        kind="submit",
        request=AdvancedRequest,
        section="视频制作接口-进阶版",
        progress="progress",
        quota="video",
        drives=(TEXT, ORIGINAL, MODULATED),
        product="video",
        callback=True,
        concurrency=True,
        subtitles=True,
    ),
    Endpoint(
        nickname="notrain",
        path=_BROADCAST + "videomakenotrain",
        kind="submit",
        request=NotrainRequest,
        section="视频制作接口-视频免训练",
        progress="progress",
        quota="video",
        drives=(TEXT, ORIGINAL),
        product="video",
        callback=True,
        concurrency=True,
    ),
    Endpoint(
        nickname="photo",
        path=_BROADCAST + "phototovideonotrain",
        kind="submit",
        request=PhotoRequest,
        section="视频制作接口-照片免训练",
        progress="progress",
        quota="video",
        drives=(TEXT, ORIGINAL),
        product="video",
        callback=True,
    ),
    Endpoint(
        nickname="progress",
        path=_BROADCAST + "getprogress",
        kind="query",
        request=ProgressRequest,
        section="音视频制作进度查询接口",
    ),
    Endpoint(
        nickname="ppt_progress",
        path=_PRODUCTION + "getprogress",
        kind="query",
        request=ProgressRequest,
        section="视频制作接口- PPT 模式进度查询接口",
    ),
)

ENDPOINTS: Mapping[str, Endpoint] = {row.nickname: row for row in _ROWS}
BY_PATH: Mapping[str, Endpoint] = {row.path: row for row in _ROWS}


def get(nickname: str | Endpoint) -> Endpoint:
    """The row of that nickname (a row is handed back); BadConfig names those that exist."""
    if isinstance(nickname, Endpoint):
        return nickname
    try:
        return ENDPOINTS[nickname]
    except KeyError:
        known = ", ".join(ENDPOINTS)
        raise BadConfig(
            f"no endpoint {nickname!r}; known: {known}", f"没有名为 {nickname!r} 的接口；可用：{known}"
        ) from None
