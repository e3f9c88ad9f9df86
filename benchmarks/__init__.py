"""Benchmarks: how right the texts are, and what a page costs, next to what others make of the same bytes."""
