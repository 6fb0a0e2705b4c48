"""Makes one task: fetch and judge its files, render, hand out, upload where the request says."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from mediaprep.contract import codes, endpoints
from mediaprep.contract.paths import leaf
from mediaprep.emulator import outbound
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.gateway import fail_codes
from mediaprep.emulator.gateway.input_judge import Inputs, Inspector
from mediaprep.emulator.options import Options
from mediaprep.emulator.outbound import Reach
from mediaprep.emulator.store.result_files import Results
from mediaprep.emulator.task import FAIL, INPUTS, MAKING, SUCCESS, Task, TaskEnd
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work, seed_of
from mediaprep.errors import MediaprepError
from mediaprep.model.findings import Text

log = logging.getLogger(__name__)

_CRASHED = 801004


class Workshop:
    """`render` None = the real renderers, imported when the first task needs them. `fetched` is told what came
    of each input of a task, `uploaded` of each result that was to be put somewhere."""

    def __init__(
        self,
        results: Results,
        inspector: Inspector,
        reach: Reach,
        options: Options,
        render: Callable[[Work], RenderedProduct] | None = None,
        *,
        faults: Faults | None = None,
        fetched: Callable[[Task, str, str, int | None, str], None] = lambda *_: None,
        uploaded: Callable[[Task, str, int | None, str], None] = lambda *_: None,
        noted: Callable[[str, Text], None] = lambda *_: None,
    ) -> None:
        self._results = results
        self._inspector = inspector
        self._reach = reach
        self._options = options
        self._faults = faults or Faults()
        self._fetched, self._uploaded, self._noted = fetched, uploaded, noted
        self._render = render or _render
        self._early: dict[str, Inputs | Spoiled | MediaprepError] = {}

    def gather_early(self, task: Task) -> None:
        """Fetches the inputs of a task that is not in the queue yet; `make` goes on from there."""
        _emptied(_folder(task))
        try:
            self._early[task.task_id] = self._gather(task)
        except (Spoiled, MediaprepError) as error:
            self._early[task.task_id] = error

    def make(self, task: Task) -> TaskEnd:
        """The whole of one task; whatever goes wrong is a FAIL with a code of the task table."""
        folder, stage, began = _folder(task), INPUTS, time.monotonic()
        try:
            inputs = self._inputs(task, folder)
            self._hurry(began)
            stage = MAKING
            product = self._product(task, inputs, folder)
            for note in product.notes:
                self._noted(task.task_id, note)
            self._hurry(began)
            return self._handed_out(task, product)
        except Spoiled as spoiled:
            code, message = spoiled.fail_code, spoiled.message
        except MediaprepError as error:
            log.warning("task %s: %s", task.task_id, error.en)
            code, message = _CRASHED, f"{codes.TASK[_CRASHED].meaning.zh}: {error.zh}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return TaskEnd(state=FAIL, fail_code=code, fail_message=message, stage=stage)

    def _inputs(self, task: Task, folder: Path) -> Inputs:
        """What was fetched early, or is fetched now. Raises Spoiled."""
        early = self._early.pop(task.task_id, None)
        if isinstance(early, Exception):
            raise early
        if early is not None:
            return early
        _emptied(folder)
        return self._gather(task)

    def _gather(self, task: Task) -> Inputs:
        inputs = Inputs(files={}, facts={})
        for _ in self._faults.fetching(task):
            inputs = self._inspector.gather(
                task.endpoint,
                task.payload,
                _folder(task),
                lambda place, url, status, problem: self._fetched(task, place, url, status, problem),
            )
        return inputs

    def _hurry(self, began: float) -> None:
        """Raises Spoiled for a task that takes longer than it may."""
        most, took = self._options.task_seconds, time.monotonic() - began
        if most is not None and took > most:
            code = fail_codes.TOO_SLOW
            raise Spoiled(code, f"{codes.TASK[code].meaning.zh}: {took:.1f} s, 上限 {most:g} s")

    def _product(self, task: Task, inputs: Inputs, folder: Path) -> RenderedProduct:
        spoiled = self._faults.spoils(task)
        if spoiled is not None:
            raise spoiled
        return self._render(
            Work(
                task_id=task.task_id,
                endpoint=task.endpoint,
                request=task.payload,
                files=inputs.files,
                facts=inputs.facts,
                folder=folder,
                subtitles=self._wants_subtitles(task),
                seed=seed_of(task.endpoint, task.payload, self._options.seed),
                catalogue=self._inspector.catalogue,
                labels=self._options.labels != "none",
                strict_faces=self._options.photo_faces == "strict",
            )
        )

    def _handed_out(self, task: Task, product: RenderedProduct) -> TaskEnd:
        subtitles = ""
        try:
            media = self._results.take(task.task_id, task.endpoint, product.media)
            if product.subtitles is not None:
                subtitles = self._results.take(task.task_id, task.endpoint, product.subtitles, subtitle=True)
        except OSError as error:
            code = fail_codes.STORE_FAILED
            raise Spoiled(code, f"{codes.TASK[code].meaning.zh}: {error.strerror}") from error
        self._upload(task, media, subtitles)
        return TaskEnd(
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
        fate: str | None = None
        for field in endpoints.get(task.endpoint).storage_fields:
            url = task.payload.get(field)
            name = subtitles if leaf(field).startswith("Subtitle") else media
            if not url or not name:
                continue
            fate = fate or self._faults.upload(task)
            if fate == "lost":
                continue
            try:
                if fate == "refused":
                    raise outbound.BrokenDownload("HTTP 403", 403)
                outbound.put(url, self._results.file(name), self._reach)
                self._uploaded(task, url, 200, "")
            except (outbound.Unfetchable, outbound.BrokenDownload) as error:
                self._uploaded(task, url, getattr(error, "status", None), str(error))
                self._results.file(name).unlink(missing_ok=True)
                code = fail_codes.NO_UPLOAD
                raise Spoiled(code, f"{codes.TASK[code].meaning.zh}: {field}: {error}") from error


def _folder(task: Task) -> Path:
    return task.folder / "work"


def _emptied(folder: Path) -> None:
    """Without what a run that was killed left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _render(work: Work) -> RenderedProduct:
    from mediaprep.emulator.render.entry import render

    return render(work)
