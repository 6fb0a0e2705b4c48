"""mediaprep: preflight, mend, submit and finish media for Tencent Cloud's digital-human video service."""

__version__ = "0.1.0"
