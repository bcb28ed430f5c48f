"""How large the sites are that are measured: BENCH_SIZE=small (a quarter of an hour) or full (the sizes of the promises)."""

import os

SIZE = os.environ.get("BENCH_SIZE", "small")
if SIZE not in ("small", "full"):
    raise SystemExit(f"BENCH_SIZE is “{SIZE}”. Allowed: small, full.")
FULL = SIZE == "full"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MANY = 1_000_000 if FULL else 100_000  # reactions under the largest article


def table(figures: list[dict[str, object]], *columns: str, first: str = "page", width: int = 52) -> list[str]:
    """One line for each row; what it does not have is a dash."""
    lines = [f"{first:<{width}}" + "".join(f"{column:>13}" for column in columns)]
    for row in figures:
        lines.append(f"{row['page']!s:<{width}}" + "".join(f"{row.get(column, '-')!s:>13}" for column in columns))
    return lines
