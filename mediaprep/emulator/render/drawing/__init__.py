"""Pictures: presenter, mouths, pages, burnt subtitles."""
