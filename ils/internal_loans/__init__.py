"""Internal loans (ВСО): what branches ask of each other, and the boxes it travels in."""
