"""The eight endpoints: path, request, where files go in and results come out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from mediaprep.errors import BadConfig

if TYPE_CHECKING:
    from mediaprep.contract.chapters.fields import Slot, Table

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
    section: str
    progress: str = ""
    quota: str = ""
    drives: tuple[str, ...] = ()
    product: Literal["audio", "video", ""] = ""
    callback: bool = False
    concurrency: bool = False
    subtitles: bool = False

    @property
    def request(self) -> type[Table]:
        """The table of its parameters. Loaded when it is asked for: judging a file does not need it."""
        from mediaprep.contract.chapters import avatar, notrain, ppt, tts

        tables: dict[str, type[Table]] = {
            "tts": tts.TtsRequest,
            "ppt": ppt.PptRequest,
            "basic": avatar.BasicRequest,
            "advanced": avatar.AdvancedRequest,
            "notrain": notrain.NotrainRequest,
            "photo": notrain.PhotoRequest,
            "progress": notrain.ProgressRequest,
            "ppt_progress": notrain.ProgressRequest,
        }
        return tables[self.nickname]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every parameter in the docs' order, parents before their members."""
        from mediaprep.contract.chapters.fields import all_slots

        return all_slots(self.request)

    @property
    def url_fields(self) -> tuple[str, ...]:
        """General paths of the URLs that the service fetches: `RefVideoUrl`, `VideoParam.RefPhotoUrls[]`."""
        return _linked(self)

    @property
    def storage_fields(self) -> tuple[str, ...]:
        """Paths of the presigned URLs to which the service uploads its results."""
        from mediaprep.contract.chapters.fields import Storage

        return tuple(_place(slot) for slot in self.slots if slot.mark(Storage))


@functools.cache
def _linked(row: Endpoint) -> tuple[str, ...]:
    from mediaprep.contract.chapters.fields import Link

    return tuple(_place(slot) for slot in row.slots if slot.mark(Link))


def _place(slot: Slot) -> str:
    return slot.path + "[]" * slot.array


_ROWS: Final = (
    Endpoint(
        nickname="tts",
        path=_BROADCAST + "tts",
        kind="submit",
        section="音频制作接口",
        progress="progress",
        quota="tts",
        product="audio",
    ),
    Endpoint(
        nickname="ppt",
        path=_PRODUCTION + "videomakewithppt",
        kind="submit",
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
        section="音视频制作进度查询接口",
    ),
    Endpoint(
        nickname="ppt_progress",
        path=_PRODUCTION + "getprogress",
        kind="query",
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
