"""The catalogue as the public sees it."""
