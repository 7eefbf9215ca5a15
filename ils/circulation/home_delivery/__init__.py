"""Books brought to readers at home."""
