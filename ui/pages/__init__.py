"""One package per page; each names itself in ``PAGE`` (see ``ui.registry``), and is found by being here."""
