"""A disk that forgets, when the power fails, what was not forced to it. power.c sees what is forced."""

import random
import shutil
import subprocess
from pathlib import Path

from bench.rehearsal.faults import NotHere
from bench.rehearsal.place import program

SECTOR = 512  # what a disk writes whole or not at all


class Disk:
    """`folder` is what programs write, started with `environment`; beside it stands what would be left."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.folder, self.left = folder, folder.with_name(f"{folder.name}.left")
        self._cut = folder.with_name(f"{self.left.name}.cut")
        self.environment = {
            "LD_PRELOAD": str(library),
            "POWER_DISK": str(self.folder),
            "POWER_SHADOW": str(self.left),
        }

    def calm(self) -> None:
        """Nobody writes: all of it is on the disk."""
        self._cut.unlink(missing_ok=True)
        _copy(self.folder, self.left)

    def cut(self) -> None:
        """From now on nothing is forced to it any more, and who asks for that waits for ever."""
        self._cut.touch()

    def lose(self) -> None:
        """The power comes back: there is what was forced, and nothing else."""
        _copy(self.left, self.folder)

    def torn(self, into: Path, seed: int) -> None:
        """What may be there as well: of what was not forced some sectors, of some files."""
        chance = random.Random(seed)
        _copy(self.folder, into)
        for file in sorted(path for path in into.rglob("*") if path.is_file() and not path.is_symlink()):
            forced = self.left / file.relative_to(into)
            old, new = forced.read_bytes() if forced.exists() else b"", file.read_bytes()
            if old == new:
                continue
            if not forced.exists() and chance.random() < 0.5:
                file.unlink()
                continue
            length = chance.choice((len(old), len(new)))
            with file.open("r+b") as mixed:
                for at in range(0, len(new), SECTOR):
                    piece = old[at : at + SECTOR]
                    if piece != new[at : at + SECTOR] and chance.random() < 0.5:
                        mixed.seek(at)
                        mixed.write(piece.ljust(min(SECTOR, len(new) - at), b"\0"))
                mixed.truncate(length)
        for forced in sorted(path for path in self.left.rglob("*") if path.is_file()):
            file = into / forced.relative_to(self.left)
            if not file.exists() and file.parent.exists() and chance.random() < 0.5:
                _copy(forced, file)


def library(folder: Path) -> Path:
    compiler = program("cc") or program("gcc")
    if not compiler:
        raise NotHere("needs a C compiler")
    made = folder / "power.so"
    source = Path(__file__).with_name("power.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


def _copy(here: Path, there: Path) -> None:
    if there.is_dir():
        shutil.rmtree(there)
    subprocess.run(["cp", "-a", here, there], check=True)
