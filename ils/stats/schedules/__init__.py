"""Reports prepared by themselves."""
