"""What a job will come to, said before anything is mended, sent or written."""
