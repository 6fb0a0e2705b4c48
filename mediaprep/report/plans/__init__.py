"""What a manifest will come to, told: as text, JSON, and a page with the schedule."""
