"""Papers: requested PDFs and workbooks, their registry, the one task, verification."""
