"""Rules over a request and its files together. Each is a value with one pure judge.

Files stand in `facts` under their wire path with indices. What an avatar or a voice is (size, type, actions,
languages, emotions) comes from the asset lists of the account, which a request does not show: pass a
`model.assets.Avatar` under the path of its VirtualmanKey and a `Voice` under that of its TimbreKey; without them these
rules are UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.contract import endpoints, semantics
from mediaprep.contract.judging import View, advised
from mediaprep.contract.paths import walk
from mediaprep.contract.rules import owned_assets, person
from mediaprep.contract.rules.owned_assets import unlisted as _unlisted
from mediaprep.model.assets import Avatar
from mediaprep.model.facts import AudioFacts, DeckFacts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

Request = Mapping[str, Any]
Known = Mapping[str, object]

PPT_SIZES: Final = ((1920, 1080), (1080, 1920))


@dataclass(frozen=True, kw_only=True)
class Demand:
    """`id` names the rule, `needs` the general paths of the facts it looks at."""

    id: str
    endpoint: str
    needs: tuple[str, ...]
    source: str
    rule: Callable[[View, Known], Iterator[Finding]]

    def judge(self, request: Request, facts: Known) -> tuple[Finding, ...]:
        """Its findings; none when it holds or when nothing of it is in the request."""
        return tuple(self.rule(View(self.endpoint, request), facts))


def judge(endpoint: str, request: Request, facts: Known) -> tuple[Finding, ...]:
    """The findings of every demand of an endpoint."""
    name = endpoints.get(endpoint).nickname
    return tuple(
        finding for demand in DEMANDS if demand.endpoint == name for finding in demand.judge(request, facts)
    )


def _refused(view: View, rule: str, message: Text, measured: object, limit: str) -> Finding:
    path, _, kind = rule.rpartition("#")
    return advised(
        view.endpoint, path, kind, message, measured=measured, limit=limit, verdict=Verdict.REFUSED
    )


def _unknown(view: View, path: str, kind: str, why: Text, limit: str) -> Finding:
    return advised(view.endpoint, path, kind, why, limit=limit, verdict=Verdict.UNKNOWN)


def _unmeasured(path: str) -> Text:
    return Text(f"{path} was not measured", f"{path} 未能测量")


def _seconds(facts: Known, path: str) -> float | None:
    found = facts.get(path)
    return found.seconds if isinstance(found, AudioFacts | VideoFacts) else None


# ── ppt ────────────────────────────────────────────────────────────────────────────────────────────


def _pages(view: View, facts: Known) -> Iterator[Finding]:
    configs = view.raw("PageConfigs")
    if not isinstance(configs, list) or not configs or not view.given("PPTFileUrl"):
        return
    deck = facts.get("PPTFileUrl")
    pages = deck.pages_total if isinstance(deck, DeckFacts) else None
    count = len(configs)
    if pages is None:
        yield _unknown(view, "PageConfigs", "pages", _unmeasured("PPTFileUrl"), "≤ pages of the deck")
    elif count > pages:
        told = Text(f"{count} PageConfigs for {pages} pages", f"{count} 个 PageConfigs 多于 {pages} 页")
        yield _refused(view, "PageConfigs#pages", told, count, f"≤ {pages}")
    elif count < pages:
        told = Text(
            f"{count} PageConfigs for {pages} pages: only the first {count} pages become a video",
            f"{count} 个 PageConfigs 少于 {pages} 页：只会合成前 {count} 页",
        )
        yield advised(view.endpoint, "PageConfigs", "pages", told, measured=count, limit=str(pages))


def _page_avatars(view: View, facts: Known) -> Iterator[Finding]:
    """All avatars of a deck are of one type and one size, and of one of the two 1080P sizes."""
    first: tuple[str, Avatar] | None = None
    seen: set[str] = set()
    for place, key in walk(view.payload, "PageConfigs[].VirtualmanKey"):
        if not isinstance(key, str) or not key or key in seen:
            continue
        seen.add(key)
        found = facts.get(place)
        if not isinstance(found, Avatar):
            yield _unknown(view, place, "avatar", _unlisted(place), "one type, 1920x1080 or 1080x1920")
            continue
        size = (found.width, found.height)
        if size not in PPT_SIZES:
            told = Text(f"{place}: {size[0]}×{size[1]}", f"{place}：{size[0]}×{size[1]}")
            yield _refused(view, f"{place}#avatar", told, f"{size[0]}x{size[1]}", "1920x1080, 1080x1920")
        if first and (found.type, size) != (first[1].type, (first[1].width, first[1].height)):
            told = Text(
                f"{place} ({key}) differs in type or size from {first[0]}",
                f"{place}（{key}）与 {first[0]} 的类型或分辨率不同",
            )
            yield _refused(view, f"{place}#avatar", told, found.type, first[1].type)
        first = first or (place, found)


# ── advanced ───────────────────────────────────────────────────────────────────────────────────────


def _same_size(path: str) -> Callable[[View, Known], Iterator[Finding]]:
    """Background, head or tail has the size of the video, which is the avatar's."""

    def rule(view: View, facts: Known) -> Iterator[Finding]:
        if not view.given(path):
            return
        found, avatar = facts.get(path), facts.get("VirtualmanKey")
        if not isinstance(found, VideoFacts | PhotoFacts):
            yield _unknown(view, path, "resolution", _unmeasured(path), "as the avatar")
            return
        size = f"{found.width}x{found.height}"
        if isinstance(avatar, Avatar):
            if (found.width, found.height) != (avatar.width, avatar.height):
                wanted = f"{avatar.width}x{avatar.height}"
                told = Text(f"{path} is {size}, the video {wanted}", f"{path} 为 {size}，视频为 {wanted}")
                yield _refused(view, f"{path}#resolution", told, size, wanted)
            return
        for other in _BEHIND:
            beside = facts.get(other)
            if isinstance(beside, VideoFacts | PhotoFacts) and (beside.width, beside.height) != (
                found.width,
                found.height,
            ):
                wanted = f"{beside.width}x{beside.height}"
                told = Text(
                    f"{path} is {size}, {other} {wanted}: both must have the video's size",
                    f"{path} 为 {size}，{other} 为 {wanted}：两者都须与视频分辨率相同",
                )
                yield _refused(view, f"{path}#resolution", told, size, wanted)
                return
        yield _unknown(view, path, "resolution", _unlisted("VirtualmanKey"), "as the avatar")

    return rule


