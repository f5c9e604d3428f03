"""Loaded by every Python process of the tests (through PYTHONPATH): no connection may leave this machine.

An attempt to reach anything but the loopback range is refused, and written to the file that
``FORMFACT_NETWORK_LOG`` names; ``tests/conftest.py`` fails the test that it happened in.
"""

import os
import sys

_WATCHED = {
    "socket.connect": 1,  # event → index of the address among its arguments
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}

_NAME = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def _local(address: object) -> bool:
    """Whether an address (a host, a (host, port…) tuple, or a Unix socket's path) stays on this machine."""
    if isinstance(address, tuple):
        host = address[0] if address and isinstance(address[0], (str, bytes)) else ""
    elif isinstance(address, (str, bytes)):
        host = address
    else:
        return True  # None (any address, or the connected peer), or a netlink address
    name = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
    if not isinstance(address, tuple) and name.startswith(("/", "\0")):
        return True
    return name in ("", "localhost", "::1", "0.0.0.0", "::", _NAME) or name.startswith("127.")


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    index = _WATCHED.get(event)
    if index is None or len(arguments) <= index or _local(arguments[index]):
        return
    words = f"{event} {arguments[index]!r} by {' '.join(getattr(sys, 'orig_argv', sys.argv))[:200]}\n"
    log = os.environ.get("FORMFACT_NETWORK_LOG")
    if log:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, words.encode())
        os.close(descriptor)
    raise PermissionError(f"a test tried to reach the network: {words}")


sys.addaudithook(_guard)
