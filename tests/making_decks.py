"""Decks that tests are about: twenty plain ones with known pages, hidden pages and notes, and decks that hold
what makes splitting and shrinking hard (shared pictures, sections, custom shows, jumps, media, effects)."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree
from PIL import Image

from tests.making import make_pptx

P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"


@dataclass(frozen=True, kw_only=True)
class Deck:
    """What a generated deck holds. `notes` by page from 1; "" is a notes page without text."""

    name: str
    pages: int
    hidden: tuple[int, ...] = ()
    notes: Mapping[int, str] = field(default_factory=dict)

    def make(self, folder: Path) -> Path:
        return make_pptx(folder / f"{self.name}.pptx", self.pages, hidden=self.hidden, notes=self.notes)


def _every(pages: int, text: str = "第{0}页：大家好，这是第{0}页。") -> dict[int, str]:
    return {page: text.format(page) for page in range(1, pages + 1)}


VARIETY: tuple[Deck, ...] = (
    Deck(name="one", pages=1, notes={1: "Hello."}),
    Deck(name="no-notes", pages=3),
    Deck(name="empty-notes", pages=3, notes={1: "", 2: "   ", 3: "\n\n"}),
    Deck(name="some-notes", pages=5, notes={2: "Only the second page speaks.", 5: "And the last."}),
    Deck(name="hidden-first", pages=4, hidden=(1,), notes=_every(4)),
    Deck(name="hidden-last", pages=4, hidden=(4,), notes=_every(4)),
    Deck(name="hidden-many", pages=9, hidden=(2, 3, 7), notes=_every(9)),
    Deck(name="hidden-all", pages=2, hidden=(1, 2), notes=_every(2)),
    Deck(name="hidden-empty-notes", pages=3, hidden=(2,), notes={1: "", 2: "hidden and spoken", 3: ""}),
    Deck(name="fifty", pages=50, notes=_every(50)),
    Deck(name="fifty-one", pages=51, notes=_every(51)),
    Deck(name="fifty-one-hidden", pages=51, hidden=(51,), notes=_every(51)),
    Deck(name="chinese", pages=2, notes={1: "大家好，欢迎来到重庆。\n今天讲三件事：一、二、三。", 2: "谢谢！"}),
    Deck(name="emoji", pages=2, notes={1: "开始 🎬👩‍🏫 start", 2: "🇨🇳 done 👍🏽"}),
    Deck(name="markup", pages=3, notes={1: "a < b && c > d", 2: "<speak>A & B</speak>", 3: "\"x\" & 'y' &amp; z"}),
    Deck(name="soft-breaks", pages=2, notes={1: "一行\v又一行\n新段落", 2: "one line\vthe same line\nanother"}),
    Deck(name="long", pages=1, notes={1: "这是一个很长的备注，用来检查长度。" * 1100}),
    Deck(name="rare", pages=1, notes={1: "𠮷野家、㐂、龘；café, naïve, Ω≈ç√∫"}),
    Deck(name="spaces", pages=2, notes={1: "  leading and trailing  ", 2: "tab\there,  two  spaces"}),
    Deck(name="mixed", pages=6, hidden=(3,), notes={1: "中英 mixed 文本", 2: "", 3: "隐藏 & hidden", 4: "😀<b>"}),
)  # fmt: skip


def photo(seed: int, *, width: int = 640, height: int = 360, noise: int = 40) -> Image.Image:
    """A picture with soft shapes and grain, so that it compresses as a photograph does."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    soft = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    grain = rng.integers(-noise, noise + 1, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(np.asarray(soft, dtype=np.int16) + grain, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image, form: str = "JPEG", quality: int = 92) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, form, **({"quality": quality} if form == "JPEG" else {}))
    out.seek(0)
    return out


