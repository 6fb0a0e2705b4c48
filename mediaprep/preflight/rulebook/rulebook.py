"""Every rule that preflight can name, made from the tables that judge: limits, parameters, and rules that are
code (`contract.demand`, `own_rules`). Nothing is typed here twice."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping

from mediaprep.contract import profiles
from mediaprep.contract.chapters.fields import (
    Choice,
    Count,
    Decimals,
    Form,
    JsonObject,
    Range,
    Shorter,
    Slot,
)
from mediaprep.contract.demand import Demand, FileDemand
from mediaprep.contract.endpoints import ENDPOINTS, Endpoint
from mediaprep.contract.limits import FIELDS, Limit, rows_of
from mediaprep.contract.paths import bare, under
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.contract.rules import demands, face_demands
from mediaprep.contract.rules.wording import NEAREST, NO_SUCH, USE
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule
from mediaprep.preflight import heuristics, suffix_rules, whole_files, words
from mediaprep.preflight.rulebook import examples, own_rules, reasons

_KINDS: Mapping[type, str] = {
    Range: "range", Choice: "choice", Shorter: "length", Count: "count", Form: "form", JsonObject: "json",
    Decimals: "range",
}  # fmt: skip
_ANY = "*"
_UNKNOWN = "unknown"


@functools.cache
def rules(profile: str = profiles.DEFAULT) -> Mapping[str, Rule]:
    """Every rule under a profile, by id, in the order of the docs."""
    found: dict[str, Rule] = {}
    for rule in _all(profile):
        found.setdefault(rule.id, reasons.whole(rule))
    order = {name: number for number, name in enumerate(ENDPOINTS)}
    return dict(sorted(found.items(), key=lambda pair: order.get(pair[0].partition(".")[0], len(order))))


def find(rule: str, profile: str = profiles.DEFAULT) -> Rule:
    """The rule of that id (notrain.VideoLop.unknown is notrain.*.unknown). BadConfig names the nearest."""
    book = rules(profile)
    if rule in book:
        return book[rule]
    parts = rule.split(".")
    if len(parts) > 2 and parts[-1] == _UNKNOWN and (general := f"{parts[0]}.{_ANY}.{_UNKNOWN}") in book:
        return book[general]
    near = nearest(rule, profile)
    raise BadConfig(
        f"no rule {rule!r}; did you mean: {', '.join(near)}",
        f"没有名为 {rule!r} 的规则；是否指：{'、'.join(near)}",
    )


def known(rule: str, profile: str = profiles.DEFAULT) -> bool:
    """Whether a finding may bear this id."""
    try:
        find(rule, profile)
    except BadConfig:
        return False
    return True


def elsewhere(rule: Rule, profile: str) -> Mapping[str, Rule]:
    """The same id under other profiles, where it means something else there; by profile."""
    others = ((name, rules(name).get(rule.id)) for name in profiles.PROFILES if name != profile)
    return {name: other for name, other in others if other is not None and other.digest != rule.digest}


def nearest(rule: str, profile: str = profiles.DEFAULT) -> list[str]:
    """Up to five ids: those under the same prefix, then those spelled alike."""
    book = list(rules(profile))
    below = [name for name in book if under(name, rule)]
    last = rule.rpartition(".")[2].lower()
    alike = difflib.get_close_matches(rule, book, n=5, cutoff=0.5)
    same_end = [name for name in book if name.lower().endswith(f".{last}")]
    return list(dict.fromkeys([*below, *alike, *same_end, *book]))[:5]


def checked_prefix(prefix: str, profile: str = profiles.DEFAULT) -> str:
    """`prefix`, if any rule lies under it; BadConfig names the nearest otherwise."""
    if any(under(name, prefix) for name in rules(profile)) or known(prefix, profile):
        return prefix
    near = nearest(prefix, profile)
    raise BadConfig(
        f"no rule begins with {prefix!r}; did you mean: {', '.join(near)}",
        f"没有以 {prefix!r} 开头的规则；是否指：{'、'.join(near)}",
    )


def _all(profile: str) -> Iterator[Rule]:
    documented = rows_of(profile)
    for limit in documented.values():
        yield _of_limit(limit)
    for field in FIELDS:
        endpoint, _, path = field.partition(".")
        for limit in heuristics.rows(endpoint, path):
            if limit.id not in documented:
                yield _of_limit(limit)
    for row in ENDPOINTS.values():
        yield from _of_endpoint(row)
    for demand in demands.DEMANDS:
        for endpoint, path in demand.places():
            yield _of_demand(demand, endpoint, path)
    for rule in (*whole_files.DEMANDS, *face_demands.DEMANDS):
        yield from _of_file_demand(rule)
    yield from suffix_rules.rules()
    yield from own_rules.ROWS


def _of_limit(limit: Limit) -> Rule:
    shown = examples.of_bound(limit.bound)
    name = words.NAMES[limit.measure]
    verdicts = dict.fromkeys([*(example.verdict for example in shown), Verdict.UNKNOWN])
    condition = f"@{limit.when.path}={limit.when.value}" if limit.when else ""
    kind = f" ({limit.kind.value})" if limit.kind else ""
    return Rule(
        id=limit.id,
        family=Family.FILE,
        verdicts=tuple(verdict for verdict in verdicts if verdict is not Verdict.PASS),
        what=Text(*(_asked(limit, name, lang) for lang in ("en", "zh"))),
        why=reasons.of_limit(limit),
        source=limit.source,
        limit=limit.bound.words(),
        unit=limit.bound.unit,
        fix=words.remedy(limit),
        also=words.remedies_by_value(limit),
        examples=shown,
        edition=limit.edition,
        exact=f"{limit.bound!r}{condition}{kind}",
    )


def _asked(limit: Limit, name: Text, lang: str) -> str:
    size = limit.measure == "size_bytes"
    allowed = limit.bound.words(lang) + ("" if size else words.unit_in(lang, limit.bound.unit))
    if limit.when is None:
        return f"{name.say(lang)}: {allowed}" if lang == "en" else f"{name.zh}：{allowed}"
    value = limit.when.value or '""'
    when = f"{limit.when.path} = {value}"
    return f"{name.en}, when {when}: {allowed}" if lang == "en" else f"{when} 时，{name.zh}：{allowed}"


def _of_endpoint(row: Endpoint) -> Iterator[Rule]:
    for slot in row.slots:
        yield from _of_slot(row, slot, bare(slot.path))
        if slot.path.endswith(FACE_ID_SWITCHES[0]):  # one switch, two names
            yield from _of_slot(row, slot, bare(slot.path).replace(*FACE_ID_SWITCHES))
    yield _parameter(row, _ANY, _UNKNOWN, limit="documented parameters")


def _of_slot(row: Endpoint, slot: Slot, place: str) -> Iterator[Rule]:
    json_type = slot.json_type
    yield _parameter(row, place, "type", limit=json_type, shown=examples.of_type(json_type), exact=json_type)
    if slot.info.is_required():
        yield _parameter(row, place, "required", limit="required")
    for mark in slot.marks:
        if kind := _KINDS.get(type(mark)):
            shown = examples.of_mark(mark)
            yield _parameter(row, place, kind, limit=_allowed(mark), shown=shown, exact=repr(mark))


def _allowed(mark: object) -> str:
    """What a parameter's mark allows, as findings print it."""
    match mark:
        case Range() | Form():
            return mark.words if isinstance(mark, Form) else mark.words()
        case Choice():
            return ", ".join(map(str, mark.allowed))
        case Shorter():
            return f"0-{mark.most}"
        case Count():
            return f"{mark.least}-" if mark.most is None else f"{mark.least}-{mark.most}"
        case Decimals():
            return "0-"
    return "JSON"


