"""What an output shows, measured on the output itself, at once and again later against its receipt."""
