"""The conformance suite: every documented parameter's valid, boundary and invalid values, over raw HTTP.

`scripts/conformance` runs it against an emulator of its own. With MEDIAPREP_REAL=1 and keys it runs against the real
gateway (which it never has, for want of keys): only what must be refused, tts and the asset lists, unless
--max-minutes allows videos; it says what it will send and asks first.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from tests.emulator.conformance.cases import Case, Ground, all_cases
from tests.emulator.conformance.raw_gateway import RawGateway

RULES: Final = Path(__file__).resolve().parents[3] / "fixtures" / "api" / "rules.yaml"
REAL_HOST: Final = "https://gw.tvs.qq.com"
NOWHERE: Final = "http://127.0.0.1:9/nothing"  # fails at once, wherever it is fetched
_FREE: Final = frozenset({"tts", "progress", "ppt_progress"})
_CHARACTERS_A_MINUTE: Final = 240.0
_LISTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "getanchor": {"VirtualmanTypeCode": "real_man_2d", "PageIndex": 1, "PageSize": 10},
    "getimagebyanchor": {"VirtualmanTypeCode": "real_man_2d", "PageIndex": 1, "PageSize": 10},
    "describesmallsampleimage": {"PageIndex": 1, "PageSize": 10},
    "describetimbre": {"PageIndex": 1, "PageSize": 10},
}
Say = Callable[[str], None]


@dataclass
class Verdicts:
    """What came of the cases that were sent; `unsent`: cases that were not, by why."""

    sent: collections.Counter[str] = field(default_factory=collections.Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)  # parameter → what differs
    judged: set[str] = field(default_factory=set)
    unsent: collections.Counter[str] = field(default_factory=collections.Counter)


def rules() -> dict[str, Any]:
    """The docs' rules as data."""
    return yaml.load(RULES.read_text(encoding="utf-8"), yaml.CSafeLoader)  # type: ignore[no-any-return]


def parameters(held: Mapping[str, Any]) -> list[str]:
    """The ids of all parameters."""
    return [rule["id"] for endpoint in held["endpoints"] for rule in endpoint["params"]]


def minutes(case: Case) -> float:
    """About how long the video of a case would be, 0 where none is made; what is driven by sound counts as a minute."""
    if not case.accepted or case.endpoint in _FREE or case.fails:
        return 0.0
    pages = case.payload.get("PageConfigs") or [case.payload]
    texts = [page.get("InputSsml") if isinstance(page, dict) else None for page in pages]
    spoken = sum(len(text) / _CHARACTERS_A_MINUTE if isinstance(text, str) else 1.0 for text in texts)
    return max(spoken, 1 / 60)


def affordable(cases: Sequence[Case], most: float) -> Iterator[tuple[Case, str]]:
    """Each case with why it is not sent ("": it is), where a minute costs and `most` may be spent."""
    left = most
    for case in cases:
        costs = minutes(case)
        if case.fails:  # accepted, to fail: whether that is charged the docs do not say
            yield case, "" if most else "may be charged although it fails"
        elif costs > left:
            yield case, "beyond --max-minutes" if most else "makes a video"
        else:
            left -= costs
            yield case, ""


def judge(cases: Sequence[tuple[Case, str]], gateway: RawGateway, *, seconds: float = 60.0) -> Verdicts:
    """Sends what is to be sent."""
    found = Verdicts()
    for case, unsent in cases:
        if unsent:
            found.unsent[unsent] += 1
            continue
        found.sent[case.kind] += 1
        found.judged.add(case.parameter)
        flaw = _flaw(case, gateway, seconds)
        if flaw:
            found.wrong.setdefault(case.parameter, []).append(
                f"{case.path} [{case.kind}: {case.what}]: {flaw}"
            )
    return found


