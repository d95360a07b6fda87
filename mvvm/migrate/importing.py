"""A lock around imports of packages with compiled parts, which two threads must not import at once.

The background thread that compiles continuations imports the compiler, and with it google.protobuf, while the guest's
thread may stop and import what writes snapshots: google.protobuf failed in the one or the other then.
"""

from __future__ import annotations

import _thread

lock = _thread.allocate_lock()
