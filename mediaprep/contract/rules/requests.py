"""What the JSON of a request alone decides: what is wrong, what nobody knows, what has no effect, and what is
really sent."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from mediaprep.contract import endpoints
from mediaprep.contract.chapters.fields import Slot, Table, Unset, is_blank, own_slots
from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.paths import bare, general, leaf, walk
from mediaprep.contract.profiles import FACE_ID_SWITCHES, Profile
from mediaprep.contract.rules import demands
from mediaprep.contract.rules.speech import speech_advice
from mediaprep.contract.rules.wording import NEAREST, NO_SUCH, of_tables
from mediaprep.contract.script import texts
from mediaprep.model.findings import Finding, Text, Verdict


def violations(
    endpoint: str | Endpoint, payload: Mapping[str, Any], *, raw_count: bool = False
) -> tuple[Violation, ...]:
    """Everything wrong that the JSON alone decides, in the docs' order. Unknown parameters are not looked at.
    `raw_count` = count scripts as the emulator does, tags included."""
    row = endpoints.get(endpoint)
    found = list(of_tables(row, payload))
    bad = frozenset(item.parameter for item in found)
    view = View(row.nickname, payload, bad=bad)
    if row.kind == "submit":
        found += demands.violations(view)
        for script in texts.scripts(view):
            found += texts.violations(view, script, raw=raw_count)
    return demands.in_docs_order(row, found)


def advice(endpoint: str | Endpoint, payload: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What will be ignored, has no effect here, or may surprise. Nothing of this refuses the request."""
    row = endpoints.get(endpoint)
    bad = frozenset(item.parameter for item in of_tables(row, payload))
    view = View(row.nickname, payload, bad=bad)
    found = list(demands.advice(view))
    for script in texts.scripts(view):
        found += texts.advice(view, script)
    return demands.in_docs_order(row, found)


def with_driver(endpoint: str | Endpoint, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the DriverType that its own parameters imply, where it has none and the documented default
    (none at all, or Text) would not do: sound alone drives by sound."""
    made: dict[str, Any] = copy.deepcopy(dict(payload))
    for holder, _, implied in speech_advice.undriven(View(endpoints.get(endpoint).nickname, made)):
        holder["DriverType"] = implied
    return made


def derived(endpoint: str | Endpoint, payload: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Advice on each DriverType that `with_driver` fills in."""
    view = View(endpoints.get(endpoint).nickname, payload)
    return tuple(speech_advice.derived(speech_advice.DERIVED[0], view))


def unknown_parameters(endpoint: str | Endpoint, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Concrete paths of parameters the docs do not have: ignored by the service, refused by us."""
    return tuple(_unknown(endpoints.get(endpoint).request, payload, ""))


def unknown_findings(endpoint: str | Endpoint, payload: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The same as refused findings, each with the nearest name that exists."""
    name = endpoints.get(endpoint).nickname
    return tuple(_refuse(name, place) for place in unknown_parameters(name, payload))


def nearest(endpoint: str | Endpoint, place: str) -> str | None:
    """The known parameter whose name is most like an unknown one: of the same object, then anywhere; what basic
    lacks is looked for in advanced too."""
    row = endpoints.get(endpoint)
    beside = general(place).rpartition(".")[0]
    siblings = {leaf(slot.path): slot.path for slot in row.slots if slot.path.rpartition(".")[0] == beside}
    choices = [(siblings, 0.6, ""), ({leaf(slot.path): slot.path for slot in row.slots}, 0.75, "")]
    if row.nickname == "basic":
        more = {leaf(slot.path): slot.path for slot in endpoints.get("advanced").slots}
        choices.append((more, 0.75, " (advanced)"))
    for names, cutoff, note in choices:
        if close := difflib.get_close_matches(leaf(place), names, n=1, cutoff=cutoff):
            return names[close[0]] + note
    return None


def wire(endpoint: str | Endpoint, payload: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """What is really sent: without the zeros and "" that stand for "not given", with the face-ID switch under
    the profile's name. The payload itself is left alone."""
    row = endpoints.get(endpoint)
    made: dict[str, Any] = copy.deepcopy(dict(payload))
    for slot in row.slots:
        _drop_blank(made, slot)
    name = row.nickname
    if name == "notrain":
        _name_switch(made, profile)
    if name in ("basic", "advanced") and "SpeechParam" not in made and View(name, made).by_audio:
        # Required by the table, left out by the audio examples: Speed 1 does nothing and satisfies both.
        made["SpeechParam"] = {"Speed": 1.0}
    return made


def _unknown(table: type[Table], value: Mapping[str, Any], prefix: str) -> Iterator[str]:
    fields = {slot.path: slot for slot in own_slots(table)}
    for name, held in value.items():
        place = f"{prefix}.{name}" if prefix else str(name)
        if name in FACE_ID_SWITCHES and FACE_ID_SWITCHES[0] in fields:
            continue
        if name not in fields:
            yield place
            continue
        slot = fields[name]
        if slot.items is None:
            continue
        listed = held if slot.array and isinstance(held, list) else [held]
        for index, item in enumerate(listed):
            if isinstance(item, Mapping):
                yield from _unknown(slot.items, item, f"{place}[{index}]" if slot.array else place)


def _refuse(endpoint: str, place: str) -> Finding:
    near = nearest(endpoint, place)
    fix = NEAREST.naming(near) if near else NO_SUCH
    return Finding(
        rule=f"{endpoint}.{bare(place)}.unknown",
        verdict=Verdict.REFUSED,
        measured=leaf(place),
        limit="documented parameters",
        message=Text(
            f"{place} is no parameter of {endpoint}: the service would ignore it",
            f"{endpoint} 没有参数 {place}：服务会忽略它",
        ),
        fix=fix,
        where=place,
    )


def _drop_blank(made: dict[str, Any], slot: Slot) -> None:
    """Removes a blank that means "not given", and the objects that are empty after it."""
    means_unset = slot.mark(Unset) is not None
    free_text = slot.json_type == "string" and slot.info.default is None
    if not means_unset and not free_text:
        return
    for place, value in list(walk(made, slot.path)):
        if is_blank(value) and (means_unset or value == ""):
            _remove(made, place)


def _remove(made: dict[str, Any], place: str) -> None:
    while place:
        prefix, _, name = place.rpartition(".")
        holder = next((value for _, value in walk(made, prefix)), made) if prefix else made
        del holder[name]
        if holder or not prefix or prefix.endswith("]"):
            return
        place = prefix


def _name_switch(made: dict[str, Any], profile: Profile) -> None:
    video = made.get("VideoParam")
    if not isinstance(video, dict):
        return
    for name in FACE_ID_SWITCHES:
        if name in video and name != profile.face_id_switch:
            value = video.pop(name)
            video.setdefault(profile.face_id_switch, value)
