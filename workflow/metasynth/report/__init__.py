"""The report: one authored text and the results become a document, rendered as HTML and as PDF."""