def _flaw(case: Case, gateway: RawGateway, seconds: float) -> str:
    """How the gateway differs from the docs, "" where it does not."""
    told = gateway.patiently(case.endpoint, case.payload, case.codes, seconds)
    if told.code not in case.codes:
        wanted = " or ".join(str(code) for code in sorted(case.codes))
        return f"code {told.code} ({told.message}), not {wanted}"
    task_id = told.payload.get("TaskId")
    if case.accepted and case.endpoint not in ("progress", "ppt_progress") and not task_id:
        return "accepted without a TaskId"
    if case.fails:
        ended = gateway.ended(str(task_id), case.endpoint, seconds)
        if ended.get("FailCode") not in case.fails:
            return f"ended {ended.get('Status')} with {ended.get('FailCode')}, not {sorted(case.fails)}"
        if told.emulated and case.path.rpartition(".")[2] not in ended["FailMessage"]:
            return f"FailMessage does not name it: {ended['FailMessage']}"
    if (
        told.code
        and told.emulated
        and case.path.rpartition(".")[2] not in told.message
        and "left out" not in case.what
    ):
        return f"the refusal does not name it: {told.message}"
    return ""


def report(found: Verdicts, everything: Sequence[str], say: Say) -> int:
    """Tells it; 0 where nothing differs and every parameter was judged or could not be."""
    for parameter, flaws in found.wrong.items():
        for flaw in flaws:
            say(f"differs: {parameter} {flaw}")
    kinds = ", ".join(f"{found.sent[kind]} {kind}" for kind in ("valid", "boundary", "invalid"))
    say(f"parameters {len(found.judged)}/{len(everything)} judged, {len(found.wrong)} differ ({kinds})")
    for why, count in found.unsent.items():
        say(f"not sent: {count} cases: {why}")
    lost = sorted(set(everything) - found.judged)
    if lost and not found.unsent:
        say(f"without a case: {', '.join(lost)}")
    return 1 if found.wrong or (lost and not found.unsent) else 0


def report_emulated(control: str, say: Say) -> None:
    """What only an emulator says of itself: where it deviates, and where its codes come from."""
    with urllib.request.urlopen(f"{control}/deviations", timeout=30) as answer:
        for row in json.load(answer)["deviations"]:
            say(f"deviation: {row['parameter']}: {row['told']['en']}")
    with urllib.request.urlopen(f"{control}/causes", timeout=30) as answer:
        counts = json.load(answer)["counts"]
    say(f"codes by real cause {counts['cause']} / by fault {counts['fault']} / none {counts.get('none', 0)}")


def grounded(gateway: RawGateway) -> Ground:
    """An avatar and a voice of the account, and tasks to ask after, looked up in its lists. Raises LookupError."""
    for name, asked in _LISTS.items():
        told = gateway.call(name, asked)
        if told.code:
            raise LookupError(f"{name}: code {told.code} ({told.message})")
    avatars = gateway.call("getimagebyanchor", _LISTS["getimagebyanchor"]).payload.get("Virtualmans") or []
    voices = gateway.call("describetimbre", _LISTS["describetimbre"]).payload.get("TimbreAssets") or []
    if not avatars or not voices:
        raise LookupError("the account lists no 2D avatar, or no voice")
    plain = [voice for voice in voices if len(voice.get("TimbreLanguages") or ()) < 2]
    key = (plain or voices)[0]["TimbreKey"]
    ground = Ground(avatar=avatars[0]["VirtualmanKey"], voice=key, nowhere=NOWHERE)
    spoken = gateway.patiently("tts", ground.base("tts"), frozenset({0}), 60.0)
    if spoken.code:
        raise LookupError(f"tts: code {spoken.code} ({spoken.message})")
    gateway.ended(spoken.payload["TaskId"], "tts", 60.0)
    there = f"{gateway.base_url}/pose/{avatars[0]['VirtualmanKey']}.png" if spoken.emulated else ""
    return replace(ground, task_id=spoken.payload["TaskId"], there=there)


