"""MARC in its many forms: containers, encodings, dialects."""
