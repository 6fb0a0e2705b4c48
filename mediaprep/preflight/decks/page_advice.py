"""Advice on decks for PPT mode: hidden pages, counts that do not agree, page shape, and what is lost or uncertain
when pages become pictures. What the service does with any of it is not documented, so all of it is soft."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mediaprep.model.facts import DeckFacts, Facts, OnPages
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule

_FIELD: Final = ("ppt", "PPTFileUrl")
_PREFIX: Final = ".".join(_FIELD)
_SOURCE: Final = "advice of ours"
_SHAPES: Final = (16 / 9, 9 / 16)  # of the two sizes that PPT mode makes
_ALIKE: Final = 0.01  # of the ratio; a hundredth is a few columns of pixels
_MOST_NAMES: Final = 5
# Fonts that Office or Windows bring along; others are what surprises.
_USUAL: Final = frozenset(
    name.casefold()
    for name in (
        "Arial", "Arial Black", "Arial Narrow", "Calibri", "Calibri Light", "Cambria", "Cambria Math", "Candara",
        "Century Gothic", "Comic Sans MS", "Consolas", "Constantia", "Corbel", "Courier", "Courier New", "Franklin "
        "Gothic Book", "Franklin Gothic Medium", "Garamond", "Georgia", "Gill Sans MT", "Helvetica",
        "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique", "Times-Roman", "Times-Bold", "Times-Italic",
        "Times-BoldItalic", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique", "ZapfDingbats", "Impact",
        "Lucida Sans Unicode", "Palatino Linotype", "Segoe UI", "Symbol", "Tahoma", "Times New Roman", "Trebuchet MS",
        "Verdana", "Webdings", "Wingdings", "Wingdings 2", "Wingdings 3", "Aptos", "Aptos Display", "Tw Cen MT",
        "宋体", "SimSun", "新宋体", "NSimSun", "黑体", "SimHei", "微软雅黑", "Microsoft YaHei", "Microsoft YaHei UI",
        "微软雅黑 Light", "Microsoft YaHei Light", "楷体", "KaiTi", "楷体_GB2312", "仿宋", "FangSong", "仿宋_GB2312",
        "等线", "DengXian", "等线 Light", "DengXian Light", "隶书", "LiSu", "幼圆", "YouYuan", "华文楷体", "STKaiti",
        "华文宋体", "STSong", "华文黑体", "STHeiti", "华文中宋", "STZhongsong", "华文仿宋", "STFangsong",
        "MS PGothic", "ＭＳ Ｐゴシック", "MS Gothic", "ＭＳ ゴシック", "MS Mincho", "Yu Gothic", "游ゴシック",
        "Malgun Gothic", "맑은 고딕", "PMingLiU", "新細明體", "MingLiU", "Microsoft JhengHei", "微軟正黑體",
    )
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Held:
    """Something that pages may hold, by its kind in the facts: its name, what becomes of it, what to do."""

    kind: str
    name: Text
    fate: Text
    fix: Text | None = None


_LOST: Final = Text("is lost when pages become pictures", "转成页面图片后会丢失")
_HELD: Final = (
    _Held(
        kind="linked", name=Text("linked media", "链接的媒体"),
        fate=Text("lies elsewhere: nobody but this computer finds it", "存放在别处，其他机器无法找到"),
        fix=Text("embed it: File › Info › Edit Links to Files", "请嵌入：文件 › 信息 › 编辑指向文件的链接"),
    ),
    _Held(kind="video", name=Text("a video", "视频"), fate=Text(
        "is a still picture when pages become pictures", "转成页面图片后只剩静止画面"),
        fix=Text("put it in as a head, tail or scene of the finished video", "可作为片头、片尾或成片片段加入")),
    _Held(kind="audio", name=Text("sound", "声音"), fate=_LOST,
        fix=Text("give it as the page's InputAudioUrl", "可作为该页的 InputAudioUrl")),
    _Held(kind="animations", name=Text("animations", "动画"), fate=Text(
        "end in one picture that shows everything at once", "会合并为同时显示全部内容的一张画面"),
        fix=Text("make a page of each step", "请把每一步拆成单独一页")),
    _Held(kind="transitions", name=Text("transitions", "切换效果"), fate=_LOST),
    _Held(kind="macros", name=Text("macros", "宏"), fate=Text(
        "are not run, and may have the file turned away", "不会执行，且可能导致文件被拒"),
        fix=Text("save it as pptx without macros", "请另存为不含宏的 pptx")),
    _Held(kind="fonts", name=Text("fonts", "字体"), fate=Text(
        "are not in the file and may be replaced by others", "未嵌入文件，可能被替换"),
        fix=Text("embed them (Options › Save), or export as PDF", "请嵌入字体（文件 › 选项 › 保存），或导出 PDF")),
    _Held(kind="smartart", name=Text("SmartArt", "SmartArt"), fate=Text(
        "may be drawn differently outside PowerPoint", "在 PowerPoint 之外可能显示不同"),
        fix=Text("convert it to shapes", "请转换为形状")),
    _Held(kind="ole", name=Text("embedded objects", "嵌入对象（OLE）"), fate=Text(
        "show their last picture only, controls nothing at all", "只显示缓存图，控件则不显示"),
        fix=Text("paste them as pictures", "请粘贴为图片")),
    _Held(kind="script", name=Text("scripts", "脚本"), fate=Text("are not run", "不会执行")),
    _Held(kind="form", name=Text("form fields", "表单域"), fate=Text(
        "may be drawn empty or not at all", "可能为空或不显示"),
        fix=Text("print it to PDF again", "请重新打印为 PDF")),
)  # fmt: skip


def spelled(pages: Sequence[int]) -> str:
    """1, 2, 3, 7 → `1-3, 7`."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def judge(endpoint: str, field: str, facts: Facts) -> list[Finding]:
    """Advice on a deck that was read; nothing for any other file or field."""
    if (endpoint, field) != _FIELD or not isinstance(facts, DeckFacts) or facts.pages_total is None:
        return []
    found = [finding for check in _CHECKS if (finding := check(facts)) is not None]
    held = {entry.kind: entry for entry in facts.holds or ()}
    embedded = held.get("embedded_fonts")
    for row in _HELD:
        entry = held.get(row.kind)
        if entry is not None and row.kind == "fonts":
            entry = _unusual(entry, embedded)
        if entry is not None:
            found.append(_of(row, entry))
    return found


