"""What entries can be told apart by in a report."""