@contextlib.contextmanager
def own_emulator() -> Iterator[tuple[RawGateway, str]]:
    """An emulator that renders nothing and has places for everything, and its control port."""
    from mediaprep.emulator.options import Options
    from mediaprep.emulator.server import Emulator

    options = Options(no_render=True, any_key=True, exclusive=10_000, audio=10_000, repeat_seconds=0.0)
    with Emulator(options) as emulator:
        gateway = RawGateway(emulator.gateway, emulator.appkey, emulator.accesstoken)
        yield gateway, emulator.control
        gateway.close()


def with_deck(gateway: RawGateway, ground: Ground) -> Ground:
    """The same with a PPT task to ask after."""
    made = gateway.patiently("ppt", ground.base("ppt"), frozenset({0}), 60.0)
    return replace(ground, ppt_task_id=made.payload["TaskId"])


def run_emulated(say: Say) -> int:
    """The whole suite against an emulator of its own."""
    with own_emulator() as (gateway, control):
        ground = with_deck(gateway, grounded(gateway))
        held = rules()
        cases = [(case, "") for case in all_cases(held, ground)]
        code = report(judge(cases, gateway), parameters(held), say)
        report_emulated(control, say)
        return code


def run_real(gateway: RawGateway, most_minutes: float, agreed: Callable[[], bool], say: Say) -> int:
    """What a real gateway may be sent; nothing is before somebody `agreed`."""
    held = rules()
    sketch = Ground(avatar="(first 2D avatar)", voice="(first voice)", nowhere=NOWHERE)
    planned = list(affordable(list(all_cases(held, sketch)), most_minutes))
    sent = [case for case, unsent in planned if not unsent]
    counts = collections.Counter(
        (case.endpoint, "refused" if not case.accepted else "accepted") for case in sent
    )
    say(f"to {gateway.base_url}, with real keys; nobody has run this against the real service yet:")
    say(f"  {len(_LISTS)} asset lists, 1 tts task to begin with")
    for (endpoint, how), count in sorted(counts.items()):
        say(f"  {endpoint}: {count} requests that must be {how}")
    say(f"  videos: about {sum(minutes(case) for case in sent):.1f} minutes of at most {most_minutes:g}")
    say("  should one that must be refused be accepted instead, it may cost up to its length")
    if not agreed():
        say("nothing was sent")
        return 2
    ground = grounded(gateway)
    cases = list(affordable(list(all_cases(held, ground)), most_minutes))
    return report(judge([pair for pair in cases if pair[0].endpoint != "ppt_progress" or not pair[0].accepted],
                        gateway), parameters(held), say)  # fmt: skip


def _asked() -> bool:
    sys.stdout.flush()
    return input("Send this? Type yes: ").strip() == "yes"


def main(arguments: Sequence[str]) -> int:
    """The command line. 0: all as the docs say; 1: something differs; 2: nothing was sent."""
    parser = argparse.ArgumentParser(prog="scripts/conformance", description=__doc__)
    parser.add_argument(
        "--max-minutes", type=float, default=0.0, metavar="N", help="real gateway: minutes of video at most"
    )
    asked = parser.parse_args(arguments)
    if os.environ.get("MEDIAPREP_REAL") != "1":
        return run_emulated(print)
    keys = [os.environ.get(name, "") for name in ("MEDIAPREP_APPKEY", "MEDIAPREP_ACCESSTOKEN")]
    if not all(keys):
        print("MEDIAPREP_REAL=1 needs MEDIAPREP_APPKEY and MEDIAPREP_ACCESSTOKEN", file=sys.stderr)
        return 2
    gateway = RawGateway(os.environ.get("MEDIAPREP_BASE_URL") or REAL_HOST, *keys, pause=3.0)
    try:
        return run_real(gateway, asked.max_minutes, _asked, print)
    except (LookupError, EOFError) as error:
        print(f"nothing more was sent: {error or 'nobody answered'}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
