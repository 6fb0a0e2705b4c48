"""The contract against the whole catalogue of rules: nothing is missing, and each behaves as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mediaprep.contract import codes, endpoints
from mediaprep.contract.rules import demands
from tests.contract import contradiction_cases, cross_cases, parameter_checks, silent_cases
from tests.contract.parameter_checks import NICKNAMES, UNSEEN

DOCUMENTED = {"parameters": 162, "cross": 71, "silent": 36, "codes": 52, "contradictions": 35}
"""Entries of the catalogue when it was first read: it may grow and loses nothing."""
SILENT_KEYS = ("effective_when", "ignored_when", "note", "risk")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def parameters(rules: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(endpoint["id"], rule) for endpoint in rules["endpoints"] for rule in endpoint["params"]]


def test_every_parameter_of_the_docs_behaves_as_documented(
    rules_yaml: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = parameters(rules_yaml)
    held, failures = 0, []
    for endpoint, rule in wanted:
        slots = {slot.path: slot for slot in endpoints.ENDPOINTS[NICKNAMES[endpoint]].slots}
        try:
            assert rule["path"] in slots, f"{rule['id']}: no parameter {rule['path']}"
            parameter_checks.check(endpoint, rule, slots[rule["path"]])
            held += 1
        except AssertionError as error:
            failures.append(str(error).splitlines()[0])
    unseen = [
        r["id"]
        for _, r in wanted
        if isinstance(r["required"], dict) and r["required"]["when"].startswith(UNSEEN)
    ]
    with capsys.disabled():
        print(f"\nparameters {held}/{len(wanted)}")
        print(f"  required by what only the voice list shows, never refused here: {', '.join(unseen)}")
    assert not failures, "\n".join(failures)
    assert held == len(wanted) >= DOCUMENTED["parameters"]


def test_the_contract_has_no_parameter_the_docs_do_not_have(rules_yaml: dict[str, Any]) -> None:
    known = {(NICKNAMES[endpoint], rule["path"]) for endpoint, rule in parameters(rules_yaml)}
    for name in ("SpeechParam", "VideoParam"):  # a page has the same members as the whole deck
        inside = f"GlobalConfig.{name}."
        known |= {
            ("ppt", path.replace("GlobalConfig.", "PageConfigs[].", 1))
            for endpoint, path in known
            if endpoint == "ppt" and path.startswith(inside)
        }
    ours = {(name, slot.path) for name, row in endpoints.ENDPOINTS.items() for slot in row.slots}
    told = f"no entry of the catalogue, fixtures/api/rules.yaml: {sorted(ours - known)}"
    assert ours <= known, told
    assert known <= ours


def test_every_cross_field_rule_is_kept_somewhere(
    rules_yaml: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [rule["id"] for endpoint in rules_yaml["endpoints"] for rule in endpoint.get("cross", ())]
    held, failures = 0, []
    for name in wanted:
        try:
            assert cross_cases.CASES.get(name), f"{name} is mapped to nothing"
            for case in cross_cases.CASES[name]:
                case.hold()
            held += 1
        except AssertionError as error:
            failures.append(f"{name}: {str(error).splitlines()[0]}")
    with capsys.disabled():
        print(f"\ncross-field rules {held}/{len(wanted)}")
        for name, reason in cross_cases.NOT_BEFORE_SUBMITTING.items():
            print(f"  not decided before submitting: {name}: {reason}")
    assert not failures, "\n".join(failures)
    assert held == len(wanted) >= DOCUMENTED["cross"]
    assert set(cross_cases.CASES) == set(wanted)
    assert set(cross_cases.NOT_BEFORE_SUBMITTING) <= set(wanted)


def test_documented_errors_of_cross_field_rules_refuse_hard_and_warnings_do_not(
    rules_yaml: dict[str, Any],
) -> None:
    soft = (cross_cases.Advises, cross_cases.Fact)
    for endpoint in rules_yaml["endpoints"]:
        for rule in endpoint.get("cross", ()):
            cases = cross_cases.CASES[rule["id"]]
            if rule["severity"] == "error":
                assert not any(isinstance(case, soft) for case in cases), rule["id"]
                ruled = [case for case in cases if isinstance(case, cross_cases.Ruled)]
                assert all(case.verdict == "refused" for case in ruled), rule["id"]
            if rule["severity"] == "warn":
                assert not any(isinstance(case, cross_cases.Refuses) for case in cases), rule["id"]
                judged = [c for c in cases if isinstance(c, cross_cases.JUDGED)]
                assert all(case.verdict == "advised" for case in judged), rule["id"]


def test_whatever_the_service_would_pass_over_in_silence_is_said(
    rules_yaml: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [(rule["id"], key) for _, rule in parameters(rules_yaml) for key in SILENT_KEYS if key in rule]
    judged = {demand.id_at(*place) for demand in demands.DEMANDS for place in demand.places()}
    held, failures = 0, []
    for name in wanted:
        try:
            assert silent_cases.CASES.get(name), f"{name} is mapped to nothing"
            for rule in silent_cases.CASES[name]:
                assert rule in judged, f"{rule}: no Demand with examples"
            held += 1
        except AssertionError as error:
            failures.append(f"{name}: {str(error).splitlines()[0]}")
    with capsys.disabled():
        print(f"\nsilent entries {held}/{len(wanted)}")
    assert not failures, "\n".join(failures)
    assert held == len(wanted) >= DOCUMENTED["silent"]
    assert set(silent_cases.CASES) == set(wanted)


def test_where_the_docs_contradict_themselves_the_contract_stands_on_one_side(
    rules_yaml: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {row["id"]: row["resolution"] for row in rules_yaml["contradictions"]}
    held, failures = 0, []
    for name, resolution in wanted.items():
        try:
            assert contradiction_cases.CASES.get(name), f"{name} is mapped to nothing"
            for case in contradiction_cases.CASES[name]:
                case.hold()
            held += 1
        except AssertionError as error:
            failures.append(f"{name}: {str(error).splitlines()[0]} (decided: {resolution})")
    with capsys.disabled():
        print(f"\ncontradictions {held}/{len(wanted)}")
    assert not failures, "\n".join(failures)
    assert held == len(wanted) >= DOCUMENTED["contradictions"]
    assert set(contradiction_cases.CASES) == set(wanted)


def test_both_code_tables_are_whole_and_speak_both_languages(
    rules_yaml: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    held = 0
    tables = (("interface", codes.INTERFACE), ("task", codes.TASK))
    for name, table in tables:
        listed: set[int] = set()
        for row in rules_yaml["codes"][name]:
            numbers = [int(number) for number in str(row["code"]).split("/")]
            listed |= set(numbers)
            found = {id(table[number]) for number in numbers}
            assert len(found) == 1, f"{row['code']} is one row"
            code = table[numbers[0]]
            assert code.retry.value == row["retry"], f"{name} {row['code']}: {code.retry}"
            assert code.meaning.en and CHINESE.search(code.meaning.zh), row["code"]
            assert code.remedy.en and CHINESE.search(code.remedy.zh), row["code"]
            held += 1
        assert set(table) == listed, name
    total = sum(len(rules_yaml["codes"][name]) for name, _ in tables)
    with capsys.disabled():
        print(f"\ncodes {held}/{total}")
    assert held == total >= DOCUMENTED["codes"]


def test_every_endpoint_has_the_documented_path_and_abilities(rules_yaml: dict[str, Any]) -> None:
    documented_ones = {documented["id"] for documented in rules_yaml["endpoints"]}
    lost, strange = set(NICKNAMES) - documented_ones, documented_ones - set(NICKNAMES)
    assert not lost, f"no entry of the catalogue, fixtures/api/rules.yaml: {lost}"
    assert not strange, f"no row of mediaprep/contract/endpoints.py: {strange}"
    for documented in rules_yaml["endpoints"]:
        row = endpoints.ENDPOINTS[NICKNAMES[documented["id"]]]
        assert (row.path, row.kind) == (documented["path"], documented["kind"])
        assert endpoints.BY_PATH[documented["path"]] is row
        assert row.section == documented["section_title"]
        assert list(row.storage_fields) == documented["storage_url_params"]
        if row.kind == "submit":
            assert row.progress == NICKNAMES[documented["progress_endpoint"]]
            assert row.callback is documented["has_callback"]
            assert row.concurrency is documented["has_concurrency_type"]
            assert list(row.drives) == documented.get("driver_types", [])
