"""Builds the sample: a fictional company's documents, its old chat examples, and questions to score answers with."""
