"""The product without a window: everything Formfact does can be scripted from here (see ``engine.workspace``)."""
