"""Shapes that rows come in: one module each, with ``SHAPE``."""
