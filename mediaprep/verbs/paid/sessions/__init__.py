"""What a run session stands on: its threads at rest, its limit of minutes and cost, how its jobs ended."""
