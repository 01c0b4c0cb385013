"""Reading articles: files, folders, feeds and addresses → Article."""
