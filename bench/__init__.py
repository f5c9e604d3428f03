"""Benchmarks: each file runs alone and prints one JSON object on its last line (see ``bench.common``)."""
