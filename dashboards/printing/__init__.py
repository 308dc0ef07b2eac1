"""The edition on paper: PDFs and the ZIP."""
