"""What belongs to this machine or folder and to no file: what works here, and a place to begin."""
