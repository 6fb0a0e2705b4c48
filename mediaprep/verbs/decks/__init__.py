"""What is asked of decks before PPT mode gets them; one file and one function each."""
