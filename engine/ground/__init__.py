"""Documents: read, cut into chunks, embedded, indexed, found.

``paths`` walks folders, ``parse`` reads a file (in the process of ``parser``, watched by ``reader``), ``chunk`` cuts
its text, ``embed`` turns chunks into vectors, ``index`` keeps the workspace in step with the disk, ``search`` finds.
All of it runs in the index child (``child``); ``service`` is the face that the rest of Formfact sees.
"""
