"""The command line: one file a verb, no logic. `app` holds the list of verbs and turns errors into exit codes."""
