"""`run`: one job of a manifest, from raw files to a finished, proved video. Nothing is paid before all is judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.endpoints import ENDPOINTS, ORIGINAL, TEXT
from mediaprep.errors import BadAsset, BadConfig, InputError, MediaprepError, Refused
from mediaprep.media import ffmpeg, packets, pixels
from mediaprep.media.witness import again, taking
from mediaprep.model.facts import AudioFacts, Facts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.jobs import Fetched, Said, Waiting
from mediaprep.model.manifest import Job
from mediaprep.model.outcomes import Event, Outcome, Picture, Prepared, State
from mediaprep.model.proof import broken
from mediaprep.preflight import addresses
from mediaprep.preflight.manifest import judge_job
from mediaprep.preflight.rules import judge_file, judge_request
from mediaprep.submit import urls
from mediaprep.submit.kept import Kept
from mediaprep.submit.watch import StillPending
from mediaprep.verbs import captioning, receipts
from mediaprep.verbs.assets import Account
from mediaprep.verbs.check import measure
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.finish import Finished, finish
from mediaprep.verbs.fix import fix
from mediaprep.verbs.people import matched
from mediaprep.verbs.say import say, tts_request
from mediaprep.verbs.submit import submit

Listener = Callable[[Event], None]
_PICTURES = 5
_PICTURE_SIDE = 420
_REACH = 300  # pictures after a keyframe: our own keyframes are nearer than that


def run(
    job: Job,
    *,
    settings: Settings,
    unsafe: bool = False,
    again: bool = False,
    wait_seconds: float = 3600.0,
    deadline_seconds: float | None = None,
    tell: Listener = lambda event: None,
) -> Outcome:
    """The whole way of one job. Never raises for what went wrong with the job: the outcome says it.

    Files are mended, request and files judged, and only then is anything paid. A task that was accepted before
    (same request, same files) is waited for instead of submitted again, unless `again`. `wait_seconds` is how
    long a free place is waited for, `deadline_seconds` how long the task.
    """
    started = time.monotonic()
    work = _Work(job, settings, tell, unsafe=unsafe, again=again)
    try:
        work.judge_all()
        work.make(wait_seconds, deadline_seconds)
        work.complete()
        state, error = State.DONE, None
    except MediaprepError as raised:
        state, error = _state_of(raised), raised
    return replace(
        work.outcome,
        state=state,
        problem=Text(error.en, error.zh) if error else None,
        exit_code=error.exit_code if error else 0,
        seconds=time.monotonic() - started,
    )


def _state_of(error: MediaprepError) -> State:
    if isinstance(error, InputError):
        return State.REFUSED
    return State.PENDING if isinstance(error, StillPending) else State.FAILED


class _Work:
    """One job in progress; `outcome` grows with what is known."""

    def __init__(self, job: Job, settings: Settings, tell: Listener, *, unsafe: bool, again: bool) -> None:
        self.job, self.settings, self._tell = job, settings, tell
        self._unsafe, self._again = unsafe, again
        self.folder = job.output.parent / ".mediaprep" / job.id
        self.request = _with_driver(job)
        self.outcome = Outcome(job=job.id, endpoint=job.endpoint, state=State.FAILED)
        self._kept = Kept(self.folder, settings)
        self._said: Said | None = None
        self._result: Fetched | None = None

    def tell(
        self, kind: str, en: str, zh: str, done: float | None = None, total: float | None = None
    ) -> None:
        self._tell(Event(job=self.job.id, kind=kind, message=Text(en, zh), done=done, total=total))

    def _grow(self, **changes: Any) -> None:
        self.outcome = replace(self.outcome, **changes)

    # --- before anything is paid ---

    def judge_all(self) -> None:
        """Mend the inputs and judge request, files and finishing. Raises Refused with all findings."""
        findings = list(judge_job(self.job))
        ffmpeg.find(self.settings.ffmpeg)
        self._judge_finishing()
        facts = self._prepare()
        stood_in = urls.stand_ins(self.request, urls.assets(self.job.endpoint, self.request, self.job.base))
        ready = {prepared.parameter: prepared.ready for prepared in self.outcome.inputs}
        together = matched(self.job.endpoint, stood_in, ready, facts)
        known = Account(self.settings).known(self.job.endpoint, self.request)
        if known.problem:
            self.tell("check", f"asset lists: {known.problem.en}", f"资产列表：{known.problem.zh}")
        findings += judge_request(
            self.job.endpoint, stood_in, {**together, **known.facts}, self.settings.profile
        )
        findings += known.findings
        findings += urls.advice(self.job.endpoint, self.request)
        findings += addresses.judge(self.job.endpoint, self.request, time.time())
        for prepared in self.outcome.inputs:
            findings += prepared.last.findings
        self._grow(findings=tuple(findings))
        _refuse(self.job, findings)

    def _prepare(self) -> dict[str, Facts]:
        """Every local input, mended if it must be; the request then names the mended files."""
        facts: dict[str, Facts] = {}
        ready: dict[str, str] = {}
        for asset in urls.assets(self.job.endpoint, self.request, self.job.base):
            prepared = self._mended(asset)
            self._grow(inputs=(*self.outcome.inputs, prepared))
            facts[asset.parameter] = prepared.last.facts
            ready[asset.parameter] = str(prepared.ready)
        self.request = urls.replaced(self.request, ready)
        return facts

    def _mended(self, asset: urls.Asset) -> Prepared:
        name = asset.path.name
        self.tell("fix", f"looking at {name}", f"检查 {name}")
        self.folder.mkdir(parents=True, exist_ok=True)
        place = self.folder / asset.parameter.replace("[", "-").replace("]", "").replace(".", "-")
        place.mkdir(exist_ok=True)
        field = f"{self.job.endpoint}.{asset.parameter}"
        plan = fix(
            asset.path, output=place, field=field, request=self.request, unsafe=self._unsafe, diff=True,
            profile=self.settings.profile, configured_ffmpeg=self.settings.ffmpeg,
        )  # fmt: skip
        if not plan.steps or any(finding.verdict is Verdict.REFUSED for finding in plan.left):
            return Prepared(parameter=asset.parameter, before=plan.before, ready=asset.path.resolve())
        steps = tuple(step.say() for step in plan.steps)
        seconds = plan.before.facts.seconds if isinstance(plan.before.facts, VideoFacts) else None
        for old in place.iterdir():
            old.unlink()
        done = fix(
            asset.path, output=place, field=field, request=self.request, unsafe=self._unsafe,
            profile=self.settings.profile, configured_ffmpeg=self.settings.ffmpeg,
            on_progress=lambda at: self.tell("fix", f"mending {name}", f"修复 {name}", at.seconds, seconds),
        )  # fmt: skip
        assert done.target is not None
        self.tell(
            "fix",
            f"mended {name}: {'; '.join(s.en for s in steps)}",
            f"已修复 {name}：{'；'.join(s.zh for s in steps)}",
        )
        return Prepared(
            parameter=asset.parameter,
            before=done.before,
            steps=steps,
            after=done.after,
            ready=Path(done.target).resolve(),
        )

    def _judge_finishing(self) -> None:
        """Head, tail, logo and captions must be usable before a task is paid for."""
        wish = self.job.finish
        shown = (("head", path) for path in wish.head), (("tail", path) for path in wish.tail)
        for role, path in (*shown[0], *shown[1], ("logo", wish.logo)):
            if path is None:
                continue
            facts, moving = measure(path, faces=False), role != "logo"
            if not isinstance(facts, PhotoFacts) and not (moving and isinstance(facts, VideoFacts)):
                what = ("video or picture", "视频或图片") if moving else ("picture", "图片")
                raise BadAsset(
                    f"finish.{role}: {path.name} is no readable {what[0]}",
                    f"finish.{role}：{path.name} 不是可读取的{what[1]}",
                )
        if isinstance(wish.captions, Path) and not wish.captions.is_file():
            raise BadAsset(
                f"finish.captions: {wish.captions.name} does not exist",
                f"finish.captions：{wish.captions.name} 不存在",
            )
        if wish.caption_wish is not None:
            captioning.refuse(wish.caption_wish)
        if wish.captions == "burn" and not self.job.request.get("InputSsml"):
            raise BadConfig(
                f"job {self.job.id}: captions: burn needs a text to show; give captions: FILE.srt for audio drive",
                f"任务 {self.job.id}：captions: burn 需要文本；音频驱动请给出 captions: FILE.srt",
            )

    # --- paid ---

    def make(self, wait_seconds: float, deadline_seconds: float | None) -> None:
        """Speak (voice first), submit, wait, download."""
        if self.job.voice_first:
            self._speak(wait_seconds, deadline_seconds)
        task = None if self._again else self._kept.task(self.job.endpoint, self.request, self.job.base)
        if task:
            self.tell(
                "submit",
                f"task {task} was accepted before: going on with it",
                f"任务 {task} 此前已被接受，继续等待",
            )
        else:
            done = submit(
                self.job.endpoint, self.request, settings=self.settings, base=self.job.base, check_files=False,
                again=self._again, wait_seconds=wait_seconds, on_upload=self._uploading,
                on_wait=lambda pause, why: self.tell("wait", f"{why.en}; trying again", f"{why.zh}；稍后重试"),
            )  # fmt: skip
            task = done.task_id
            self._kept.accept(self.job.endpoint, self.request, self.job.base, task)
            self.tell("submit", f"accepted: task {task}", f"已接受：任务 {task}")
        self._grow(task_id=task)
        target = (
            self.folder / f"result{self.job.output.suffix}" if self.job.finish.wanted else self.job.output
        )
        self._result = self._kept_result(task, target)
        if self._result is None:
            self._result = fetch(
                task, target, settings=self.settings, endpoint=self.job.endpoint,
                deadline_seconds=deadline_seconds, on_event=self._waiting,
            )  # fmt: skip
            self._kept.fetched(task, target)
        self.tell("fetch", f"downloaded and decoded: {target.name}", f"已下载并校验：{target.name}")
        self._grow(result=self._result.path, notes=(*self.outcome.notes, *self._result.notes))
        self._listen()

    def _listen(self) -> None:
        """Whether the result holds the sound that was sent. It was paid for and is kept whatever is heard."""
        assert self._result is not None
        if not isinstance(self._result.facts, VideoFacts):
            return
        driving = self._driving()
        voice = taking.voice_of(driving, role=receipts.DRIVING) if driving else None
        checks = again.fetched(self._result.path, voice)
        said = tuple(
            Text(f"the result is not as it should be: {row.say()}", f"结果存在问题：{row.say('zh')}")
            for row in broken(checks)
        )
        self._grow(checks=(*self.outcome.checks, *checks), notes=(*self.outcome.notes, *said))

    def _driving(self) -> Path | None:
        """The local sound that was sent and must come back as it was."""
        if self.request.get("DriverType") != ORIGINAL:
            return None
        if self._said is not None:
            return self._said.path
        return next((p.ready for p in self.outcome.inputs if p.parameter == "InputAudioUrl"), None)

    def _speak(self, wait_seconds: float, deadline_seconds: float | None) -> None:
        """voice: first. The script becomes sound, the sound is judged on its measured length and drives the video."""
        speech = self.job.request.get("SpeechParam") or {}
        voice = str(speech.get("TimbreKey") or "")
        if not voice:
            raise BadConfig(
                f"job {self.job.id}: voice: first needs SpeechParam.TimbreKey",
                f"任务 {self.job.id}：voice: first 需要 SpeechParam.TimbreKey",
            )
        text = str(self.job.request["InputSsml"])
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / "voice.mp3"
        more = _tts_extras(speech)
        wish: dict[str, Any] = {
            "voice": voice,
            "speed": float(speech.get("Speed") or 1.0),
            "volume": int(speech.get("Volume") or 0),
            "more": more,
            "is_ssml": True,
        }
        wanted = tts_request(text, target, **wish)
        said = None if self._again else self._kept_voice(wanted, target)
        if said is None:
            said = say(
                text, target, settings=self.settings, again=self._again, wait_seconds=wait_seconds,
                deadline_seconds=deadline_seconds, on_event=self._waiting, **wish,
            )  # fmt: skip
            self._kept.spoken(wanted, target, said.task_id, list(said.sentences))
        self._said = said
        self._grow(voice_task_id=said.task_id)
        self.tell("say", f"spoken: {said.seconds:.1f} s", f"已合成语音：{said.seconds:.1f} 秒")
        self.request = _driven_by(self.request, said.path)
        findings = judge_file(
            self.job.endpoint, "InputAudioUrl", said.facts, self.request, profile=self.settings.profile
        )
        self._grow(findings=(*self.outcome.findings, *findings))
        _refuse(self.job, list(findings))

    def _kept_result(self, task: str, target: Path) -> Fetched | None:
        """The download of an earlier run, if it is still whole."""
        facts = measure(target, faces=False) if self._kept.result(task, target) else None
        if not isinstance(facts, VideoFacts | AudioFacts):
            return None
        return Fetched(
            task_id=task, endpoint=self.job.endpoint, path=target, facts=facts, seconds=facts.seconds
        )

    def _kept_voice(self, wanted: Mapping[str, Any], sound: Path) -> Said | None:
        """The speech of an earlier run, if it is the same and still whole."""
        kept = self._kept.voice(wanted, sound)
        facts = measure(sound) if kept else None
        if kept is None or not isinstance(facts, AudioFacts) or facts.seconds is None:
            return None
        return Said(
            task_id=kept["task_id"], path=sound, facts=facts, seconds=facts.seconds,
            sentences=tuple(kept["sentences"]), timestamps=None,
        )  # fmt: skip

    def _uploading(self, asset: urls.Asset, done: int) -> None:
        size = asset.path.stat().st_size
        self.tell(
            "upload", f"uploading {asset.path.name}", f"上传 {asset.path.name}", float(done), float(size)
        )

    def _waiting(self, look: Waiting) -> None:
        ahead = f", {look.ahead} ahead" if look.ahead else ""
        ahead_zh = f"，前面还有 {look.ahead} 个" if look.ahead else ""
        eta = f", about {look.eta_seconds:.0f} s left" if look.eta_seconds is not None else ""
        eta_zh = f"，约剩 {look.eta_seconds:.0f} 秒" if look.eta_seconds is not None else ""
        self.tell(
            "wait",
            f"{look.status}{ahead}, {look.elapsed_seconds:.0f} s{eta}",
            f"{look.status}{ahead_zh}，已等待 {look.elapsed_seconds:.0f} 秒{eta_zh}",
        )

    def _finishing(self, stage: str, share: float) -> None:
        self.tell("finish", f"finishing: {stage}", f"成片：{stage}", share, 1.0)

    # --- after ---

    def complete(self) -> None:
        """Finish what was wished and take pictures for the report."""
        assert self._result is not None
        wish = self.job.finish
        done = None
        if wish.wanted:
            text = self.job.request.get("InputSsml")
            done = finish(
                self._result.path, output=self.job.output, head=wish.head, tail=wish.tail, captions=wish.captions,
                caption_wish=wish.caption_wish,
                crossfade=wish.crossfade,
                script=str(text) if text else None,
                timestamps=self._said.sentences if self._said and self._said.sentences else None,
                logo=wish.logo, loudness=wish.loudness, ffmpeg_path=self.settings.ffmpeg,
                on_progress=self._finishing, write_receipt=False,
            )  # fmt: skip
            notes = (*self.outcome.notes, *done.summary, *done.notes)
            if done.source:
                guess = (" (estimated)", "（估算）") if done.estimated else ("", "")
                notes += (
                    Text(f"captions from {done.source}{guess[0]}", f"字幕来源：{done.source}{guess[1]}"),
                )
            self._grow(
                checks=(*self.outcome.checks, *done.checks),
                notes=notes,
                findings=(*self.outcome.findings, *done.findings),
            )
        self._grow(output=self.job.output, pictures=pictures(self.job.output))
        self._receipt(done)

    def _receipt(self, done: Finished | None) -> None:
        if self._result is None or not isinstance(self._result.facts, VideoFacts):
            return
        try:
            receipt = receipts.of_run(
                self.outcome, output=self.job.output, request=self.request, driving=self._driving(),
                stated_ms=self._result.stated_ms, finished=done.receipt if done else None,
                ffmpeg_path=self.settings.ffmpeg,
            )  # fmt: skip
            self._grow(receipt=receipts.write(receipt, self.job.output))
        except MediaprepError as error:  # the video is done and stays, with or without it
            note = Text(f"no receipt: {error.en}", f"未写出回执：{error.zh}")
            self._grow(notes=(*self.outcome.notes, note))


def _refuse(job: Job, findings: list[Finding]) -> None:
    refused = tuple(finding for finding in findings if finding.verdict is Verdict.REFUSED)
    if refused:
        en = "; ".join(finding.message.en for finding in refused[:3])
        zh = "；".join(finding.message.zh for finding in refused[:3])
        raise Refused(f"{job.id}: not sent: {en}", f"{job.id}：未发送：{zh}", refused)


def _with_driver(job: Job) -> dict[str, Any]:
    """The request with the DriverType that its own parameters imply, where the endpoint knows one."""
    request = dict(job.request)
    if "DriverType" not in request and ENDPOINTS[job.endpoint].drives:
        request["DriverType"] = ORIGINAL if request.get("InputAudioUrl") else TEXT
    return request


def _driven_by(request: Mapping[str, Any], sound: Path) -> dict[str, Any]:
    """The same request, driven by sound instead of text. Speed has been spoken already and must not act twice."""
    left = {name: value for name, value in request.items() if name not in {"InputSsml", "SpeechParam"}}
    driven = {**left, "DriverType": ORIGINAL, "InputAudioUrl": str(sound)}
    if "VirtualmanKey" in request:  # basic and advanced want a SpeechParam with Speed even then
        driven["SpeechParam"] = {"Speed": 1.0}
    return driven


def _tts_extras(speech: Mapping[str, Any]) -> dict[str, Any]:
    """What SpeechParam and a tts task have in common beyond voice, speed and volume."""
    names = ("EmotionCategory", "EmotionIntensity", "TimbreLanguage")
    return {name: speech[name] for name in names if speech.get(name)}


def pictures(path: Path) -> tuple[Picture, ...]:
    """A few upright frames of a video, spread over its length; none for a sound or what does not open."""
    facts = measure(path, faces=False)
    if not isinstance(facts, VideoFacts) or not facts.seconds:
        return ()
    taken = []
    for index in range(_PICTURES):
        moment = facts.seconds * (index + 0.5) / _PICTURES
        found = _picture_at(path, moment)
        if found is not None:
            seconds, picture = found
            taken.append(Picture(label=f"{seconds:.1f} s", jpeg=pixels.encode(picture, ".jpg", quality=80)))
    return tuple(taken)


def _picture_at(path: Path, moment: float) -> tuple[float, Any] | None:
    """The last picture not later than `moment`, looked for from the keyframe before it and not far."""
    best = None
    for seconds, picture in packets.pictures_at(path, [moment], following=_REACH, longer_side=_PICTURE_SIDE):
        if seconds > moment:
            break
        best = seconds, picture
    return best
