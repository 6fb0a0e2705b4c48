"""Who is seen: faces followed, compared, counted and drawn."""