def make_lesson(
    path: Path,
    pages: int,
    *,
    hidden: Sequence[int] = (),
    notes: Mapping[int, str] | None = None,
    pictures: int = 6,
    sections: int = 0,
    jumps: Mapping[int, int] | None = None,
    show: Sequence[int] = (),
    wide: bool = True,
) -> Path:
    """A deck as teachers have them: a title, text and one of a few shared pictures on each page.

    `jumps` are links from a page to a page, `show` the pages of a custom show, `sections` groups of equal length.
    """
    import pptx
    from pptx.util import Inches, Pt

    deck = pptx.Presentation()
    if wide:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    stock = [encoded(photo(number)) for number in range(pictures)]
    for number in range(1, pages + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = f"Page {number} · 第{number}页"
        if stock:
            shared = stock[(number - 1) % len(stock)]
            shared.seek(0)
            slide.shapes.add_picture(shared, Inches(1), Inches(2), width=Inches(6))
        box = slide.shapes.add_textbox(Inches(7.5), Inches(2), Inches(5), Inches(2))
        box.text_frame.text = f"{number} × {number} = {number * number}"
        box.text_frame.paragraphs[0].font.size = Pt(28)
        if number in hidden:
            slide._element.set("show", "0")
        if notes and number in notes:
            slide.notes_slide.notes_text_frame.text = notes[number]
    slides = list(deck.slides)
    for start, end in (jumps or {}).items():
        shape = slides[start - 1].shapes.add_shape(1, Inches(0.2), Inches(6.5), Inches(1), Inches(0.5))
        shape.click_action.target_slide = slides[end - 1]
    ids = [entry.id for entry in deck.slides._sldIdLst]
    if show:
        _custom_show(deck, [ids[number - 1] for number in show])
    if sections:
        _sections(deck, ids, sections)
    deck.save(path)
    return path


def _custom_show(deck: Any, ids: Sequence[int]) -> None:
    root, links = deck.part._element, {entry.id: entry.rId for entry in deck.slides._sldIdLst}
    entries = "".join(f'<p:sld r:id="{links[each]}"/>' for each in ids)
    shows = f'<p:custShowLst xmlns:p="{P}" xmlns:r="{R}"><p:custShow name="s" id="0"><p:sldLst>{entries}</p:sldLst>'
    root.find(f"{{{P}}}notesSz").addnext(etree.fromstring(shows + "</p:custShow></p:custShowLst>"))


def _sections(deck: Any, ids: Sequence[int], count: int) -> None:
    size = -(-len(ids) // count)
    groups = [ids[start : start + size] for start in range(0, len(ids), size)]
    body = "".join(
        f'<p14:section name="s{number}" id="{{00000000-0000-0000-0000-{number:012d}}}"><p14:sldIdLst>'
        + "".join(f'<p14:sldId id="{each}"/>' for each in group)
        + "</p14:sldIdLst></p14:section>"
        for number, group in enumerate(groups)
    )
    extension = (
        f'<p:extLst xmlns:p="{P}"><p:ext uri="{{521415D9-36F7-43E2-AB2F-B90AF26B5E84}}">'
        f'<p14:sectionLst xmlns:p14="{P14}">{body}</p14:sectionLst></p:ext></p:extLst>'
    )
    root = deck.part._element
    old = root.find(f"{{{P}}}extLst")
    if old is not None:
        root.remove(old)
    root.append(etree.fromstring(extension))


def make_heavy_pptx(path: Path, pages: int, *, size_bytes: int, form: str = "JPEG") -> Path:
    """A deck of about `size_bytes`, one large picture a page (no two alike), as phones and screenshots give."""
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    each = size_bytes // pages
    base = photo(1, width=4000 if form == "JPEG" else 1200, height=2250 if form == "JPEG" else 675, noise=10)
    quality = next((q for q in (98, 95, 90, 85) if len(encoded(base, form, q).getvalue()) <= each), 80)
    width = round(base.width * min(1.6, (each / len(encoded(base, form, quality).getvalue())) ** 0.5))
    base = photo(1, width=width, height=round(width * 9 / 16), noise=10)
    for number in range(pages):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        turned = base.copy()
        turned.putpixel((number % base.width, 0), (number % 256, number // 256, 7))
        slide.shapes.add_picture(encoded(turned, form, quality), 0, 0, width=deck.slide_width)
    deck.save(path)
    return path


def make_lesson_pdf(path: Path, pages: int, *, pictures: int = 0, shared: bool = False) -> Path:
    """A PDF with a text and a picture on each page: its own, or one of so many `pictures`. `shared`: all pages hang
    on one /Resources that names every picture, as some printers write them."""
    import pymupdf

    document = pymupdf.open()
    stock: dict[int, int] = {}
    for number in range(1, pages + 1):
        page = document.new_page(width=960, height=540)
        page.insert_text((60, 60), f"Page {number}", fontsize=40)
        which = number % pictures if pictures else number
        box = pymupdf.Rect(60, 100, 60 + 640, 100 + 360)
        if which in stock:
            page.insert_image(box, xref=stock[which])
        else:
            stock[which] = page.insert_image(box, stream=encoded(photo(which)).getvalue())
    if shared:
        _one_resources(document)
    document.save(path, garbage=0, deflate=True)
    return path


def _one_resources(document: Any) -> None:
    """All pages' resources in one dictionary, the pictures' names made unique first."""
    fonts, pictures = [], {}
    for page in document:
        fonts += [f"/{entry[4]} {entry[0]} 0 R" for entry in page.get_fonts(full=True)]
        page.clean_contents()
        contents = page.read_contents()
        for entry in page.get_images(full=True):
            pictures[entry[0]] = f"Picture{entry[0]}"
            contents = contents.replace(f"/{entry[7]} Do".encode(), f"/{pictures[entry[0]]} Do".encode())
        document.update_stream(page.get_contents()[0], contents)
    named = " ".join(f"/{name} {xref} 0 R" for xref, name in pictures.items())
    holder = document.get_new_xref()
    document.update_object(holder, f"<</Font<<{' '.join(dict.fromkeys(fonts))}>>/XObject<<{named}>>>>")
    for page in document:
        document.xref_set_key(page.xref, "Resources", f"{holder} 0 R")


def mutated(data: bytes, seed: int) -> bytes:
    """`data` damaged in a few places, cut or with a part repeated; the same seed does the same."""
    rng = random.Random(seed)
    wrong = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(wrong))
        match rng.randrange(4):
            case 0:
                wrong[at] ^= 1 << rng.randrange(8)
            case 1:
                wrong[at : at + 4] = rng.randbytes(4)
            case 2:
                del wrong[at : at + rng.randint(1, 64)]
            case 3:
                wrong[at:at] = wrong[at : at + rng.randint(1, 256)]
    return bytes(wrong[: rng.randrange(len(wrong))] if rng.random() < 0.2 else wrong)


def with_part(source: Path, target: Path, changes: Mapping[str, bytes | None]) -> Path:
    """A copy of a zip with parts replaced, added, or left out (None)."""
    left = dict(changes)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = left.pop(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in left.items():
            if data is not None:
                new.writestr(name, data)
    return target
