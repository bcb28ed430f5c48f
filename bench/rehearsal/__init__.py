"""Faults, made on purpose on a real site: `python -m bench.rehearsal`, or `make rehearse`."""
