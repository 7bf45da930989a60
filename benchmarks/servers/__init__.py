"""Servers that benchmarks hold the embedded AWS against."""
