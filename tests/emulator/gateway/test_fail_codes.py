"""The table of fail codes against the catalogue of the docs' rules."""

from __future__ import annotations

from typing import Any

from mediaprep.contract import codes, endpoints
from mediaprep.contract.paths import bare
from mediaprep.emulator.gateway import fail_codes

NICKNAMES = {
    "tts": "tts",
    "videomakewithppt": "ppt",
    "videomake": "basic",
    "videomakeadvanced": "advanced",
    "videomakenotrain": "notrain",
    "phototovideonotrain": "photo",
}


def test_every_fetched_parameter_fails_with_a_code_the_docs_give_it(rules_yaml: dict[str, Any]) -> None:
    judged = 0
    for endpoint in rules_yaml["endpoints"]:
        nickname = NICKNAMES.get(endpoint["id"])
        for parameter in endpoint["params"] if nickname else ():
            if not parameter.get("media"):
                continue
            failure = parameter.get("failure", {})
            listed = failure.get("codes") or [failure.get("code", 801009)]  # 801009 where none is named
            field = bare(parameter["path"])
            if "LogoParams" in field and nickname == "ppt":
                listed = [801009]
            assert fail_codes.code_of(str(nickname), field) in listed, (nickname, field)
            judged += 1
    assert judged == sum(len(endpoints.get(name).url_fields) for name in NICKNAMES.values())


def test_every_code_of_the_table_is_one_of_the_task_table() -> None:
    used = {code for row in fail_codes.TABLE.values() for code in row.values()}
    used |= {fail_codes.UNREACHABLE, fail_codes.BROKEN, fail_codes.UNNAMED, fail_codes.NO_UPLOAD}
    assert used <= set(codes.TASK)
    assert 0 not in used


def test_every_row_of_the_table_is_a_parameter_that_exists() -> None:
    for nickname, field in fail_codes.TABLE:
        assert field in {bare(slot.path) for slot in endpoints.get(nickname).slots}, (nickname, field)
