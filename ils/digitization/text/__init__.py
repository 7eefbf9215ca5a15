"""The text of pages: lines and words with their places, recognised or corrected."""
