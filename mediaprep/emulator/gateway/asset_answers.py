"""The five asset calls, answered from the catalogue, and the pose pictures that their answers point to."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from mediaprep.contract import asset_calls
from mediaprep.contract.asset_calls import AssetCall, printed
from mediaprep.contract.endpoints import MODULATED, ORIGINAL, TEXT
from mediaprep.contract.quotas import TRIAL
from mediaprep.emulator.account.catalogue import (
    A_YEAR,
    Catalogue,
    CatalogueAvatar,
    CatalogueVoice,
    Lasting,
)
from mediaprep.emulator.account.extra_params import EXTRA_PARAMS, SOLID
from mediaprep.emulator.messages import Call, Reply

PICTURES = "pose"  # first part of the pictures' paths
_TYPE_NAMES = {"real_man_2d": "2D精品", "real_man_3d": "3D", "small_sample": "2D小样本"}
_DRIVES = [TEXT, ORIGINAL, MODULATED]


class Holdings:
    """What the account holds; `now` is the clock, `base_url` where pictures are handed out."""

    def __init__(self, catalogue: Catalogue, base_url: str, now: Callable[[], float]) -> None:
        self._catalogue = catalogue
        self._base_url = base_url
        self._now = now

    def answer(self, row: AssetCall, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's Payload; `payload` has been judged."""
        tables: Mapping[str, Callable[[Mapping[str, Any]], list[dict[str, Any]]]] = {
            asset_calls.GETANCHOR.nickname: self._anchors,
            asset_calls.GETIMAGEBYANCHOR.nickname: self._images,
            asset_calls.DESCRIBESMALLSAMPLEIMAGE.nickname: self._samples,
            asset_calls.DESCRIBETIMBRE.nickname: self._voices,
            asset_calls.GETACTION.nickname: self._actions,
        }
        found = tables[row.nickname](payload)
        if not row.paged:
            return {row.lists[0]: found}
        start = (payload["PageIndex"] - 1) * payload["PageSize"]
        return {row.lists[0]: found[start : start + payload["PageSize"]], "Total": len(found)}

    def _of_type(self, payload: Mapping[str, Any], codes: str) -> list[CatalogueAvatar]:
        """The trained avatars of a type, of the anchors asked for (none named: of all)."""
        wanted = payload.get(codes) or self._catalogue.anchors
        return [
            avatar
            for avatar in self._catalogue.avatars.values()
            if avatar.type == payload["VirtualmanTypeCode"] != asset_calls.SMALL_SAMPLE
            and avatar.anchor in wanted
        ]

    def _anchors(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        held = self._of_type(payload, "AnchorCodes")
        return [
            {
                "AnchorName": self._catalogue.anchors[code].name,
                "AnchorCode": code,
                "VirtualmanType": _TYPE_NAMES.get(
                    payload["VirtualmanTypeCode"], payload["VirtualmanTypeCode"]
                ),
                "VirtualmanTypeCode": payload["VirtualmanTypeCode"],
                "HeaderImage": self._picture(next(a for a in held if a.anchor == code)),
                "Tag": self._catalogue.anchors[code].tag,
            }
            for code in dict.fromkeys(avatar.anchor for avatar in held)
        ]

    def _images(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                **self._shown(avatar),
                "VirtualmanType": _TYPE_NAMES.get(avatar.type, avatar.type),
                "VirtualmanTypeCode": avatar.type,
                "SupportAnchorExtraParams": list(EXTRA_PARAMS) if avatar.type == SOLID else [],
            }
            for avatar in self._of_type(payload, "AnchorCode")
        ]

    def _samples(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        wanted = payload.get("AnchorCodes") or self._catalogue.anchors
        return [
            {
                **self._shown(avatar),
                "OriginZoom": avatar.origin_zoom,
                "OriginZoomStr": f"{avatar.origin_zoom:.3f}",
                "ReferenceVideoSegmentUrl": "",
                **self._dates(avatar),
            }
            for avatar in self._catalogue.avatars.values()
            if avatar.type == asset_calls.SMALL_SAMPLE and avatar.anchor in wanted
        ]

    def _voices(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        keys = payload.get("TimbreKeyList") or ([payload["TimbreKey"]] if payload.get("TimbreKey") else None)
        name, purchase = payload.get("TimbreName") or "", payload.get("PurchaseType") or ""
        return [
            self._voice(voice)
            for voice in self._catalogue.voices.values()
            if (keys is None or voice.key in keys) and name in voice.name and purchase in ("", voice.purchase)
        ]

    def _voice(self, voice: CatalogueVoice) -> dict[str, Any]:
        shown = {
            "TimbreKey": voice.key,
            "TimbreName": voice.name,
            "TimbreSample": "",
            "TimbreDesc": voice.name,
            "SupportVirtualmanTypeCodes": list(_TYPE_NAMES),
            "SupportDriverTypes": [TEXT, MODULATED],
            "AudioDuration": 0,
            "AudioNum": 0,
            "TimbreGender": 1 if voice.gender == "male" else 2,
            "PurchaseType": voice.purchase,
            "TimbreType": voice.kind,
            **self._dates(voice),
        }
        if voice.emotions:
            shown["EmotionalCategories"] = list(voice.emotions)
        if len(voice.languages) > 1:
            shown["TimbreLanguages"] = list(voice.languages)
        return shown

    def _actions(self, payload: Mapping[str, Any]) -> list[dict[str, Any]]:
        avatar = self._catalogue.avatar(payload["VirtualmanKey"])
        codes = (avatar.actions or ()) if avatar else ()
        return [
            {"ActionName": self._catalogue.actions.get(code, code), "ActionCode": code, "ActionSample": ""}
            for code in codes
        ]

    def _shown(self, avatar: CatalogueAvatar) -> dict[str, Any]:
        picture = self._picture(avatar)
        return {
            "AnchorName": avatar.name,
            "AnchorCode": avatar.anchor,
            "VirtualmanKey": avatar.key,
            "ClothesName": avatar.clothes,
            "PoseName": avatar.posture,
            "Resolution": f"{avatar.size[0]}x{avatar.size[1]}",
            "HeaderImage": picture,
            "PoseImage": picture,
            "ClothesImage": picture,
            "SupportDriverTypes": list(_DRIVES),
            "VideoDuration": 0,
            "VideoNum": 0,
        }

    def _picture(self, avatar: CatalogueAvatar) -> str:
        return f"{self._base_url}/{PICTURES}/{quote(avatar.key, safe='')}.png"

    def _dates(self, held: Lasting) -> dict[str, str]:
        """From when and until when; what is on trial was taken a trial before its end."""
        now = self._now()
        ends = held.ends(now)
        trial = abs(ends.timestamp() - now) < TRIAL.total_seconds()
        lasts = TRIAL if trial else datetime.timedelta(days=A_YEAR)
        return {"EffectiveDate": printed(ends - lasts), "ExpireDate": printed(ends)}


def is_picture(path: str) -> bool:
    """Whether a path is a pose picture's."""
    return path.startswith(f"/{PICTURES}/")


def picture(call: Call, catalogue: Catalogue) -> Reply:
    """A drawn pose, as large as the catalogue says."""
    name = unquote(call.path.removeprefix(f"/{PICTURES}/").removesuffix(".png"))
    avatar = catalogue.avatar(name)
    if avatar is None:
        return Reply(status=404)
    if call.method not in {"GET", "HEAD"}:
        return Reply(status=405)
    return Reply(headers={"Content-Type": "image/png"}, body=_drawn(avatar, catalogue))


def _drawn(avatar: CatalogueAvatar, catalogue: Catalogue) -> bytes:
    """The avatar at rest, as it stands in results."""
    from mediaprep.emulator.render.drawing import posed
    from mediaprep.emulator.render.drawing.wardrobe import wardrobe_of

    return posed.picture(avatar, wardrobe_of(avatar, catalogue))
