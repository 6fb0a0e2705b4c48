"""What `finish` brings together: captions, scenery, receipts, and which files it may write."""
