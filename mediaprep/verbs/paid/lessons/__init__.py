"""A deck's whole way to a video: voices of its pages, its PPT tasks, one timeline of them."""
