"""Decks written anew: fewer pages, smaller pictures, changed notes; proved before they get their name."""
