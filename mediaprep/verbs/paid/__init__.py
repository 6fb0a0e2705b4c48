"""The stages of a managed job, and the session that brings many to their end."""
