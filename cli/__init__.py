"""The command line: one file per command group, each a thin face on ``engine.workspace``."""
