"""The frame of all staff pages: sections, places, the palette."""
