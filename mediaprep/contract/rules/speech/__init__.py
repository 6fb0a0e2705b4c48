"""What all requests share that are spoken: voices, scripts, and which of text and sound drives."""
