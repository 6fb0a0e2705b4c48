"""What a finished video showed, kept small enough for its receipt, and compared with it later."""
