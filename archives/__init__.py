"""WARC in, WARC out: captures, collections, fixity and audit, in plain Python without Scrapy or trafilatura."""
