"""How an emulator is set up."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.config import checked_base_url
from mediaprep.emulator.account import catalogue_file, reviews
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.account.purchases import ACCOUNTS, STANDARD, Purchases, bought
from mediaprep.emulator.account.reviews import BUILT_IN, Reviews
from mediaprep.emulator.address import LOOPBACK, checked_host
from mediaprep.errors import BadConfig

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{0,128}")


LABELS = ("aigc", "none")


@dataclass(frozen=True)
class Speed:
    """When a task's result is shown. immediate: as soon as it is rendered · polls:N: after N answers of the
    progress call that show it waiting · real: after a plausible time · clock: the same, by a clock that stands
    still until the control port moves it."""

    mode: str = "immediate"
    polls: int = 0

    @classmethod
    def parse(cls, text: str) -> Speed:
        """Reads `immediate`, `polls:N`, `real` or `clock`. Raises BadConfig."""
        mode, _, number = text.partition(":")
        if (mode in {"immediate", "real", "clock"} and not number and ":" not in text) or (
            mode == "polls" and number.isdecimal() and len(number) <= 6
        ):
            return cls(mode, int(number or 0))
        raise BadConfig(
            f"speed {text!r} is not one of immediate, polls:N (a whole number), real, clock",
            f"speed 的取值 {text!r} 不对：应为 immediate、polls:N（N 为整数）、real 或 clock",
        )


@dataclass(frozen=True, kw_only=True)
class Options:
    """`host` is where it listens; away from loopback only with `public_url`, the URL under which others reach it.
    `appkey` and `accesstoken` "" = made up, and kept with `data`. `catalogue` is a file of avatars and voices in
    place of the package's own (see catalogue_file), with `any_key` every other key is taken too. `account` is a row
    of ACCOUNTS; what is not None overrides it: `exclusive` bought channels, each of which adds one task to the limit
    of five per avatar type (0: Exclusive is refused), `audio` channels, each of which adds one tts task to the one of
    every account, `hours` in seconds, until they run out (inf: never). `charge_failures` = tasks that FAIL after
    their inputs had come are charged too (but for ppt, which the docs promise to be free then). `reviews` is a
    file of words and photos that are refused (see reviews.py). The same request is refused within `repeat_seconds` of
    its acceptance, more than `submits_per_second` are (0: any number are taken), and a task FAILs that takes longer
    than `task_seconds`. `no_render` = tiny
    prerendered files in place of rendered ones, inputs fetched and not looked at. `faults_file` = fault rules to
    begin with (see control_help.py). `data` None = a temporary folder, removed at the end; `fresh` = what is in `data`
    is forgotten first. `allow_hosts` may be fetched from and called back besides loopback. `now` is the machine's
    clock, in seconds. `seed` changes what is left to chance in results: the same request has the same bytes.
    `record` is a gateway to which calls are handed on as they come, written down in `recording`; `replay` a recording
    that is played.
    `labels` aigc = results carry the label of generated content, none = they do not.
    `photo_faces` any = photos without a human face (animals, cartoons) are driven too, strict = they fail (802001)."""

    host: str = LOOPBACK
    port: int = 0
    public_url: str = ""
    appkey: str = ""
    accesstoken: str = ""
    catalogue: Path | None = None
    any_key: bool = False
    account: str = STANDARD
    speed: str | Speed = "immediate"
    data: Path | None = None
    fresh: bool = False
    allow_hosts: tuple[str, ...] = ()
    notrain_subtitles: bool = False
    exclusive: int | None = None
    audio: int | None = None
    hours: float | None = None
    charge_failures: bool = False
    reviews: Path | None = None
    repeat_seconds: float = 1.0
    submits_per_second: int = 0
    task_seconds: float | None = None
    record: str = ""
    recording: Path = Path("mediaprep-recording.jsonl")
    replay: Path | None = None
    no_render: bool = False
    faults_file: Path | None = None
    workers: int = 2
    seed: int = 0
    labels: str = "aigc"
    photo_faces: str = "any"
    fetch_seconds: float = 60.0
    now: Callable[[], float] = time.time

    @property
    def pace(self) -> Speed:
        """`speed`, read. Raises BadConfig."""
        return self.speed if isinstance(self.speed, Speed) else Speed.parse(self.speed)

    @property
    def bought(self) -> Purchases:
        """What the account has bought."""
        return bought(self.account, hours=self.hours, exclusive=self.exclusive, audio=self.audio)

    def reviewed(self) -> Reviews:
        """What the review refuses. Raises BadConfig for a file that is no such list."""
        return BUILT_IN if self.reviews is None else reviews.read(self.reviews)

    def catalogued(self) -> Catalogue:
        """What the account may use. Raises BadConfig for a file that is no catalogue."""
        found = catalogue_file.load() if self.catalogue is None else catalogue_file.read(self.catalogue)
        return found.opened() if self.any_key else found

    def checked(self) -> Options:
        """The same, with the public URL as it is given out. Raises BadConfig for what can be seen to be wrong."""
        _ = self.pace
        if self.account not in ACCOUNTS:
            known = ", ".join(ACCOUNTS)
            raise BadConfig(
                f"account {self.account!r} is not one of {known}",
                f"account 的取值 {self.account!r} 应为 {known} 之一",
            )
        if self.labels not in LABELS:
            raise BadConfig(
                f"labels {self.labels!r} is not one of {', '.join(LABELS)}",
                f"labels 的取值 {self.labels!r} 应为 {' 或 '.join(LABELS)}",
            )
        for name in ("appkey", "accesstoken"):
            if not _KEY.fullmatch(getattr(self, name)):
                raise BadConfig(
                    f"--{name}: 1 to 128 letters, digits, - and _ are taken",
                    f"--{name}：应为 1 至 128 个字母、数字、- 或 _",
                )
        if self.record and self.replay:
            raise BadConfig("--record and --replay: one of them", "--record 与 --replay 只能二选一")
        if self.record:
            checked_base_url(self.record, "--record")
        return dataclasses.replace(self, public_url=checked_host(self.host, self.public_url))