def _parameter(
    row: Endpoint,
    place: str,
    kind: str,
    *,
    limit: str,
    shown: tuple[Example, ...] = (),
    exact: str = "",
) -> Rule:
    what, why = reasons.OF_PARAMETERS[kind]
    named = "" if place == _ANY else f"{place} "
    told_limit = f": {limit}" if limit and kind not in {"required", _UNKNOWN} else ""
    return Rule(
        id=f"{row.nickname}.{place}.{kind}",
        family=Family.PARAMETER,
        verdicts=(Verdict.REFUSED,),
        what=Text(f"{named}{what.en}{told_limit}", f"{named}{what.zh}{told_limit}"),
        why=why,
        source=f"{row.section} · {place}",
        limit=limit,
        fix=NEAREST if kind == _UNKNOWN else None,
        also={"choice": (USE,), _UNKNOWN: (NO_SUCH,)}.get(kind, ()),
        examples=shown,
        exact=exact,
    )


def _of_demand(demand: Demand, endpoint: str, path: str) -> Rule:
    return Rule(
        id=demand.id_at(endpoint, path),
        family=Family.DEMAND if demand.files else Family.REQUEST,
        verdicts=demand.verdicts,
        what=demand.what,
        why=demand.why,
        source=f"{ENDPOINTS[endpoint].section} · {bare(path)}",
        limit=demand.limit,
        fix=demand.fix,
        also=(demand.lookup,) if demand.lookup else (),
        examples=tuple(
            Example(case.told(endpoint, path), verdict) for case, verdict in demand.examples(path)
        ),
    )


def _of_file_demand(demand: FileDemand) -> Iterator[Rule]:
    for place in demand.places:
        yield Rule(
            id=f"{place}.{demand.kind}",
            family=Family.FILE,
            verdicts=demand.verdicts,
            what=demand.what,
            why=demand.why,
            source=demand.source_at(place),
            limit=demand.limit,
            unit=demand.unit,
            fix=demand.fix,
            examples=tuple(Example(seen.told, seen.verdict) for seen in demand.examples),
        )
