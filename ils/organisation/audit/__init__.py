"""Who administered what."""
