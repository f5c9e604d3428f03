"""One file per command group. Each has ``register(commands)``; a new file here is a new command."""
