"""What the docs refuse of a presentation's request, of itself and with its deck and avatars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract.demand import REFUSED, REFUSED_OR_UNKNOWN, SENT_BACK, Case, Demand
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import SCRIPT, deck
from mediaprep.contract.paths import walk
from mediaprep.contract.rules.avatar.avatar_demands import HD, unlisted
from mediaprep.model.assets import Avatar
from mediaprep.model.facts import DeckFacts
from mediaprep.model.findings import Finding, Text, Verdict

MOST_PAGES: Final = 50  # as PPTFileUrl may have
PPT_SIZES: Final = ((1920, 1080), (1080, 1920))


def pages(count: int, *, avatar: str = "avatar") -> list[dict[str, str]]:
    """So many pages of an example."""
    return [{"VirtualmanKey": avatar, "InputSsml": SCRIPT}] * count


def _most(rule: Demand, view: View) -> Iterator[Violation]:
    configs, most = view.raw("PageConfigs"), MOST_PAGES
    if isinstance(configs, list) and len(configs) > most:
        count = len(configs)
        told = Text(
            f"{count} PageConfigs: a deck has at most {most} pages",
            f"PageConfigs 有 {count} 项：PPT 最多 {most} 页",
        )
        said = f"PageConfigs count invalid, ranges:1-{most}"
        yield rule.refuse(view, "PageConfigs", said, told, measured=count, limit=f"1-{most}")


MOST: Final = Demand(
    endpoints="ppt", paths="PageConfigs", kind="most", verdicts=REFUSED, judge=_most, why=SENT_BACK,
    what=Text("no more PageConfigs than a deck may have pages", "PageConfigs 不多于 PPT 的最多页数"),
    fix=Text("`mediaprep deck split` makes parts of at most 50 pages",
             "`mediaprep deck split` 可拆成不超过 50 页的若干份"),
    valid=(Case({"{path}": pages(50)}, beside="50 pages"),), invalid=(Case({"{path}": pages(51)}, beside="51 pages"),),
)  # fmt: skip


def _count(rule: Demand, view: View) -> Iterator[Finding]:
    configs, found = view.raw("PageConfigs"), view.known.get("PPTFileUrl")
    if not isinstance(configs, list) or not configs or not view.given("PPTFileUrl"):
        return
    total = found.pages_total if isinstance(found, DeckFacts) else None
    count = len(configs)
    if total is None:
        yield rule.unmeasured(view, "PageConfigs", "≤ pages of the deck", of="PPTFileUrl")
    elif count > total:
        told = Text(f"{count} PageConfigs for {total} pages", f"{count} 个 PageConfigs 多于 {total} 页")
        yield rule.tell(
            view, "PageConfigs", told, measured=count, limit=f"≤ {total}", verdict=Verdict.REFUSED
        )
    elif count < total:
        told = Text(
            f"{count} PageConfigs for {total} pages: only the first {count} pages become a video",
            f"{count} 个 PageConfigs 少于 {total} 页：只会合成前 {count} 页",
        )
        yield rule.tell(view, "PageConfigs", told, measured=count, limit=str(total))


COUNT: Final = Demand(
    endpoints="ppt", paths="PageConfigs", kind="pages", files=True, judge=_count,
    verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN),
    what=Text("one PageConfig for each page of the deck", "每页一个 PageConfig"),
    why=Text("more are refused; pages without one make no video", "多则拒绝；缺则相应页面不合成"),
    valid=(Case({"{path}": pages(2)}, known={"PPTFileUrl": deck(2)}, beside="a deck of 2 pages"),),
    invalid=(Case({"{path}": pages(2)}, known={"PPTFileUrl": deck(1)}, beside="a deck of 1 page"),),
)  # fmt: skip


def _avatars(rule: Demand, view: View) -> Iterator[Finding]:
    """All avatars of a deck are of one type and one size, and of one of the two 1080P sizes."""
    first: tuple[str, Avatar] | None = None
    seen: set[str] = set()
    for place, key in walk(view.payload, "PageConfigs[].VirtualmanKey"):
        if not isinstance(key, str) or not key or key in seen:
            continue
        seen.add(key)
        found = view.known.get(place)
        if not isinstance(found, Avatar):
            limit = "one type, 1920x1080 or 1080x1920"
            yield rule.tell(view, place, unlisted(place), limit=limit, verdict=Verdict.UNKNOWN)
            continue
        size = (found.width, found.height)
        if size not in PPT_SIZES:
            told = Text(f"{place}: {size[0]}×{size[1]}", f"{place}：{size[0]}×{size[1]}")
            limit = "1920x1080, 1080x1920"
            measured = f"{size[0]}x{size[1]}"
            yield rule.tell(view, place, told, measured=measured, limit=limit, verdict=Verdict.REFUSED)
        if first and (found.type, size) != (first[1].type, (first[1].width, first[1].height)):
            told = Text(
                f"{place} ({key}) differs in type or size from {first[0]}",
                f"{place}（{key}）与 {first[0]} 的类型或分辨率不同",
            )
            other = first[1].type
            yield rule.tell(view, place, told, measured=found.type, limit=other, verdict=Verdict.REFUSED)
        first = first or (place, found)


_PLACE: Final = "PageConfigs[0].VirtualmanKey"
_SMALL: Final = Avatar(type="small_sample", width=1280, height=720)
AVATARS: Final = Demand(
    endpoints="ppt", paths="PageConfigs[].VirtualmanKey", kind="avatar", verdicts=REFUSED_OR_UNKNOWN, files=True,
    what=Text("all avatars of one type and of one 1080P size", "所有形象类型相同、同为 1080P 分辨率"), judge=_avatars,
    why=Text("the task fails", "任务失败"),
    valid=(Case(known={_PLACE: HD}, beside="an avatar of 1920×1080"),),
    invalid=(Case(known={_PLACE: _SMALL}, beside="an avatar of 1280×720"),),
)  # fmt: skip

DEMANDS: Final = (MOST, COUNT, AVATARS)
