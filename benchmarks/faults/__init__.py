"""Every file-system call of a writer, killed at and failed at: see `campaign.py`."""
