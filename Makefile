# `make help` lists the targets.

swift := Scripts/in-environment swift
# A target may import only what Package.swift lets it.
checks := --explicit-target-dependency-import-check error

.DEFAULT_GOAL := help
.PHONY: help setup build demo test check-consumer lint format clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target purpose; do printf '%-16s%s\n' "$$target" "$$purpose"; done

setup: ## Install what the build needs: Debian packages and libtorch
	@Scripts/setup

build: setup ## Build rlhf for use (.build/release/rlhf)
	$(swift) build -c release --product rlhf

demo: build ## Train the demo chatbot from preferences and print how it did
	Scripts/in-environment .build/release/rlhf demo

# Tests run side by side: threads that wait for work must not keep the processors busy. Those of the Studio talk to a
# server and a browser, which would starve beside tests that train; they have the machine to themselves.
test: export OMP_WAIT_POLICY = passive
test: lint ## Run every check: style, tests, and a package that depends on this one
	$(swift) build --build-tests $(checks)
	$(swift) test $(checks) --skip '^StudioTests\.|^RLHFCommandsTests\.Studio'
	$(swift) test $(checks) --skip-build --filter '^StudioTests\.|^RLHFCommandsTests\.Studio'
	Scripts/in-environment Scripts/check-consumer

check-consumer: setup ## Build a package that depends on this one by URL and version
	Scripts/in-environment Scripts/check-consumer

lint: setup ## Check format and style
	Scripts/in-environment Scripts/lint

format: setup ## Format the Swift sources
	$(swift) format --in-place --parallel --recursive Package.swift Sources Plugins Tests Samples

clean: ## Remove what was built
	rm -rf .build
