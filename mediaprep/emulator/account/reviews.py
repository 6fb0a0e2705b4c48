"""What the service's review refuses: words in scripts, and photos. Nobody publishes its lists: these are made up, for
tests, or the user's own."""

from __future__ import annotations

import fnmatch
import re
import threading
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from mediaprep.contract.script.ssml import ParsedScript
from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.media.files.digest import sha256_of
from mediaprep.model.findings import Text

_MOST_BYTES: Final = 1 << 20
_TOO_LARGE: Final = Text("a list has at most 1 MiB", "列表最大 1 MiB")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def _squeezed(text: str) -> str:
    """Letters and digits alone, in one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _heard(word: str) -> str:
    if not _squeezed(word):
        raise ValueError("a word has a letter or a digit in it")
    return word


def _pattern(photo: str) -> str:
    if not photo.strip("*? "):
        raise ValueError("this would refuse every photo")
    return photo


class Reviews(BaseModel):
    """`words` are found in scripts whatever tags, spaces and marks stand between their letters, in any width and case.
    `photos`: SHA-256 of a file (64 hex digits), or a pattern of its name, the end of its URL (`*-refused.jpg`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[Annotated[str, AfterValidator(_heard)], ...] = ()
    photos: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()


BUILT_IN: Final = Reviews(words=("敏感词示例", "sensitive-word-example"), photos=("*review-refused*",))


def read(path: Path) -> Reviews:
    """The user's lists. Raises BadConfig."""
    try:
        return Reviews.model_validate(documents.load(path, _MOST_BYTES, _TOO_LARGE))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        why = first["msg"].removeprefix("Value error, ")
        raise BadConfig(
            f"{path} is no review list: {place}: {why} (known: words, photos)",
            f"{path} 不是审核列表：{place}：{why}（可用键：words、photos）",
        ) from error


class Reviewer:
    """Judges by lists that can be exchanged while it works."""

    def __init__(self, lists: Reviews) -> None:
        self._first = self.lists = lists
        self._lock = threading.Lock()

    def exchange(self, lists: Reviews) -> None:
        """From now on judges by these."""
        with self._lock:
            self.lists = lists

    def reset(self) -> None:
        """Back to what it began with."""
        self.exchange(self._first)

    def word_in(self, script: ParsedScript) -> str | None:
        """The first listed word of what is shown or spoken of a script."""
        aliases = (mark.attributes.get("alias", "") for mark in script.marks)
        said = [_squeezed(text) for text in (script.plain, *aliases)]
        return next(
            (word for word in self.lists.words if any(_squeezed(word) in text for text in said)), None
        )

    def refuses_photo(self, url: str, path: Path) -> bool:
        """Whether a fetched photo is listed."""
        name = PurePosixPath(unquote(urlsplit(url).path)).name.lower()
        patterns = [photo.lower() for photo in self.lists.photos]
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            return True
        digests = {pattern for pattern in patterns if _DIGEST.fullmatch(pattern)}
        return bool(digests) and sha256_of(path) in digests
