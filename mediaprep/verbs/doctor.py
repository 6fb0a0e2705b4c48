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
from mediaprep.submit import storage


@dataclass(frozen=True, kw_only=True)
class Ability:
    """One thing mediaprep can or cannot do here. `needed` = without it the main work stands still."""

    name: Text
    works: bool
    detail: str
    remedy: Text | None = None
    needed: bool = False


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
            Text("read video and audio", "读取视频与音频"), "mediaprep.media.packets", "av", needed=True
        ),
        _encoder(settings),
        _imports(
            Text("find faces", "检测人脸"),
            "mediaprep.media.faces",
            "opencv-python",
            remedy=Text(
                "apt-get install libgl1 libglib2.0-0; without them faces stay unknown",
                "apt-get install libgl1 libglib2.0-0；缺少时人脸检查结果为“无法判断”",
            ),
        ),
        _imports(Text("read decks and PDF", "读取 PPT 与 PDF"), "mediaprep.media.decks.pdf", "pymupdf"),
        _caption_font(),
        _emulator(),
        _office(),
        _gateway(settings),
        _credentials(settings),
        _bucket(settings),
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
    missing = [p for p in ("werkzeug", "espeakng_loader") if importlib.util.find_spec(p) is None]
    if missing:
        line = "pip install 'mediaprep[emulator]'"
        return Ability(name=name, works=False, detail=f"no {', '.join(missing)}", remedy=Text(line, line))
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
            storage.store(settings)
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
