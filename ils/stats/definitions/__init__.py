"""Reports as data: what is read from config/reports."""
