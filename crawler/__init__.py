"""HTTP and Scrapy: fetches pages, hands every exchange to the archive, then hands the archived record on to be read."""
