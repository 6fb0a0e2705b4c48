"""What works on this machine, what is missing, and how to get it. Nothing is sent anywhere."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from mediaprep.config import Settings
from mediaprep.contract import profiles
from mediaprep.errors import MediaprepError, ToolMissing
from mediaprep.media import ffmpeg
from mediaprep.model.findings import Text
from mediaprep.submission.bucket import object_store
from mediaprep.submission.ledger.survey import survey


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One thing mediaprep can or cannot do here. `needed` = without it the main work stands still."""

    name: Text
    works: bool
    detail: str
    remedy: Text | None = None
    needed: bool = False
    told: Text | None = None  # the detail, where it is a sentence

    def say(self, lang: str) -> str:
        """The detail, in a language if it has any."""
        return self.told.say(lang) if self.told else self.detail


def doctor(settings: Settings) -> tuple[Ability, ...]:
    """Every ability, in the order of the work."""
    return (
        Ability(
            name=Text("Python", "Python"),
            works=sys.version_info >= (3, 11),
            detail=f"{platform.python_version()} on {platform.system()} {platform.machine()}",
            needed=True,
        ),
        _imports(
            Text("read video and audio", "读取视频与音频"),
            "mediaprep.media.containers.packets",
            "av",
            needed=True,
        ),
        _encoder(settings),
        _imports(
            Text("find faces", "检测人脸"),
            "mediaprep.media.faces",
            "opencv-python",
            remedy=Text(
                "apt-get install libgl1 libglib2.0-0, or pip install --force-reinstall opencv-python-headless; "
                "until then faces stay unknown",
                "apt-get install libgl1 libglib2.0-0，或 pip install --force-reinstall opencv-python-headless；"
                "缺少时人脸检查结果为“无法判断”",
            ),
        ),
        _imports(
            Text("read decks and PDF", "读取 PPT 与 PDF"), "mediaprep.media.decks.pdf.document", "pymupdf"
        ),
        _caption_font(),
        _emulator(),
        _office(),
        _gateway(settings),
        _credentials(settings),
        _bucket(settings),
        _ledger(settings),
    )


def _version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return package


def _imports(
    name: Text, module: str, package: str, *, remedy: Text | None = None, needed: bool = False
) -> Ability:
    try:
        importlib.import_module(module)
    except (ImportError, OSError, MediaprepError) as error:
        fallback = Text(f"pip install {package}", f"pip install {package}")
        return Ability(name=name, works=False, detail=str(error), remedy=remedy or fallback, needed=needed)
    return Ability(name=name, works=True, detail=_version(package), needed=needed)


def _asked(
    name: Text, ask: Callable[[], str], *, needed: bool = False, remedy: Text | None = None
) -> Ability:
    try:
        return Ability(name=name, works=True, detail=ask(), needed=needed)
    except MediaprepError as error:
        told = Text(error.en, error.zh)
        return Ability(name=name, works=False, detail=error.en, remedy=remedy or told, needed=needed)


def _encoder(settings: Settings) -> Ability:
    def ask() -> str:
        binary = ffmpeg.find(settings.ffmpeg)
        return f"ffmpeg {binary.version} ({binary.path})"

    return _asked(
        Text("encode (H.264, AAC, captions, loudness)", "编码（H.264、AAC、字幕、响度）"), ask, needed=True
    )


def _caption_font() -> Ability:
    def ask() -> str:
        from mediaprep.media import fonts

        return str(fonts.default_font().name)

    return _asked(Text("a font with Chinese for captions", "字幕所需的中文字体"), ask)


def _emulator() -> Ability:
    name = Text("emulator with a voice", "带语音的模拟器")
    if importlib.util.find_spec("espeakng_loader") is None:
        line = "pip install 'mediaprep[emulator]'"
        return Ability(name=name, works=False, detail="no espeakng_loader", remedy=Text(line, line))
    return Ability(name=name, works=True, detail=_version("espeakng-loader"))


