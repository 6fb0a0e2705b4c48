"""`deck preview`: the pages of a deck as pictures of exact size, one file each, made as PPT mode fits them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.files import atomic
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import Framing, PictureSource, PreviewPage
from mediaprep.model.facts import DeckFacts, UnknownFacts
from mediaprep.verbs.finishing import output_claims


def preview(
    deck: Path,
    folder: Path,
    framing: Framing,
    *,
    pages: range | None = None,
    overwrite: bool = False,
    on_page: Callable[[PreviewPage], None] | None = None,
) -> tuple[PreviewPage, ...]:
    """Write page-001.png … of `pages` (from 1; None: all) into `folder`, which is made; hidden pages too. One picture
    is held at a time; what stands there is replaced if it is ours, or with `overwrite`. Raises BadAsset for what is
    no deck, locked, damaged or takes too much."""
    from mediaprep.media.decks import page_images

    facts = probe(deck, faces=False)
    if isinstance(facts, UnknownFacts):
        wrong = ToolFailed if facts.machine_fault else BadAsset
        raise wrong(f"{deck.name}: {facts.problem_en}", f"{deck.name}：{facts.problem_zh}")
    if not isinstance(facts, DeckFacts):
        raise BadAsset(f"{deck.name}: is a {facts.kind}, no deck", f"{deck.name}：是 {facts.kind}，不是文稿")
    made: list[PreviewPage] = []
    try:
        with page_images.opened(deck, facts, pages=pages) as opened:
            folder.mkdir(parents=True, exist_ok=True)
            targets = {number: folder / f"page-{number:03}.png" for number in opened.ways}
            output_claims.claim(targets.values(), reads=[deck], overwrite=overwrite)
            for number, way in opened.ways.items():
                name = targets[number].name
                _write(opened.picture(number, framing), folder / name, framing)
                hidden = number in (facts.hidden_pages or ())
                made.append(PreviewPage(number=number, file=name, way=way, hidden=hidden))
                if on_page is not None:
                    on_page(made[-1])
    except BadAsset as error:
        raise BadAsset(f"{deck.name}: {error.en}", f"{deck.name}：{error.zh}") from error
    except OSError as error:
        raise ToolFailed(
            f"{folder}: cannot be written: {error.strerror}", f"{folder}：无法写入：{error.strerror}"
        ) from error
    return tuple(made)


def stands_in(pages: tuple[PreviewPage, ...]) -> bool:
    """Whether some are not drawn, for want of LibreOffice."""
    return any(page.way in {PictureSource.THUMBNAIL, PictureSource.CARD} for page in pages)


def _write(picture: object, target: Path, framing: Framing) -> None:
    """As PNG, proved by its header."""
    from mediaprep.media import pictures

    with atomic.landing(target) as part:
        pictures.write_png(picture, part)  # type: ignore[arg-type]
        header = pictures.read_header(part)
        if (header.format, header.width, header.height) != ("png", framing.width, framing.height):
            raise ToolFailed(
                f"{target.name}: {header.width}×{header.height} px were written as {header.format}",
                f"{target.name}：写出的是 {header.width}×{header.height} 像素的 {header.format}",
            )
