"""Decks for PPT mode: storyboards, part decks, advice on pages."""
