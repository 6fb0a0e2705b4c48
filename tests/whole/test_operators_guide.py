"""What operators copy out of their guide is valid, hardened, and says what the image and the command line say."""

from __future__ import annotations

import configparser
import re
from importlib import resources
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from mediaprep.cli.app import VERBS
from mediaprep.cli.paid.work_options import _OPTIONS
from mediaprep.config_files import KEYS

PROJECT = Path(__file__).resolve().parents[2]
GUIDES = resources.files("mediaprep") / "guide"
ENGLISH = (GUIDES / "operators.md").read_text("utf-8")
CHINESE = (GUIDES / "operators.zh.md").read_text("utf-8")


def blocks(kind: str, text: str = ENGLISH) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


TABLES: list[dict[str, Any]] = [yaml.safe_load(block) for block in blocks("yaml")]
KUBERNETES = [table for table in TABLES if "apiVersion" in table]
(COMPOSE,) = (table for table in TABLES if "services" in table)


@pytest.mark.parametrize("version", ["1.31", "1.33"])
def test_job_and_cronjob_are_what_kubernetes_takes(version: str) -> None:
    assert {table["kind"] for table in KUBERNETES} == {"Job", "CronJob"}
    for table in KUBERNETES:
        kubernetes_validate.validate(table, version, strict=True)


def pods() -> list[dict[str, Any]]:
    found = []
    for table in KUBERNETES:
        spec = table["spec"]
        found.append((spec if table["kind"] == "Job" else spec["jobTemplate"]["spec"])["template"]["spec"])
    return found


def test_no_pod_is_root_or_writes_outside_its_volumes_or_is_cut_while_it_ends() -> None:
    for pod in pods():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert pod["terminationGracePeriodSeconds"] > 10
        places = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert places == {"/data", "/tmp", "/run/secrets"}
        assert {mount["name"] for mount in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}


def test_compose_is_hardened_and_its_secrets_are_called_like_variables() -> None:
    night = COMPOSE["services"]["night"]
    assert (night["read_only"], night["tmpfs"]) == (True, ["/tmp"])
    assert set(night["secrets"]) == set(COMPOSE["secrets"])
    for name in night["secrets"]:
        assert name.removeprefix("mediaprep_") in KEYS or name.startswith("tencentcloud_secret_")


def test_every_command_is_one_and_every_variable_is_read() -> None:
    commands = [COMPOSE["services"]["night"]["command"], *(pod["containers"][0]["args"] for pod in pods())]
    flags = {
        flag
        for option in _OPTIONS
        for param in [option(lambda: None).__click_params__[-1]]
        for flag in param.opts
    }
    for command in commands:
        assert command[0] in VERBS
        assert {word for word in command if word.startswith("--")} <= flags
    for name in set(re.findall(r"\bMEDIAPREP_([A-Z_]+)", ENGLISH)) - {"SECRETS"}:
        assert name.lower() in KEYS, name


def test_the_units_of_systemd_are_whole() -> None:
    units = [configparser.ConfigParser(interpolation=None, strict=False) for _ in blocks("ini")]
    for unit, text in zip(units, blocks("ini"), strict=True):
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(text)
    service, timer = units
    assert service["Service"]["Type"] == "oneshot"
    assert int(service["Service"]["TimeoutStopSec"]) > 10
    assert timer["Timer"]["Persistent"] == "true"


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_scripts_it_names_are_there(text: str) -> None:
    named = set(re.findall(r"\bscripts/[\w-]+", text))
    assert named
    for script in named:
        assert (PROJECT / script).stat().st_mode & 0o111, script


def test_the_image_is_as_the_guide_says() -> None:
    lines = (PROJECT / "Dockerfile").read_text("utf-8").splitlines()
    first = next(line for line in lines if line.startswith("FROM"))
    assert re.fullmatch(r"FROM python:\d+\.\d+\.\d+-slim-\w+ AS \w+", first), (
        "one literal base with a full tag"
    )
    base = first.split()[1]
    assert f"ARG BASE={base}" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert 'ENTRYPOINT ["mediaprep"]' in lines
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users[-1] != "root"
