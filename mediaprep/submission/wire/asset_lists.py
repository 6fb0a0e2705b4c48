"""What the account owns, asked of the gateway: free calls, read page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from mediaprep.contract import asset_calls
from mediaprep.contract.asset_calls import ActionItem, AnchorItem, AssetCall, AvatarItem, VoiceItem
from mediaprep.errors import Unknown
from mediaprep.model.assets import Action, Avatar, Voice
from mediaprep.submission.wire.client import Gateway

_MOST_PAGES: Final = 200  # 20,000 rows: a list that goes on for ever is no list

_T = TypeVar("_T")


def avatars(gateway: Gateway, types: Sequence[str] = asset_calls.TYPES) -> tuple[Avatar, ...]:
    """All avatars of the account: those of `types`, then the small-sample ones. Raises the gateway's errors."""
    found: list[Avatar | None] = []
    for code in types:
        for item in listed(gateway, asset_calls.GETIMAGEBYANCHOR, {"VirtualmanTypeCode": code}):
            found += [item.value(code)] if isinstance(item, AvatarItem) else []
    for item in listed(gateway, asset_calls.DESCRIBESMALLSAMPLEIMAGE):
        found += [item.value(asset_calls.SMALL_SAMPLE)] if isinstance(item, AvatarItem) else []
    return _unique(found)


def anchors(gateway: Gateway, type_code: str) -> tuple[AnchorItem, ...]:
    """The anchors of one type. Raises the gateway's errors."""
    held = listed(gateway, asset_calls.GETANCHOR, {"VirtualmanTypeCode": type_code})
    return tuple(item for item in held if isinstance(item, AnchorItem))


def voices(gateway: Gateway) -> tuple[Voice, ...]:
    """All voices the account may use. Raises the gateway's errors."""
    held = listed(gateway, asset_calls.DESCRIBETIMBRE)
    return _unique([item.value() for item in held if isinstance(item, VoiceItem)])


def actions(gateway: Gateway, key: str) -> tuple[Action, ...]:
    """The actions of one avatar; none for 2D avatars. Raises the gateway's errors."""
    held = listed(gateway, asset_calls.GETACTION, {"VirtualmanKey": key})
    return tuple(action for item in held if isinstance(item, ActionItem) and (action := item.value()))


def listed(
    gateway: Gateway, row: AssetCall, parameters: Mapping[str, Any] | None = None
) -> Iterator[AnchorItem | AvatarItem | VoiceItem | ActionItem]:
    """Every element of a list, whatever number of pages it has. Raises the gateway's errors."""
    if not row.paged:
        yield from row.read(gateway.call(row, parameters or {}))
        return
    seen = 0
    for number in range(1, _MOST_PAGES + 1):
        page = {"PageIndex": number, "PageSize": asset_calls.MOST_A_PAGE}
        payload = gateway.call(row, {**(parameters or {}), **page})
        held, total = row.entries(payload), payload.get("Total")
        if held is None:
            raise Unknown(f"{row.nickname}: the answer holds no list", f"{row.nickname}：应答中没有列表")
        entries = len(held)
        seen += entries
        yield from row.read(payload)
        if not entries or (isinstance(total, int) and seen >= total):
            return
        if not isinstance(total, int) and entries < asset_calls.MOST_A_PAGE:
            return
    raise Unknown(
        f"{row.nickname}: the list does not end after {_MOST_PAGES} pages",
        f"{row.nickname}：列表超过 {_MOST_PAGES} 页仍未结束",
    )


def _unique(found: Sequence[_T | None]) -> tuple[_T, ...]:
    """Without holes, and each key once."""
    return tuple({getattr(one, "key", ""): one for one in found if one is not None}.values())
