"""Sets in several volumes, and which of their volumes branches lack."""