def _office() -> Ability:
    def ask() -> str:
        from mediaprep.media.decks import office

        found = office.program()
        if found is None:
            raise ToolMissing("no soffice on PATH")
        return f"LibreOffice {'.'.join(map(str, office.version(found)))} ({found})"

    return _asked(
        Text(
            "draw the pages of pptx and ppt (LibreOffice, optional)",
            "绘制 pptx、ppt 页面（LibreOffice，可选）",
        ),
        ask,
        remedy=Text(
            "apt-get install libreoffice-impress-nogui; without it pages are cards with their titles",
            "apt-get install libreoffice-impress-nogui；缺少时页面为仅有标题的卡片",
        ),
    )


def _gateway(settings: Settings) -> Ability:
    def ask() -> str:
        profile = profiles.get(settings.profile)
        return f"{profile.name}: {settings.base_url or profile.base_url}"

    return _asked(Text("profile and gateway", "服务版本与网关"), ask, needed=True)


def _credentials(settings: Settings) -> Ability:
    def ask() -> str:
        settings.credentials()
        return f"set ({settings.sources['appkey']}; {settings.sources['accesstoken']})"

    found = _asked(Text("credentials", "鉴权信息"), ask)
    return found if found.works else replace(found, detail="not set")


def _bucket(settings: Settings) -> Ability:
    name = Text("bucket for inputs and results", "存放素材与结果的存储桶")
    if settings.bucket:

        def ask() -> str:
            object_store.store(settings)
            return f"{settings.bucket} ({settings.sources['bucket']})"

        return _asked(name, ask)
    return Ability(
        name=name,
        works=False,
        detail="MEDIAPREP_BUCKET is not set",
        remedy=Text(
            "set MEDIAPREP_BUCKET (s3://…, cos://… or https://…) to submit local files",
            "设置 MEDIAPREP_BUCKET（s3://…、cos://… 或 https://…）后才能提交本地文件",
        ),
    )


def _ledger(settings: Settings) -> Ability:
    """Looked at, and never made, migrated or written."""
    name = Text("ledger of paid work", "付费任务账本")
    try:
        found = survey(settings)
    except MediaprepError as error:
        told = Text(error.en, error.zh)
        return Ability(name=name, works=False, detail=error.en, told=told, remedy=_ANOTHER)
    jobs = ", ".join(f"{count} {state}" for state, count in found.counts.items())
    place, place_zh = f"{found.where} ({found.kind}", f"{found.where}（{found.kind}"
    if not found.exists:
        detail = Text(
            f"{place}, not there yet: made by the first paid job)",
            f"{place_zh}，尚不存在，首个付费任务时创建）",
        )
    elif found.revision is None:
        detail = Text(
            f"{place}, no tables yet: made by the first paid job)",
            f"{place_zh}，尚无数据表，首个付费任务时创建）",
        )
    else:
        detail = Text(
            f"{place}, schema {found.revision}): {jobs or 'no jobs'}",
            f"{place_zh}，结构版本 {found.revision}）：{jobs or '没有任务'}",
        )
    remedy = None if found.writable else _NOT_WRITABLE
    if not found.current:
        remedy = _OTHER_SCHEMA
    return Ability(name=name, works=remedy is None, detail=detail.en, told=detail, remedy=remedy)


_ANOTHER = Text(
    "MEDIAPREP_LEDGER names a file on a local disk, or postgresql://…",
    "用 MEDIAPREP_LEDGER 指定本地磁盘上的文件，或 postgresql://…",
)
_NOT_WRITABLE = Text(
    "it cannot be written here, so nothing can be submitted: give this user the right to, or name another with "
    "MEDIAPREP_LEDGER",
    "当前用户无法写入，因此不能提交任务：请授予写权限，或用 MEDIAPREP_LEDGER 指定其他账本",
)
_OTHER_SCHEMA = Text(
    "its tables are of another mediaprep: a newer one must be used for it; an older one's are brought up to date by "
    "the next paid job",
    "其数据表属于其他版本的 mediaprep：较新的请使用对应版本；较旧的会在下一次付费任务时自动升级",
)
