"""Digital documents: pages of scans that belong together, of a record."""
