"""`mediaprep help`"""

from __future__ import annotations

import click

from mediaprep.cli import guide, printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option


@click.command(
    "help",
    help=tell(
        "Show a verb's help (mediaprep help check, mediaprep help deck split) or a page of the guide; alone it lists "
        "both.",
        "显示命令的帮助（mediaprep help check、mediaprep help deck split）或手册的一页；不带参数则列出全部。",
    ),
)
@click.argument("topic", nargs=-1, metavar=tell("[TOPIC…]", "[主题…]"))
@lang_option
@click.pass_context
def command(ctx: click.Context, topic: tuple[str, ...]) -> int:
    root = ctx.find_root()
    if not topic:
        printing.block(root.get_help() + "\n\n" + _pages())
        return 0
    if len(topic) == 1 and topic[0] in guide.pages():
        printing.block(guide.read(topic[0], LANG))
        return 0
    found: click.Command = root.command
    inner = root
    for name in topic:
        if not isinstance(found, click.Group):
            raise click.UsageError(
                tell(f"No such topic {' '.join(topic)!r}.", f"没有主题 {' '.join(topic)}"), root
            )
        _, child, _ = found.resolve_command(inner, [name])
        assert child is not None  # resolve_command raises for a name that there is not
        inner = click.Context(child, parent=inner, info_name=name)
        found = child
    printing.block(inner.get_help() + "\n")
    return 0


def _pages() -> str:
    names = "\n".join(f"  {name:12}{about.say(LANG)}" for name, about in guide.pages().items())
    return (
        f"{tell('Guide (mediaprep help PAGE)', '手册（mediaprep help 页名）')}:\n{names}\n" if names else ""
    )
