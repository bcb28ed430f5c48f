"""A PostgreSQL server of one's own."""

import os
import shutil
import subprocess
from pathlib import Path


class Cluster:
    """A PostgreSQL server that may be stopped and started; on a socket in a folder of its own."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder, programs
        self.before: list[str] = []
        self.environment: dict[str, str] = {}  # for a rehearsal that looks at what it writes
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
            self.before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgres://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", f"-k {self.folder} -c listen_addresses=''", "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def copy(self, folder: Path) -> "Cluster":
        """A replica that follows this one, which must run; started."""
        command = [*self.before, str(self.programs / "pg_basebackup"), "-h", str(self.folder), "-U", "postgres", "-R",
                   "-c", "fast", "--no-sync", "-D", f"{folder}/data"]  # fmt: skip
        other = self.beside(folder)
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        other.start()
        return other

    def beside(self, folder: Path) -> "Cluster":
        """One like it; what it holds somebody else lays in its folder."""
        other = Cluster.__new__(Cluster)
        other.folder, other.programs, other.before, other.environment = folder, self.programs, self.before, {}
        if self.before:
            shutil.chown(folder, "postgres")
        return other

    def _run(self, program: str, *words: str) -> None:
        command = [*self.before, str(self.programs / program), "-D", f"{self.folder}/data", *words]
        subprocess.run(command, cwd=self.folder, env=os.environ | self.environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
