"""The index: a log (SQLite) and views of it (FAISS, tantivy)."""
