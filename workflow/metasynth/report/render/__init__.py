"""The document as HTML, PDF (Typst) and DOCX."""
