"""The desk: a scan, what it means, what follows."""
