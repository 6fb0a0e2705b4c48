"""`mediaprep deck preview DECK -o FOLDER`"""

from __future__ import annotations

import re
from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, overwrite_option
from mediaprep.errors import BadConfig
from mediaprep.model.decks.page_pictures import Colour, Fit, Framing, PictureSource, PreviewPage
from mediaprep.model.findings import Text
from mediaprep.verbs.decks.preview_deck import preview, stands_in

_SIZES = {"1920x1080": (1920, 1080), "1080x1920": (1080, 1920)}
_COLOUR = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_PAGES = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_WAYS = {
    PictureSource.OFFICE: Text("drawn by LibreOffice", "由 LibreOffice 绘制"),
    PictureSource.PDF: Text("drawn from the PDF", "由 PDF 绘制"),
    PictureSource.THUMBNAIL: Text("the deck's own thumbnail, not drawn", "文稿自带缩略图，并非绘制"),
    PictureSource.CARD: Text("a card with the title, not drawn", "仅有标题的卡片，并非绘制"),
}


@click.command(
    "preview",
    help=tell(
        "Write a deck's pages as pictures, as PPT mode fits them into the video: page-001.png …, hidden ones too.",
        "把文稿各页写成图片（page-001.png …，含隐藏页），按 PPT 模式的画面适配方式。",
    ),
)
@click.argument("deck", metavar=tell("DECK", "文稿"), type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=tell("The folder the pictures go into.", "图片写入的目录。"),
)
@click.option("--size", type=click.Choice(list(_SIZES)), default="1920x1080", show_default=True)
@click.option(
    "--fit",
    type=click.Choice([fit.value for fit in Fit]),
    default=Fit.STRETCH.value,
    show_default=True,
    help=tell(
        "AdaptationType: 0 is stretch, 1 letterbox.",
        "AdaptationType：0 为 stretch（拉伸），1 为 letterbox（等比）。",
    ),
)
@click.option(
    "--background",
    default="FFFFFF",
    show_default=True,
    metavar="RRGGBB",
    help=tell("BackgroundColor, beside a letterboxed page.", "BackgroundColor：等比缩放时的填充颜色。"),
)
@click.option("--pages", metavar="1-5", help=tell("Only these pages.", "仅这些页。"))
@overwrite_option
@lang_option
def command(
    deck: Path, folder: Path, size: str, fit: str, background: str, pages: str | None, overwrite: bool
) -> int:
    """Every picture's line says which way it was made."""
    width, height = _SIZES[size]
    framing = Framing(width=width, height=height, fit=Fit(fit), background=_colour(background))
    made = preview(deck, folder, framing, pages=_range(pages), overwrite=overwrite, on_page=_say)
    if stands_in(made):
        told = tell(
            "LibreOffice is not installed, so pages could not be drawn: apt-get install libreoffice-impress-nogui",
            "未安装 LibreOffice，以上页面无法绘制：apt-get install libreoffice-impress-nogui",
        )
        printing.line(told, fg="yellow", err=True)
    return 0


def _say(page: PreviewPage) -> None:
    hidden = tell(", a hidden page", "，隐藏页") if page.hidden else ""
    printing.line(f"{page.file}: {_WAYS[page.way].say(LANG)}{hidden}")


def _colour(text: str) -> Colour:
    found = _COLOUR.fullmatch(text)
    if found is None:
        raise BadConfig(
            f"--background {text}: six hexadecimal digits, such as 1A2B3C",
            f"--background {text}：应为六位十六进制，如 1A2B3C",
        )
    red, green, blue = (int(part, 16) for part in found.groups())
    return red, green, blue


def _range(text: str | None) -> range | None:
    if text is None:
        return None
    found = _PAGES.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        raise BadConfig(
            f"--pages {text}: a page or a range, such as 1-5", f"--pages {text}：应为页码或范围，如 1-5"
        )
    return range(first, last + 1)
