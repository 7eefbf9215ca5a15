"""What was written down while the clock of the computer was wrong: found, and set right."""
