.PHONY: help run test bench rehearse

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):  *## /make \1	/p' Makefile

run:  ## everything: environment, database, demo content, then web server and worker; Ctrl-C stops them
	@exec .ci/do run

test:  ## everything: static checks, the tests on SQLite and on PostgreSQL, the tests in a browser
	@exec .ci/do test

bench:  ## the benchmarks of the performance promises; writes bench/results.json
	@exec .ci/do bench

rehearse:  ## every fault made on purpose, on a throw-away site; a table of what was expected and seen
	@exec .ci/do rehearse
