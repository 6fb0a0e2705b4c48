"""`mediaprep ARGUMENTS` as a process of its own that writes down every stage as it begins, and what it cost at the end.

    python -m tests.torture.batch.traced TRACE.jsonl run m.yaml …

A line is on disk before its stage begins, so that what a kill interrupts is known.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from mediaprep.cli.app import run
from mediaprep.verbs.paid.stages import JobStages

STAGES = ("prepare", "save", "finish")


def main(trace: Path, arguments: list[str]) -> int:
    """The command's exit code."""
    handle = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(**what: Any) -> None:
        os.write(handle, (json.dumps({"pid": os.getpid(), **what}) + "\n").encode())

    def traced(name: str) -> Any:
        plain = getattr(JobStages, name)

        @functools.wraps(plain)
        def stage(self: JobStages, job: Any, *given: Any, **more: Any) -> Any:
            note(stage=name, job=job.id, at=time.time())
            return plain(self, job, *given, **more)

        return stage

    for name in STAGES:
        setattr(JobStages, name, traced(name))
    began, before = time.monotonic(), time.process_time()
    code = run(arguments)
    note(ended=code, wall=time.monotonic() - began, cpu=time.process_time() - before)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
