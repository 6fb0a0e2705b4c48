"""A finished output sent to where its job wants it: judged before anything is paid, done before the job is DONE."""

from __future__ import annotations

from mediaprep.media.files.digest import sha256_in
from mediaprep.model import remote
from mediaprep.model.findings import Text
from mediaprep.submission.bucket import delivery
from mediaprep.verbs.paid.job_progress import Ongoing


def claim(work: Ongoing, *, overwrite: bool) -> None:
    """The target must be one that can be written, and free or ours. Raises BadConfig, Unreachable."""
    url = work.job.deliver
    if url is None:
        return
    delivery.refuse(url, work.settings)
    if not overwrite:
        delivery.refuse_taken(url, work.job.output, work.settings)


def sent(work: Ongoing) -> tuple[str, ...]:
    """The output, and into a bucket what came beside it, at the job's URL; what was written. Raises BadConfig,
    Unreachable: the copy on this machine stays."""
    job = work.job
    if job.deliver is None:
        return ()
    work.tell("deliver", f"sending {job.output.name}", f"上传 {job.output.name}")
    beside = tuple(
        path for path in (*work.outcome.beside, work.outcome.receipt) if path is not None and path.is_file()
    )
    told = delivery.deliver(job.output, job.deliver, work.settings, beside=beside, digest=sha256_in)
    work.note(note_of(remote.shown(job.deliver)))
    return told


def note_of(url: str) -> Text:
    """Where it went."""
    return Text(f"sent to {url}", f"已上传至 {url}")
