"""The formats of `check`: text, JSON, JSONL, SARIF, JUnit, GitHub, HTML."""
