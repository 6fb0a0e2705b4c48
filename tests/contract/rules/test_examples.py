"""Every rule that is code has examples, and they are judged as it says: at each place where it is asked."""

from __future__ import annotations

import pytest

from mediaprep.contract import minimal
from mediaprep.contract.demand import Case, Demand, FileDemand, Seen
from mediaprep.contract.rules import demands, face_demands, requests
from mediaprep.model.findings import Verdict
from mediaprep.preflight import whole_files
from mediaprep.preflight.judge import judge_file

PLACES = [
    pytest.param(demand, endpoint, path, id=demand.id_at(endpoint, path))
    for demand in demands.DEMANDS
    for endpoint, path in demand.places()
]


def told(demand: Demand, case: Case, endpoint: str, path: str) -> Verdict:
    """How the example is judged by this very rule, and that its request is otherwise one that can be judged."""
    request = minimal.request(endpoint, case.at(endpoint, path), by=case.by)
    found = [*demands.judge(endpoint, request, case.known), *requests.advice(endpoint, request)]
    found += requests.derived(endpoint, request)
    found += [violation.finding() for violation in requests.violations(endpoint, request)]
    mine = [finding.verdict for finding in found if finding.rule == demand.id_at(endpoint, path)]
    return mine[0] if mine else Verdict.PASS


@pytest.mark.parametrize(("demand", "endpoint", "path"), PLACES)
def test_examples_are_judged_as_the_rule_says(demand: Demand, endpoint: str, path: str) -> None:
    where = f"{demand.id_at(endpoint, path)}: give its Demand (contract.rules) a Case"
    cases = demand.examples(path)
    assert any(verdict is Verdict.PASS for _, verdict in cases), f"{where} under `valid` that passes"
    assert any(verdict is not Verdict.PASS for _, verdict in cases), f"{where} under `invalid` that does not"
    for case, verdict in cases:
        assert told(demand, case, endpoint, path) is verdict, f"{case.told(endpoint, path)} → {verdict}"


def test_no_rule_stands_twice() -> None:
    ids = [demand.id_at(endpoint, path) for demand in demands.DEMANDS for endpoint, path in demand.places()]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("by", ["Text", "OriginalVoice"])
def test_the_smallest_requests_say_nothing(by: str) -> None:
    for endpoint in minimal.TEXT if by == "Text" else minimal.SOUND:
        request = minimal.request(endpoint, {}, by=by)
        assert requests.violations(endpoint, request) == () and requests.advice(endpoint, request) == ()


FILES = [
    pytest.param(rule, place, seen, id=f"{place}.{rule.kind} {seen.told}")
    for rule in (*face_demands.DEMANDS, *whole_files.DEMANDS)
    for place in rule.places
    for seen in rule.examples
]


@pytest.mark.parametrize(("rule", "place", "seen"), FILES)
def test_files_are_judged_as_their_rule_says(rule: FileDemand, place: str, seen: Seen) -> None:
    found = judge_file(*place.split(".", 1), seen.facts)
    mine = [finding.verdict for finding in found if finding.rule == f"{place}.{rule.kind}"]
    assert mine == ([] if seen.verdict is Verdict.PASS else [seen.verdict])


def test_every_rule_on_files_has_an_example_of_each_kind() -> None:
    for rule in (*face_demands.DEMANDS, *whole_files.DEMANDS):
        verdicts = {seen.verdict for seen in rule.examples}
        where = f"{rule.places[0]}.{rule.kind}: give its FileDemand a Seen"
        assert Verdict.PASS in verdicts, f"{where} that passes"
        assert verdicts & set(rule.verdicts), f"{where} that does not"
