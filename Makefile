# The commands people type. Each is thin: the work is in scripts/ and cargo.

TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run test bench figures train setup fmt lint

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## set up what is missing, build, and start the daemon with live captions
	@scripts/setup.sh run
	cargo build --release
	$(TARGET)/release/sottovoce run pipelines/starter.toml

test: ## set up what is missing and run every test; the last line is the count
	@scripts/setup.sh test
	@scripts/test.sh

bench: ## measure: the parts (criterion), the whole pipeline, twenty sessions
	@scripts/setup.sh run
	cargo bench

figures: ## what the starter models can do and can't: one table, from speech made for it
	@scripts/figures.sh

train: ## make the starter models anew, from nothing; hours, and it goes on where it was stopped
	@scripts/train.sh

setup: ## install what building, running and testing need
	@scripts/setup.sh test

fmt: ## put the code in the house's form
	cargo fmt

lint: ## what CI complains about: form, lints, documentation, dependencies
	@scripts/lint.sh
