"""`python -m bench.rehearsal [words]`: every fault of PROMISES section E, made on purpose; a table of what was seen.

With words: only faults whose name holds one of them. Takes about a quarter of an hour; REHEARSE_KILLS, REHEARSE_MAILS,
REHEARSE_WORKER_KILLS, REHEARSE_CUTS and REHEARSE_TORN make it longer. Ends with 1 when something was not as promised; what this machine cannot rehearse is said.
"""

import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from bench.rehearsal import mail, nodes, power, schema  # noqa: F401  (they add their faults)
from bench.rehearsal.faults import FAULTS, NotHere


def main(words: list[str]) -> int:
    wanted = {name: fault for name, fault in FAULTS.items() if not words or any(word in name for word in words)}
    wrong = 0
    print(f"{'fault':<58}{'expected':<76}seen", flush=True)
    for name, (expected, rehearsal) in wanted.items():
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as folder:
            try:
                seen, kept = rehearsal(Path(folder))
            except NotHere as reason:
                seen, kept = f"not rehearsed: {reason}", True
            except Exception as fault:  # noqa: BLE001  the others are still tried
                traceback.print_exc()
                seen, kept = f"{type(fault).__name__}: {fault}".splitlines()[0], False
        wrong += not kept
        print(
            f"{name:<58}{expected:<76}{'' if kept else 'NOT KEPT: '}{seen} ({time.monotonic() - begun:.0f} s)",
            flush=True,
        )
    print(f"{len(wanted) - wrong} of {len(wanted)} as expected.")
    return 1 if wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped then, too
    sys.exit(main(sys.argv[1:]))