def _unusual(fonts: OnPages, embedded: OnPages | None) -> OnPages | None:
    """The fonts that neither the deck nor any Office or Windows brings along."""
    brought = {name.casefold() for name in embedded.names} if embedded else set()
    names = tuple(name for name in fonts.names if name.casefold() not in _USUAL | brought)
    return OnPages(kind=fonts.kind, names=names) if names else None


def _of(row: _Held, entry: OnPages) -> Finding:
    names = ", ".join(entry.names[:_MOST_NAMES]) + (" …" if len(entry.names) > _MOST_NAMES else "")
    told = f" ({names})" if names else ""
    on = Text("", "")
    if entry.pages:
        on = Text(f" on {_count(len(entry.pages))}", f"（{len(entry.pages)} 页）")
    return Finding(
        rule=f"{_PREFIX}.{row.kind}",
        verdict=Verdict.ADVISED,
        measured=list(entry.pages) or list(entry.names) or True,
        limit="none",
        message=Text(
            f"{row.name.en}{told}{on.en}: {row.fate.en}", f"{row.name.zh}{told}{on.zh}：{row.fate.zh}"
        ),
        fix=row.fix,
        where=f"page {spelled(entry.pages)}" if entry.pages else None,
    )


def _count(pages: int) -> str:
    return f"{pages} page{'s' if pages != 1 else ''}"


def _hidden(facts: DeckFacts) -> Finding | None:
    hidden, total = facts.hidden_pages or (), facts.pages_total
    if not hidden:
        return None
    return _advice(
        "hidden_pages",
        Text(
            f"{len(hidden)} of {total} pages hidden: not documented whether the service shows them; other programs "
            "leave them out, and every later page then gets another's script",
            f"{total} 页中有 {len(hidden)} 页隐藏：服务如何处理未作说明；其他程序会跳过隐藏页，使其后各页与文案错位",
        ),
        measured=list(hidden),
        limit="none",
        where=f"page {spelled(hidden)}",
    )


def _missing(facts: DeckFacts) -> Finding | None:
    if not facts.missing_pages:
        return None
    pages = spelled(facts.missing_pages)
    return _advice(
        "missing_pages",
        Text(
            f"page {pages} is in the list of pages and not in the file: others count fewer pages",
            f"第 {pages} 页在页面列表中，但文件里没有：其他程序得到的页数会更少",
        ),
        measured=list(facts.missing_pages),
        limit="none",
        where=f"page {pages}",
    )


def _claimed(facts: DeckFacts) -> Finding | None:
    claimed, total = facts.claimed_pages, facts.pages_total
    if claimed is None or claimed == total:
        return None
    return _advice(
        "claimed_pages",
        Text(
            f"the file says that it has {claimed} pages and holds {total}: who believes it sees another number",
            f"文件自称有 {claimed} 页，实际为 {total} 页：轻信者会得到不同页数",
        ),
        measured=claimed,
        limit=str(total),
    )


