"""What is lent most, and who borrows most: for staff only, never published."""
