"""Base models and adapters: what a file is, what is installed, downloading, LoRA → GGUF, merging, exporting."""