def _flavour(facts: DeckFacts) -> Finding | None:
    if facts.flavour in (None, "pptx", facts.format):  # the format is judged by itself
        return None
    return _advice(
        "flavour",
        Text(
            f"by its contents this is a {facts.flavour}, whatever its name: some programs refuse it as pptx",
            f"按内容这是 {facts.flavour}（与文件名无关）：部分程序不接受其作为 pptx",
        ),
        measured=facts.flavour,
        limit="pptx",
    )


def _shape(facts: DeckFacts) -> Finding | None:
    aspect = facts.page_aspect
    if aspect is None or any(abs(aspect / shape - 1) <= _ALIKE for shape in _SHAPES):
        return None
    return _advice(
        "page_aspect",
        Text(
            f"a page is {aspect:.3g} times as wide as high, the video 1.78 or 0.563 times (16:9, 9:16): AdaptationType "
            "0 stretches it, 1 leaves bars",
            f"页面宽高比为 {aspect:.3g}，视频为 1.78 或 0.563（16:9、9:16）：AdaptationType 0 会拉伸，1 会留边",
        ),
        measured=round(aspect, 4),
        limit="16:9 / 9:16",
    )


def _advice(kind: str, message: Text, *, measured: object, limit: str, where: str | None = None) -> Finding:
    rule = _RULES[f"{_PREFIX}.{kind}"]
    return Finding(
        rule=rule.id,
        verdict=Verdict.ADVISED,
        measured=measured,
        limit=limit,
        message=message,
        fix=rule.fix,
        where=where,
    )


_CHECKS: Final[tuple[Callable[[DeckFacts], Finding | None], ...]] = (
    _hidden,
    _missing,
    _claimed,
    _flavour,
    _shape,
)


def _rows() -> Iterator[Rule]:
    for kind, limit, what, why, fix, good, bad in (
        (
            "hidden_pages", "none", Text("no page is hidden", "没有隐藏页"),
            Text("pages and scripts fall out of step where one side counts hidden pages",
                 "一方计入隐藏页而另一方不计时，页面与文案会错位"),
            Text("`mediaprep deck clean --hidden drop` (or unhide) writes a copy without hidden pages",
                 "`mediaprep deck clean --hidden drop`（或 unhide）可写出没有隐藏页的副本"),
            "none", "page 3",
        ),
        (
            "missing_pages", "none", Text("every page in the list is in the file", "列表中的每一页都在文件内"),
            Text("programs that repair the deck end up with fewer pages", "修复后页数会变少"),
            Text("open it in PowerPoint, let it be repaired, save it again", "请用 PowerPoint 打开并修复后重新保存"),
            "none", "page 4",
        ),
        (
            "claimed_pages", "the pages it holds", Text("the file's own count of pages is right", "文件自述页数正确"),
            Text("a limit on pages may be judged by it", "页数限制可能据此判断"),
            Text("open it and save it again", "请打开后重新保存"), "60 of 60", "12 of 60",
        ),
        (
            "flavour", "pptx", Text("a pptx is a plain presentation inside", "pptx 的内容为普通演示文稿"),
            Text("the docs take ppt, pptx and pdf; shows, templates and macro files are others",
                 "文档只列出 ppt、pptx、pdf；放映、模板与含宏文件不在其列"),
            Text("save it as pptx", "请另存为 pptx"), "pptx", "ppsx",
        ),
        (
            "page_aspect", "16:9 / 9:16", Text("pages are shaped as the video is", "页面比例与视频一致"),
            Text("pages of another shape are stretched, or shown with bars", "比例不同的页面会被拉伸或留边"),
            Text("set the slide size to 16:9 (Design › Slide Size)", "请把幻灯片大小设为 16:9（设计 › 幻灯片大小）"),
            "1.778", "1.333",
        ),
    ):  # fmt: skip
        yield _rule(kind, limit, (what, why, fix), (good, bad))
    for row in _HELD:
        what = Text(f"the deck does without {row.name.en}", f"文稿中没有{row.name.zh}")
        why = Text(f"{row.name.en}: {row.fate.en}", f"{row.name.zh}：{row.fate.zh}")
        yield _rule(row.kind, "none", (what, why, row.fix), ("none", "page 2"))


def _rule(kind: str, limit: str, words: tuple[Text, Text, Text | None], shown: tuple[str, str]) -> Rule:
    """`words`: what, why, how to mend it; `shown`: a value that passes and one that does not."""
    what, why, fix = words
    examples = (Example(shown[0], Verdict.PASS), Example(shown[1], Verdict.ADVISED))
    return Rule(
        id=f"{_PREFIX}.{kind}", family=Family.FILE, verdicts=(Verdict.ADVISED,), limit=limit, what=what, why=why,
        fix=fix, source=_SOURCE, examples=examples,
    )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = tuple(_rows())
_RULES: Final = {rule.id: rule for rule in ROWS}
