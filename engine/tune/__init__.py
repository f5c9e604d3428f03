"""Tuning: datasets, recipes, the training child, the parity gate."""
