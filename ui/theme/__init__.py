"""The visual language: tokens, the style sheet made from them, icons."""
