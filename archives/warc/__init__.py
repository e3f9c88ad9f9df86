"""WARC files: records, writing, reading, recovery, checking."""
