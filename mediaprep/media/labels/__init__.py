"""What a file says of itself beside its streams: the AIGC label and other free keys, read and written."""
