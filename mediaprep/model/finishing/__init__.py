"""Values of finished videos: plans, captions, logos, scenery, proofs, receipts."""
