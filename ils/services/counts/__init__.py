"""What nobody scanned, counted by hand."""
