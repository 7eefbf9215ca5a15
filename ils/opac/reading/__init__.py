"""Reading digital documents: the viewer, its pictures, what can be kept, IIIF."""
