"""Copies readers lost, spoiled, or say they brought back: what they said, how it was settled."""
