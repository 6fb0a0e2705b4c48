"""`mediaprep …` and `python -m mediaprep …`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"] and _told_version():
        return
    from mediaprep.cli.app import run

    sys.exit(run(sys.argv[1:]))


def _told_version() -> bool:
    """What is asked most often needs nothing loaded; where it cannot be written the command line says why."""
    from mediaprep import __version__

    try:
        sys.stdout.write(f"mediaprep {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError, ValueError):
        return False
    return True


if __name__ == "__main__":
    main()
