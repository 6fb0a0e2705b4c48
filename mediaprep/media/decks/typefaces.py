"""Which fonts a deck is drawn with: a fontconfig file that puts what decks ask for onto what there is.

Metric-compatible faces come first (Carlito for Calibri …), so that lines break where they broke in PowerPoint;
Chinese falls on a CJK face of the system, or on the one that PyMuPDF carries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from mediaprep.media.decks import carried_font

_SYSTEM: Final = "/etc/fonts/fonts.conf"
_CARRIED: Final = "Droid Sans Fallback"
_HEITI: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", _CARRIED,
)  # fmt: skip
_SONGTI: Final = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "AR PL UMing CN", *_HEITI)
_KAITI: Final = ("AR PL UKai CN", "AR PL KaitiM GB", *_SONGTI)

# what decks name (a Chinese face under both its names) → what may stand for it, best first
FACES: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = (
    (("Calibri", "Calibri Light"), ("Carlito",)),
    (("Cambria",), ("Caladea",)),
    (("Arial", "Helvetica"), ("Liberation Sans", "Arimo", "Nimbus Sans")),
    (("Arial Narrow",), ("Liberation Sans Narrow",)),
    (("Times New Roman", "Times"), ("Liberation Serif", "Tinos", "Nimbus Roman")),
    (("Courier New", "Courier"), ("Liberation Mono", "Cousine", "Nimbus Mono PS")),
    (("Georgia",), ("Gelasio",)),
    (
        ("微软雅黑", "Microsoft YaHei", "微软雅黑 Light", "Microsoft YaHei UI", "Microsoft YaHei Light"),
        _HEITI,
    ),
    (
        ("黑体", "SimHei", "等线", "DengXian", "等线 Light", "苹方-简", "PingFang SC", "华文细黑", "STXihei"),
        _HEITI,
    ),
    (("宋体", "SimSun", "新宋体", "NSimSun", "华文宋体", "STSong", "华文中宋", "STZhongsong"), _SONGTI),
    (("楷体", "KaiTi", "KaiTi_GB2312", "楷体_GB2312", "华文楷体", "STKaiti"), _KAITI),
    (("仿宋", "FangSong", "FangSong_GB2312", "仿宋_GB2312", "华文仿宋", "STFangsong"), _SONGTI),
)


def lay_out(folder: Path) -> dict[str, str]:
    """Write `folder`/fonts.conf, which knows the system's fonts, the carried one and FACES; returns the environment
    that makes a program obey it."""
    config = folder / "fonts.conf"
    rows = "".join(_alias(family, instead) for families, instead in FACES for family in families)
    config.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">{_SYSTEM}</include><dir>{escape(str(carried_font.default_font().parent))}</dir>'
        f"<cachedir>{escape(str(folder / 'font-cache'))}</cachedir>{rows}</fontconfig>",
        encoding="utf-8",
    )
    return {"FONTCONFIG_FILE": str(config)}


def _alias(family: str, instead: tuple[str, ...]) -> str:
    accepted = "".join(f"<family>{escape(name)}</family>" for name in instead)
    return f'<alias binding="same"><family>{escape(family)}</family><accept>{accepted}</accept></alias>'
