"""Recognising: Tesseract page by page, in jobs; searchable PDF by OCRmyPDF."""
