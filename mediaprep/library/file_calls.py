"""Calls that cost nothing: files judged, mended, finished, verified; manifests read and planned."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

from mediaprep.library.boundary import OnProgress, Telling, boundary
from mediaprep.library.call_options import CheckOptions, ScriptOptions
from mediaprep.model.any_path import AnyPath

if TYPE_CHECKING:  # each call loads what it needs
    from mediaprep.batch.plan import PlanWish
    from mediaprep.config import Settings
    from mediaprep.finishing.spoken import Narration
    from mediaprep.media.ffmpeg import EncodeProgress
    from mediaprep.model.decks.copies import DeckCopy, Hidden, SplitDeck
    from mediaprep.model.drafts import Draft
    from mediaprep.model.findings import Checked
    from mediaprep.model.finishing.wishes import Finishing
    from mediaprep.model.paid.manifest import Manifest
    from mediaprep.model.paid.manifest_plan import ManifestPlan
    from mediaprep.model.results.finished_videos import Finished
    from mediaprep.model.results.fix_outcomes import FixOutcome
    from mediaprep.model.results.lip_judgements import LipJudgement
    from mediaprep.model.results.proposals import Proposal
    from mediaprep.model.results.video_differences import VideoDifferences
    from mediaprep.preflight.fixes import FixWish
    from mediaprep.verbs.finish import RenderOptions
    from mediaprep.verbs.verify import Verified


@boundary
def check(
    paths: AnyPath | Iterable[AnyPath],
    *,
    on_progress: OnProgress | None = None,
    **options: Unpack[CheckOptions],
) -> Checked:
    """Judge a file, or files, against the service's limits: a FileReport each, in the order given.

    Options: field ("notrain.RefVideoUrl"; None: by kind), request (decides conditional limits),
    profile, faces=True, hashes=False, thorough=False, jobs (files at once).
    A file that is missing or cannot be read is a report ("unreadable"), not an error.
    Raises BadConfig for an unknown field or profile.

    >>> reports = check("README.md", faces=False)
    >>> reports[0].verdict
    'refused'
    """
    from mediaprep.contract import profiles
    from mediaprep.model.findings import Checked
    from mediaprep.verbs.check import checked

    given = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    telling, found = Telling("", "check", on_progress), []
    for number, report in enumerate(checked(given, **cast("dict[str, Any]", options)), 1):
        found.append(report)
        telling.say(
            f"{report.path}: {report.verdict}", f"{report.path}：{report.verdict}", number, len(given)
        )
    return Checked(found, profile=options.get("profile", profiles.DEFAULT))


@boundary
def fix(
    path: AnyPath,
    *,
    output: AnyPath,
    field: str | None = None,
    wish: FixWish | None = None,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
) -> FixOutcome:
    """Mend `path` for `field` into `output` (a file, or a folder to name it in); the original is not touched.

    Nothing is written while a refusal stays that no allowed step mends: `target` is None then and
    `left` says why. A file that needs nothing is copied. Raises BadConfig for an output name that does
    not fit or a file there that is not ours (unless `overwrite`), BadAsset, ToolFailed.

    >>> fix("README.md", output="mended.mp4").target is None
    True
    """
    from mediaprep.preflight.fixes import FixWish
    from mediaprep.verbs import fix as verb

    telling = Telling(str(path), "fix", on_progress)

    def follow(at: EncodeProgress) -> None:
        telling.say(f"{at.seconds:.1f} s made", f"已完成 {at.seconds:.1f} 秒", at.seconds)

    return verb.fix(
        path, output=output, field=field, wish=wish or FixWish(), overwrite=overwrite, on_progress=follow
    )


@boundary
def script(source: AnyPath, **options: Unpack[ScriptOptions]) -> Draft:
    """Draft the text file `source` as a script that fits its parameter, with an estimate of its seconds.

    Options: output (numbered when there are more parts), field="notrain.InputSsml", lexicon_file,
    words_file, splitting=False, plain (None: by its tags), speed=1.0, request, overwrite, profile.
    Written to `output` unless something is refused. Raises BadAsset for a file that is no text,
    BadConfig for a wrong list, field or speed.

    >>> script("README.md").seconds > 60
    True
    """
    from mediaprep.verbs import script as verb

    return verb.script(source, **cast("dict[str, Any]", options))


@boundary
def finish(
    main: AnyPath,
    output: AnyPath,
    wishes: Finishing | None = None,
    *,
    narration: Narration | None = None,
    options: RenderOptions | None = None,
    on_progress: OnProgress | None = None,
) -> Finished:
    """Make `output` (.mp4, .m4v or .mov) from `main` as `wishes` say, with a receipt for `verify` beside it.

    The picture is copied bit for bit wherever nothing changes it. `narration` is what is known of the
    words. What stands under a name that is written is replaced if it is ours and unchanged. Raises
    BadAsset, BadConfig or ToolFailed; then nothing is left behind. Progress: `done` of 1.0.

    >>> finish("a.mp4", "b.mp4", Finishing(captions="burn", loudness="web"))  # doctest: +SKIP
    """
    from mediaprep.finishing.spoken import Narration
    from mediaprep.model.finishing.wishes import Finishing
    from mediaprep.verbs import finish as verb

    telling = Telling(str(main), "finish", on_progress)
    return verb.finish(
        main, output, wishes or Finishing(), narration=narration or Narration(),
        options=options or verb.RenderOptions(),
        on_progress=lambda stage, share: telling.say(stage, stage, verb.overall(stage, share), 1.0),
    )  # fmt: skip


@boundary
def verify(receipt: AnyPath, *, video: AnyPath | None = None, recoded: bool = False) -> Verified:
    """Check `video` (else the file beside it) again, against the receipt that was written when it was proved.

    The video itself may be named in the receipt's place. `recoded`: it was encoded anew, by a platform
    say; its bytes need not be the same. Raises BadAsset when the receipt cannot be read or there is
    no video.

    >>> verify("b.mp4.receipt.json").broken  # doctest: +SKIP
    ()
    """
    from mediaprep.verbs import verify as verb

    return verb.verify(receipt, video=video, recoded=recoded)


@boundary
def propose(
    footage: AnyPath,
    *,
    output: AnyPath | None = None,
    audio: AnyPath | None = None,
    text: str | None = None,
    overwrite: bool = False,
    settings: Settings | None = None,
) -> Proposal:
    """Look through footage and choose the parameters of a no-train request driven by `audio` or `text`: which part (s),
    where the mouth is left alone, whose face; each with its reason. With an `output` the request is written there, and
    photos of the speaker beside it where several people are seen. Nothing is sent.

    Raises BadAsset for what is no video or sound, BadConfig for both of audio and text or an output that is not ours.

    >>> propose("footage.mp4", text="大家好，欢迎观看。").request["ConcurrencyType"]  # doctest: +SKIP
    'Shared'
    """
    from mediaprep.verbs.judging import propose as verb

    return verb.propose(
        footage, output=output, audio=audio, text=text, overwrite=overwrite, settings=settings
    )


@boundary
def lips(video: AnyPath, *, audio: AnyPath | None = None, footage: AnyPath | None = None) -> LipJudgement:
    """Say whether the lips of the largest face follow the video's own sound, or `audio` (which begins with the first
    picture): stretches (s) of a mouth that stands still under a voice or talks in silence, and an offset in ms where
    enough of both is there; else the verdict is "unknown", with the reason in `why`.
    `footage` of the same speaker, in step with its sound, tells sooner that a sound is another.

    Raises BadAsset for what is no video, or has no sound.

    >>> lips("finished.mp4").verdict  # doctest: +SKIP
    'unknown'
    """
    from mediaprep.verbs.files import lips as verb

    return verb.lips(video, audio=audio, footage=footage)


@boundary
def diff(old: AnyPath, new: AnyPath) -> VideoDifferences:
    """Compare two finished videos for approval: picture (regions with times), sound (level in dB, shift in
    ms), captions, chapters, label, tags, size, length (s).

    A video that was only encoded anew is the same. Raises BadAsset when one of them is no video.

    >>> diff("monday.mp4", "tuesday.mp4").verdict  # doctest: +SKIP
    'same'
    """
    from mediaprep.verbs import diff as verb

    return verb.diff(old, new)


@boundary
def plan(
    manifest: AnyPath, *, settings: Settings | None = None, wish: PlanWish | None = None
) -> ManifestPlan:
    """What `mediaprep run` would do with `manifest`: each job judged, minutes, cost, when it is done. Free.

    What is wrong with the manifest or a job is in the plan. `settings`: Settings.load() by default.
    Raises BadConfig, LedgerError and ToolMissing.

    >>> plan("lessons.yaml").totals.minutes  # doctest: +SKIP
    12.5
    """
    from mediaprep.batch import plan as verb

    return verb.plan(Path(manifest), settings=settings, wish=wish or verb.PlanWish())


@boundary
def load_manifest(path: AnyPath) -> Manifest:
    """The jobs of a manifest (YAML, JSON, CSV, XLSX, or a folder of folders), frozen, in their order.

    Relative paths in it start from its folder. Raises BadDocument, whose `mistakes` are all that is
    wrong, each with its file, line and column.

    >>> [job.id for job in load_manifest("lessons.yaml")]  # doctest: +SKIP
    ['lesson-1', 'lesson-2']
    """
    from mediaprep.batch import manifest as reading
    from mediaprep.model.paid.manifest import Manifest

    return Manifest(path=Path(path), jobs=reading.read(Path(path)))


@boundary
def check_decks(paths: AnyPath | Iterable[AnyPath], *, profile: str | None = None) -> Checked:
    """Judge decks (pptx, ppt, pdf) for PPT mode, in the order given.

    A file that is missing, damaged or no deck is a report too. Raises BadConfig for an unknown profile.

    >>> check_decks("README.md")[0].verdict
    'refused'
    """
    from mediaprep.contract import profiles
    from mediaprep.verbs.decks import check_decks as verb

    given = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    return verb.check_decks(given, profile=profile or profiles.DEFAULT)


@boundary
def clean_deck(
    source: AnyPath,
    target: AnyPath,
    *,
    hidden: Hidden = "drop",
    overwrite: bool = False,
    profile: str | None = None,
) -> DeckCopy:
    """Write a copy of a deck without what PPT mode refuses, and judge it again.

    `hidden` pages: keep | drop | unhide. Raises BadAsset for what cannot be read or rewritten,
    Refused when no page would be left.

    >>> clean_deck("talk.pptx", "clean.pptx").pages  # doctest: +SKIP
    (1, 2, 4)
    """
    from mediaprep.contract import profiles
    from mediaprep.verbs.decks import clean_deck as verb

    return verb.clean_deck(
        Path(source), Path(target), hidden=hidden, overwrite=overwrite, profile=profile or profiles.DEFAULT
    )


@boundary
def shrink_deck(
    source: AnyPath,
    target: AnyPath,
    *,
    most_bytes: int | None = None,
    overwrite: bool = False,
    profile: str | None = None,
) -> DeckCopy:
    """Write a copy of a deck whose pictures are made smaller until it has at most `most_bytes` (the docs' limit).

    Raises BadAsset for what cannot be read or rewritten, Refused when its pictures are not what is large.

    >>> shrink_deck("talk.pptx", "small.pptx").pictures  # doctest: +SKIP
    7
    """
    from mediaprep.contract import profiles
    from mediaprep.verbs.decks import shrink_deck as verb

    return verb.shrink_deck(
        Path(source), Path(target), most_bytes=most_bytes, overwrite=overwrite,
        profile=profile or profiles.DEFAULT,
    )  # fmt: skip


@boundary
def split_deck(
    source: AnyPath,
    folder: AnyPath,
    *,
    hidden: Hidden = "keep",
    most_pages: int | None = None,
    overwrite: bool = False,
    profile: str | None = None,
) -> SplitDeck:
    """Write a deck's parts NAME-1.pptx, NAME-2.pptx … into `folder` (made if need be): all of them, or none.

    Parts have at most `most_pages` (the docs' limit), cut between sections where one ends nearby.
    Raises BadAsset for what cannot be read or rewritten, BadConfig for a folder that cannot be used.

    >>> len(split_deck("talk.pptx", "parts", most_pages=50).parts)  # doctest: +SKIP
    3
    """
    from mediaprep.contract import profiles
    from mediaprep.verbs.decks import split_deck as verb

    return verb.split_deck(
        Path(source), Path(folder), hidden=hidden, most_pages=most_pages, overwrite=overwrite,
        profile=profile or profiles.DEFAULT,
    )  # fmt: skip
