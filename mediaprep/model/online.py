"""What was seen of a URL that the service is to fetch."""

from __future__ import annotations

from dataclasses import dataclass

from mediaprep.model.findings import Text


@dataclass(frozen=True, kw_only=True)
class UrlLook:
    """One URL, asked by HEAD and for its first bytes. `problem` = why there is no answer, `private` = it leads
    to an address that is not public; `hosts` = where redirects led to, the last one answered; `size_bytes` of
    the whole; `begins` = the first bytes, read at `bytes_per_second` (None: too few to say)."""

    parameter: str
    status: int | None = None
    problem: Text | None = None
    private: bool = False
    hosts: tuple[str, ...] = ()
    login: bool = False
    content_type: str = ""
    size_bytes: int | None = None
    bytes_per_second: float | None = None
    begins: bytes = b""
    seconds: float | None = None  # of the video behind it, where its first bytes tell

    @property
    def page(self) -> bool:
        """Whether it is a web page and no media."""
        start = self.begins.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
        return self.content_type.startswith(("text/html", "application/xhtml")) or start.startswith(
            (b"<!doctype html", b"<html", b"<head", b"<script", b"<!--")
        )
