"""`mediaprep captions VERB`: caption files for translators, and back. A new verb is a row here and a module beside this
one, with its `command`."""

from __future__ import annotations

import click

from mediaprep.cli.group import Verbs
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option

# verb → what it does. The order is the order of the work.
VERBS: dict[str, str] = {
    "export": tell("numbered captions to translate: csv, xliff or srt", "导出带编号的字幕供翻译：csv、xliff 或 srt"),
    "convert": tell("simplified ↔ traditional Chinese, times untouched", "繁简转换，时间不变"),
    "import": tell("the translation with the original's times", "把译文按原字幕的时间写成字幕"),
}  # fmt: skip


@click.group(
    "captions",
    cls=Verbs,
    homes={verb: f"{__name__}.{verb}_captions" for verb in VERBS},
    verbs=VERBS,
    help=tell("Caption files for translators, and back.", "字幕文件的翻译往返。"),
)
@lang_option
def command() -> None:
    """The root of the caption verbs; its words are set above, in both languages."""
