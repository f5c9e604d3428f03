"""The window: the only part of Formfact that knows Qt. It shows what the engine does, and asks it to do things."""
