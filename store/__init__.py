"""What is kept: SQLite databases, settings, vectors. Knows nothing of models, training or windows."""
