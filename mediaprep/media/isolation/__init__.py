"""Child processes: guarded readers of untrusted files, and every tool that is started."""
