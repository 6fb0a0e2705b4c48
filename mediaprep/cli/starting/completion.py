"""`mediaprep completion`"""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option
from mediaprep.errors import BadConfig
from mediaprep.media.files.atomic import landing

# shell → where its completions of a user lie, below the data or settings folder
_PLACES = {
    "bash": ("XDG_DATA_HOME", ".local/share", "bash-completion/completions/mediaprep"),
    "zsh": ("XDG_DATA_HOME", ".local/share", "zsh/site-functions/_mediaprep"),
    "fish": ("XDG_CONFIG_HOME", ".config", "fish/completions/mediaprep.fish"),
}


@click.command(
    "completion",
    help=tell(
        "Install the completion of verbs and options for SHELL (default: the one in $SHELL).",
        "为 SHELL（默认取自 $SHELL）安装命令与选项补全。",
    ),
    epilog=tell("Example: mediaprep completion bash", "示例：mediaprep completion bash"),
)
@click.argument("shell", type=click.Choice(list(_PLACES)), required=False)
@click.option("--print", "printed", is_flag=True, help=tell("Only print it.", "仅输出，不安装。"))
@lang_option
def command(shell: str | None, printed: bool) -> int:
    """Exit code 2 when the shell is none that is known."""
    shell = shell or Path(os.environ.get("SHELL", "")).name
    if shell not in _PLACES:
        known = ", ".join(_PLACES)
        raise BadConfig(f"which shell? One of: {known}", f"请指定 shell：{known}")
    script = _script(shell)
    if printed:
        printing.block(script)
        return 0
    variable, usual, name = _PLACES[shell]
    target = Path(os.environ.get(variable) or Path.home() / usual) / name
    if not target.is_file() or target.read_text("utf-8", "replace") != script:
        target.parent.mkdir(parents=True, exist_ok=True)
        with landing(target) as part:
            part.write_text(script, "utf-8")
    printing.line(tell(f"installed: {target}", f"已安装：{target}"))
    printing.line(_NOW[shell])
    return 0


def _script(shell: str) -> str:
    found = get_completion_class(shell)
    assert found is not None  # click knows all of the table
    from mediaprep.cli.app import COMPLETING, app

    return found(app, {}, "mediaprep", COMPLETING).source()


_NOW = {
    "bash": tell(
        "New shells have it (package bash-completion); this one: exec bash",
        "新开的 shell 即可使用（需 bash-completion 软件包）；当前 shell：exec bash",
    ),
    "zsh": tell(
        "Once, in ~/.zshrc: fpath+=~/.local/share/zsh/site-functions; autoload -Uz compinit; compinit",
        "在 ~/.zshrc 中加入一次：fpath+=~/.local/share/zsh/site-functions; autoload -Uz compinit; compinit",
    ),
    "fish": tell("New shells have it.", "新开的 shell 即可使用。"),
}
