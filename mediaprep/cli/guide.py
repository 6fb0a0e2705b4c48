"""The pages of the guide (mediaprep/guide): NAME.md in English, NAME.zh.md in Chinese, titled in the first line."""

from __future__ import annotations

from importlib import resources

from mediaprep.model.findings import Text

_ORDER = ("tutorial", "producers", "developers", "operators", "emulator", "reference", "api", "why")


def pages() -> dict[str, Text]:
    """Name → what it is about, in the order in which they are read."""
    found = {it.name.removesuffix(".md") for it in _folder().iterdir() if it.name.endswith(".md")}
    names = sorted(
        (name for name in found if "." not in name),
        key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name),
    )
    return {name: Text(_title(name, "en"), _title(name, "zh")) for name in names}


def read(name: str, lang: str) -> str:
    """A page in `lang`, else in the language it has."""
    inside = _folder()
    told = inside / f"{name}.zh.md" if lang == "zh" else inside / f"{name}.md"
    return (told if told.is_file() else inside / f"{name}.md").read_text("utf-8")


def _title(name: str, lang: str) -> str:
    return read(name, lang).partition("\n")[0].lstrip("# ")


def _folder() -> resources.abc.Traversable:
    return resources.files("mediaprep").joinpath("guide")
