"""Issues of periodicals by year: which are described, scanned, recognised, missing."""
