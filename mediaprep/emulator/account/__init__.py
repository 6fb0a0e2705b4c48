"""What the emulated account owns and was charged."""
