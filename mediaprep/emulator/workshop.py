"""Makes one task: fetch and judge its files, render, hand out, upload where the request says."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from mediaprep.contract import codes, endpoints
from mediaprep.contract.paths import leaf
from mediaprep.emulator import failures, outbound
from mediaprep.emulator.catalogue import Catalogue
from mediaprep.emulator.inspect import Inspector
from mediaprep.emulator.options import Options
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.results import Results
from mediaprep.emulator.tasks import FAIL, SUCCESS, Outcome, Task
from mediaprep.emulator.work import Product, Spoiled, Work
from mediaprep.errors import MediaprepError

log = logging.getLogger(__name__)

_CRASHED = 801004


class Workshop:
    """`render` None = the real renderers, imported when the first task needs them."""

    def __init__(
        self,
        results: Results,
        catalogue: Catalogue,
        reach: Reach,
        options: Options,
        render: Callable[[Work], Product] | None = None,
    ) -> None:
        self._results = results
        self._inspector = Inspector(catalogue, reach)
        self._reach = reach
        self._options = options
        self._render = render or _render

    def make(self, task: Task) -> Outcome:
        """The whole of one task; whatever goes wrong is a FAIL with a code of the task table."""
        folder = task.folder / "work"
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        folder.mkdir(mode=0o700)
        try:
            return self._make(task, folder)
        except Spoiled as spoiled:
            return Outcome(state=FAIL, fail_code=spoiled.fail_code, fail_message=spoiled.message)
        except MediaprepError as error:
            log.warning("task %s: %s", task.task_id, error.en)
            message = f"{codes.TASK[_CRASHED].meaning.zh}: {error.zh}"
            return Outcome(state=FAIL, fail_code=_CRASHED, fail_message=message)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self, task: Task, folder: Path) -> Outcome:
        inputs = self._inspector.gather(task.endpoint, task.payload, folder)
        product = self._render(
            Work(
                task_id=task.task_id,
                endpoint=task.endpoint,
                request=task.payload,
                files=inputs.files,
                facts=inputs.facts,
                folder=folder,
                subtitles=self._wants_subtitles(task),
            )
        )
        media = self._results.take(task.task_id, task.endpoint, product.media)
        subtitles = ""
        if product.subtitles is not None:
            subtitles = self._results.take(task.task_id, task.endpoint, product.subtitles, subtitle=True)
        self._upload(task, media, subtitles)
        return Outcome(
            state=SUCCESS,
            seconds=product.seconds,
            media=media,
            subtitles=subtitles,
            timestamps=product.timestamps,
        )

    def _wants_subtitles(self, task: Task) -> bool:
        if task.payload.get("DriverType") not in (None, "", endpoints.TEXT):
            return False  # audio drive has none anywhere
        if task.endpoint == "notrain":
            return self._options.notrain_subtitles
        return endpoints.get(task.endpoint).subtitles

    def _upload(self, task: Task, media: str, subtitles: str) -> None:
        """PUTs the results to the request's storage URLs. Raises Spoiled."""
        for field in endpoints.get(task.endpoint).storage_fields:
            url = task.payload.get(field)
            name = subtitles if leaf(field).startswith("Subtitle") else media
            if not url or not name:
                continue
            try:
                outbound.put(url, self._results.file(name), self._reach)
            except (outbound.Unfetchable, outbound.Broken) as error:
                self._results.file(name).unlink(missing_ok=True)
                code = failures.NO_UPLOAD
                raise Spoiled(code, f"{codes.TASK[code].meaning.zh}: {field}: {error}") from error


def _render(work: Work) -> Product:
    from mediaprep.emulator.render.entry import render

    return render(work)