_BEHIND: Final = (
    "VideoParam.BackgroundFileUrl",
    "VideoParam.VideoHeadFileUrl",
    "VideoParam.VideoTailFileUrl",
)


def _actions_in_audio(view: View, facts: Known) -> Iterator[Finding]:
    actions = [
        (a, t) for a in view.items("VideoParam.ActionParams") if (t := a.number("StartTime")) is not None
    ]
    if not actions or not view.by_audio:
        return
    seconds = _seconds(facts, "InputAudioUrl")
    for action, time in actions:
        place = action.at("StartTime")
        if seconds is None:
            yield _unknown(view, place, "audio", _unmeasured("InputAudioUrl"), "within the audio")
            return
        if time > seconds * 1000:
            end = f"{seconds * 1000:.0f}"
            told = Text(
                f"{place} is {time:g} ms, the audio ends at {end} ms",
                f"{place} 为 {time:g} ms，音频止于 {end} ms",
            )
            yield _refused(view, f"{place}#audio", told, time, f"≤ {end}")


def _actions_of_avatar(view: View, facts: Known) -> Iterator[Finding]:
    for action in view.items("VideoParam.ActionParams"):
        code, place = action.text("Code"), action.at("Code")
        avatar = facts.get("VirtualmanKey")
        if not code:
            continue
        if not isinstance(avatar, Avatar) or avatar.actions is None:
            yield _unknown(view, place, "avatar", _unlisted("VirtualmanKey"), "an action of the avatar")
            return
        if code not in avatar.actions:
            told = Text(f"{code} is no action of this avatar", f"{code} 不是该形象的动作")
            yield _refused(view, f"{place}#avatar", told, code, ", ".join(avatar.actions) or "none")


# ── notrain ────────────────────────────────────────────────────────────────────────────────────────


def _shared_size(view: View, facts: Known) -> Iterator[Finding]:
    found = facts.get("RefVideoUrl")
    asked = view.text("ConcurrencyType")
    if asked == "Exclusive" or not isinstance(found, VideoFacts):
        return
    if semantics.fits(found.width, found.height, "Shared"):
        return
    size = f"{found.width}x{found.height}"
    when = Text("with Shared", "使用 Shared 时") if asked else Text("if Shared is used", "若使用 Shared")
    told = Text(
        f"{size} is larger than the 2560×1440 that is made {when.en}: the size will not be kept",
        f"{size} 大于{when.zh}支持的最大输出 2560×1440：输出不会保持原尺寸",
    )
    yield advised(
        view.endpoint,
        "RefVideoUrl",
        "resolution@Shared",
        told,
        measured=size,
        limit="2560x1440",
        fix=Text("scale the video down, or use Exclusive", "缩小视频，或使用 Exclusive"),
    )


