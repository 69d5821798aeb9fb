# Every target does all its own set-up; the second time it is quick. Start with `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BIN := .venv/bin
LOCKS := requirements/runtime.txt requirements/test.txt requirements/encoder.txt

.PHONY: help run run-production run-whatsapp-demo soak publish shell train test lint replay widget screenshots digest-picture evaluate benchmark lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26

run: .venv/.ready  ## run the assistant on this machine (Ctrl-C stops it)
	@$(BIN)/mesobot run

run-whatsapp-demo: .venv/.ready  ## chat with it on a pretended phone, without any account
	@$(BIN)/mesobot train
	@$(BIN)/python -m tests.graph.demo

run-production: .venv/.ready  ## rehearse production on this machine: proxy, two servers, databases
	@$(BIN)/mesobot train
	@$(BIN)/python -m deploy.rehearsal

soak: .venv/.ready  ## twenty minutes of load on production while its parts are killed (MINUTES=20 SEED=1)
	@$(BIN)/mesobot train
	@$(BIN)/python -m tests.soak --minutes "$(or $(MINUTES),20)" --seed "$(or $(SEED),1)"

publish: .venv/.ready  ## check, train, measure, then publish without a pause (docs/deployment.md)
	@$(BIN)/mesobot publish

shell: .venv/.ready  ## talk to the assistant in this terminal
	@$(BIN)/mesobot shell

train: .venv/.ready  ## check the content and train, if anything changed
	@$(BIN)/mesobot train

test: .venv/.ready  ## run all tests, the fast ones first
	@$(BIN)/mesobot train
	@scripts/browser.sh || test -z "$$CI"
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

lint: .venv/.ready .venv-lint/.ready  ## check code, types, YAML and training data
	@scripts/lint.sh

replay: .venv/.ready  ## hold conversations: CONVERSATIONS=in.jsonl REPLIES=out.jsonl
	@test -n "$(CONVERSATIONS)" -a -n "$(REPLIES)" || { echo "Usage: make replay CONVERSATIONS=in.jsonl REPLIES=out.jsonl" >&2; exit 2; }
	@$(BIN)/mesobot replay "$(CONVERSATIONS)" "$(REPLIES)"

widget:  ## build the chat of the website anew (after a change in widget/src)
	@scripts/browser.sh
	@scripts/widget.sh build

screenshots: .venv/.ready  ## make the pictures in docs/images, with the assistant's real answers
	@$(BIN)/mesobot train
	@scripts/browser.sh
	@$(BIN)/python -m tests.browser.screenshots

digest-picture: .venv/.ready  ## make the picture of the digest in docs/insight.md
	@$(BIN)/mesobot train
	@scripts/browser.sh
	@$(BIN)/python scripts/digest_pictures.py

evaluate: .venv/.ready  ## measure on all held-out messages; writes build/evaluation/report.html
	@$(BIN)/mesobot evaluate

benchmark: .venv/.ready  ## measure against a stock Rasa bot (the first time hours: it trains slowly)
	@$(BIN)/python -m benchmarks.comparison

lock:  ## pin the newest allowed versions of all dependencies
	@scripts/lock.sh

clean:  ## remove everything that the other targets made (not var/, where conversations are)
	rm -rf .venv .venv-lint .cache .rasa build models .mypy_cache .pytest_cache .ruff_cache .hypothesis widget/node_modules

.venv/.ready: $(LOCKS) pyproject.toml scripts/setup.sh
	@scripts/setup.sh .venv $(LOCKS)

.venv-lint/.ready: requirements/lint.txt scripts/setup.sh
	@scripts/setup.sh .venv-lint requirements/lint.txt
