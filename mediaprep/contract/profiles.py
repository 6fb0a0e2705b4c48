"""Which site is spoken to. A profile holds what differs between sites and between readings of the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text

FACE_ID_SWITCHES: Final = ("DisabledDetect", "DisableIdDetect")
"""Both spellings of the face-ID switch: the documented one, then the one public client code sends."""

EDITION: Final = "2026-04"
"""The docs that the contract's rows are typed from; other editions only name what they say otherwise."""
INTL_2025_10: Final = "intl-2025-10"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One site at one state of its docs. `face_id_switch` is the wire name under which the switch is sent
    (both are read); `edition` the docs whose limits hold."""

    name: str
    base_url: str
    face_id_switch: str
    edition: str = EDITION
    about: Text


_CN = "https://gw.tvs.qq.com"
_INTL = "https://gw-sg.tvs.qq.com"

DEFAULT: Final = "tencent-cn@2026-04"

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        # The docs print the host gw.tv.s.qq.com, which no public copy of the same page and no client uses.
        Profile(
            name=DEFAULT,
            base_url=_CN,
            face_id_switch="DisabledDetect",
            about=Text("Chinese site, docs of April 2026", "国内站，2026 年 4 月的文档"),
        ),
        Profile(
            name="tencent-cn@2026-04-iddetect",
            base_url=_CN,
            face_id_switch="DisableIdDetect",
            about=Text(
                "Chinese site; sends DisableIdDetect, the name seen in public client code",
                "国内站；按公开客户端代码发送 DisableIdDetect",
            ),
        ),
        Profile(
            name="tencent-intl@2025-10",
            base_url=_INTL,
            face_id_switch="DisabledDetect",
            edition=INTL_2025_10,
            about=Text(
                "International site (Singapore), docs of October 2025",
                "国际站（新加坡），2025 年 10 月的文档",
            ),
        ),
    )
}


def get(name: str = DEFAULT) -> Profile:
    """The profile of that name; BadConfig names those that exist."""
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        raise BadConfig(
            f"no profile {name!r}; known: {known}", f"没有名为 {name!r} 的配置档；可用：{known}"
        ) from None