def _consistent(view: View, facts: Known) -> Iterator[Finding]:
    """VideoParametersConsistent keeps the template's bit rate and frame rate, within bounds."""
    found = facts.get("RefVideoUrl")
    if view.number("VideoParametersConsistent") != 1 or not isinstance(found, VideoFacts):
        return
    if not found.fps or not found.bitrate:
        yield _unknown(
            view, "VideoParametersConsistent", "frame_rate", _unmeasured("RefVideoUrl"), "as the video"
        )
        return
    made = semantics.encoding(view.payload, found.fps, found.bitrate)
    if abs(made.fps - found.fps) > _SAME_RATE:
        told = Text(
            f"the video has {found.fps:g} fps; the result will have {made.fps:g}",
            f"视频为 {found.fps:g} fps；结果将为 {made.fps:g} fps",
        )
        low, high = semantics.FPS_ENDS
        yield advised(
            view.endpoint, "VideoParametersConsistent", "frame_rate", told, measured=found.fps,
            limit=f"{low:g}-{high:g} fps",
        )  # fmt: skip
    kept = made.bits_per_second
    if kept is not None and kept != found.bitrate:
        told = Text(
            f"the video has {found.bitrate // 1000} kbit/s; the result will have {kept // 1000}",
            f"视频码率为 {found.bitrate // 1000} kbit/s；结果将为 {kept // 1000} kbit/s",
        )
        low_rate, high_rate = semantics.BITRATE_ENDS
        yield advised(
            view.endpoint, "VideoParametersConsistent", "bitrate", told, measured=found.bitrate // 1000,
            limit=f"{low_rate // 1000}-{high_rate // 1000} kbit/s",
        )  # fmt: skip


_SAME_RATE: Final = 0.01  # fps


def _segment_inside(view: View, facts: Known) -> Iterator[Finding]:
    """Custom: the segment lies inside the video and is longer than 1 s; else: the start lies inside."""
    used = semantics.footage(view.payload)
    kind = view.text("VideoParam.MakeType") or "Default"
    if kind == "Default" or (used.start == 0 and used.end is None and kind != "Custom"):
        return
    seconds = _seconds(facts, "RefVideoUrl")
    path = "VideoParam.EndTime" if used.end is not None else "VideoParam.StartTime"
    if seconds is None:
        yield _unknown(view, path, "video", _unmeasured("RefVideoUrl"), "within the video")
        return
    if used.end is not None and round(used.end - seconds, 3) > 0:
        told = Text(
            f"EndTime {used.end:g} s is after the end of the video ({seconds:.3f} s)",
            f"EndTime {used.end:g} 秒超过视频长度（{seconds:.3f} 秒）",
        )
        yield _refused(view, f"{path}#video", told, used.end, f"≤ {seconds:.3f}")
    left = round(seconds - used.start, 3)
    if used.end is None and (left <= 1 if kind == "Custom" else left <= 0):
        told = Text(
            f"from StartTime {used.start:g} s only {max(left, 0):g} s of video are left",
            f"从 StartTime {used.start:g} 秒起只剩 {max(left, 0):g} 秒视频",
        )
        limit = f"< {seconds - 1:.3f}" if kind == "Custom" else f"< {seconds:.3f}"
        yield _refused(view, f"{path}#video", told, used.start, limit)


def _intervals_inside(view: View, facts: Known) -> Iterator[Finding]:
    seconds = _seconds(facts, "RefVideoUrl")
    for interval in view.items("VideoParam.DisableIntervals"):
        end = interval.number("EndTime")
        if seconds is not None and end is not None and round(end - seconds, 3) > 0:
            told = Text(
                f"{interval.prefix} ends at {end:g} s, the video at {seconds:.3f} s",
                f"{interval.prefix} 止于 {end:g} 秒，视频止于 {seconds:.3f} 秒",
            )
            yield advised(
                view.endpoint, interval.prefix, "video", told, measured=end, limit=f"≤ {seconds:.3f}"
            )


def _row(id: str, rule: Callable[[View, Known], Iterator[Finding]], *needs: str) -> Demand:
    nickname, _, field = id.partition(".")
    source = f"{endpoints.get(nickname).section} · {field.rpartition('.')[0]}"
    return Demand(id=id, endpoint=nickname, needs=needs, source=source, rule=rule)


DEMANDS: Final = (
    _row("ppt.PageConfigs.pages", _pages, "PPTFileUrl"),
    _row("ppt.PageConfigs.VirtualmanKey.avatar", _page_avatars, "PageConfigs[].VirtualmanKey"),
    *(_row(f"advanced.{path}.resolution", _same_size(path), path, "VirtualmanKey") for path in _BEHIND),
    *(_row(id, rule, *needs) for id, rule, needs in owned_assets.ROWS),
    _row("advanced.VideoParam.ActionParams.StartTime.audio", _actions_in_audio, "InputAudioUrl"),
    _row("advanced.VideoParam.ActionParams.Code.avatar", _actions_of_avatar, "VirtualmanKey"),
    _row("notrain.RefVideoUrl.resolution@Shared", _shared_size, "RefVideoUrl"),
    _row("notrain.VideoParametersConsistent.frame_rate", _consistent, "RefVideoUrl"),
    _row("notrain.VideoParam.EndTime.video", _segment_inside, "RefVideoUrl"),
    _row("notrain.VideoParam.DisableIntervals.video", _intervals_inside, "RefVideoUrl"),
    _row("notrain.VideoParam.RefPhotoUrl.person", person.judge, "RefVideoUrl", "VideoParam.RefPhotoUrl"),
)
