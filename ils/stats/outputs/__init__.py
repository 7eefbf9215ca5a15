"""A filled report as JSON, text, CSV, XLSX, DOCX and PDF: the same figures in each."""
