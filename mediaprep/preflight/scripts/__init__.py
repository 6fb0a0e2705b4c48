"""Scripts made fit for the wire: drafted, split, read as the lexicon says, estimated."""
