"""Kinds of files that hold rows: one module each, with ``READER``."""
