"""Values of decks: storyboards, page pictures, copies, the videos made of them."""
