# Everything that a check needs beyond the toolchains is fetched to .cache by the target that needs it.

GRPCURL_VERSION := 1.9.3
CARGO_FUZZ_VERSION := 0.13.2
# How long each target is fuzzed.
FUZZ_SECONDS ?= 60
# What is built for tests has faults for clients to ask for, all of it, so that nothing is built twice.
TESTED := --features dynakv/faults
BUF := npx --yes @bufbuild/buf@1.75.0

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help test suite matrix clients readme lint library library-accept fmt bench bench-quick load-generators bench-parts bench-clients histories durability abuse trouble proxies proxies-quick fuzz instructions instructions-accept server dynamodb-local grpcurl clean-cache

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: suite clients readme ## All tests; no AWS account, no credentials

suite: dynamodb-local ## The Rust tests, against the embedded engine and DynamoDB Local
	@tools/require cargo java go
	cargo test --workspace --locked $(TESTED)

matrix: dynamodb-local ## Every case of the matrix of lost answers, of which the suite plays a sample
	@tools/require cargo java
	MATRIX=full cargo test --workspace --locked $(TESTED) --test suite faults::ambiguous

clients: ## The tests of the clients in other languages, against the server as it is built for tests
	@tools/require cargo
	cargo build --workspace --locked $(TESTED)
	@mkdir -p .cache
	cargo test --workspace --locked $(TESTED) --test suite the_client_does_what_all_clients_do -- --show-output >.cache/vectors-rust
	tools/clients test

readme: grpcurl ## The shell sessions of README.md, compared with what really comes back
	@tools/require cargo
	cargo build --workspace --locked $(TESTED)
	tools/readme-session README.md

lint: ## Formats, linters and type checkers of all languages, warnings denied; generated code that is stale
	@tools/require cargo rustfmt clippy npx python3
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features dynakv/bench-internals,dynakv/faults --locked -- -D warnings
	$(BUF) lint
	tools/check-quotes docs/clients.md
	tools/test-draw-rooms
	tools/draw-rooms --check
	tools/clients lint stale
	$(MAKE) --no-print-directory library

# The library with none of its features. The example is built by a command of its own: beside other packages of the workspace the
# library would get the features that these want.
TARGET = $(or $(CARGO_TARGET_DIR),target)
PUBLIC_API = tools/public-api/list $(TARGET)

library: ## Build a program that uses the driver alone; fail if docs/public-api.txt is not what the library offers
	@tools/require cargo
	cargo build --locked --package dynakv-example-library
	@mkdir -p .cache
	$(PUBLIC_API) >.cache/public-api.txt
	diff -u docs/public-api.txt .cache/public-api.txt || { echo "make library-accept makes this the public surface" >&2; exit 1; }

library-accept: ## Write the public items of the library to docs/public-api.txt
	@tools/require cargo
	@mkdir -p .cache
	$(PUBLIC_API) >.cache/public-api.txt
	cp .cache/public-api.txt docs/public-api.txt

fmt: ## Format the code
	cargo fmt --all

# The server is built by itself, so that it is the one that is released: no feature of another package's is in it.
SERVER = $(or $(CARGO_TARGET_DIR),target)/release/dynakv
TESTED_SERVER = $(or $(CARGO_TARGET_DIR),target)/debug/dynakv
TESTED_BENCH = $(or $(CARGO_TARGET_DIR),target)/debug/dynakv-bench
BENCH_PYTHON = clients/python/.cache/bench
BENCH = cargo run --release --locked --package dynakv-bench -- run --server $(SERVER) --go .cache/bin/gosdk --python $(BENCH_PYTHON)/bin/python

bench: server load-generators ## Measure everything, in half an hour, and write docs/benchmarks.md; wants an idle machine
	$(BENCH) --docs docs

bench-quick: server load-generators ## Try the benchmark, in two minutes, and write nothing
	$(BENCH) --quick

# The programs in Go and Python that call the server and DynamoDB for the benchmark.
load-generators:
	@tools/require go python3
	@mkdir -p .cache/bin
	cd bench/gosdk && go build -o $(abspath .cache/bin/gosdk) .
	@$(MAKE) --no-print-directory -C clients/python .cache/bench/done

bench-clients: server dynamodb-local ## Measure the clients beside the AWS SDKs of their languages, and write docs/clients-benchmarks.md
	@tools/require python3 go node npm java
	tools/bench-clients $(SERVER)

bench-parts: ## Measure the parts that only compute
	@tools/require cargo
	cargo bench --locked --bench parts --features bench-internals

# `make histories SEEDS=2 OPS=5000` is a short one; docs/histories.md. The servers are release builds: they do most of the work.
histories: server dynamodb-local ## Check that what clients see under faults is linearizable: 20 seeds, 50,000 operations each
	@tools/require cargo java go
	HISTORIES_SERVER=$(abspath $(SERVER)) HISTORIES_SEEDS=$(or $(SEEDS),20) HISTORIES_OPERATIONS=$(or $(OPS),50000) \
		cargo test --release --workspace --locked --test suite histories::soak -- --ignored --nocapture

durability: ## Kill a server among writers 60 times, and 60 times with a power cut; trace that it syncs before it acknowledges
	@tools/require cargo python3 strace
	cargo test --workspace --locked $(TESTED) --test suite server::killed::soak -- --ignored --nocapture
	tools/trace-syncs $(TESTED_SERVER)

abuse: server ## Attack the server in every way that docs/abuse.md names, in some 15 minutes; wants 6 GB of memory to spare
	@tools/require go
	@mkdir -p .cache/bin
	cd bench/bursts && go build -o $(abspath .cache/bin/bursts) .
	cargo run --release --locked --package dynakv-bench -- abuse --server $(SERVER) --go-bursts .cache/bin/bursts

trouble: server ## Measure the server while DynamoDB misbehaves, in some 12 minutes, and write docs/trouble.md; wants an idle machine
	cargo run --release --locked --package dynakv-bench -- trouble --server $(SERVER) --docs docs

proxies: server ## Restart the server behind HAProxy and nginx, and count the calls that fail: 50,000 calls, ten restarts
	@tools/require haproxy nginx
	cargo run --release --locked --package dynakv-bench -- proxies --server $(SERVER)

# On what is built for tests anyhow.
proxies-quick: ## The same with 2,000 calls and three restarts
	@tools/require cargo haproxy nginx
	cargo build --workspace --locked $(TESTED)
	$(TESTED_BENCH) proxies --server $(TESTED_SERVER) --calls 2000 --restarts 3 --max-age 200ms --pause 2s

# Without a sanitizer: those need a nightly compiler, and there is no unsafe code of ours to find anything in.
FUZZ = .cache/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz

fuzz: $(FUZZ) ## Fuzz what reads bytes of callers and of DynamoDB, for FUZZ_SECONDS each
	@tools/require cargo
	@mkdir -p .cache/corpus/{expression,lean_answers,page_token,prescan,prescan_of_structure}
	for target in expression lean_answers page_token prescan prescan_of_structure; do \
	  $(FUZZ) run --sanitizer none --target-dir target/fuzz $$target .cache/corpus/$$target fuzz/corpus/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -print_final_stats=1; \
	done

$(FUZZ):
	@tools/require cargo
	cargo install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --root $(abspath .cache/cargo-fuzz-$(CARGO_FUZZ_VERSION))

# What is counted is built as the server is that is released. `make instructions ONLY=get,set` counts these alone.
INSTRUCTIONS = cargo run --release --locked --package dynakv-instructions --
ONLY ?=

instructions: ## Count the instructions that calls take, and fail where one takes more than its budget
	@tools/require cargo valgrind
	$(INSTRUCTIONS) check $(if $(ONLY),--only $(ONLY))

instructions-accept: ## Count them, and make the figures the budgets
	@tools/require cargo valgrind
	$(INSTRUCTIONS) accept --runs 5 $(if $(ONLY),--only $(ONLY))

server:
	@tools/require cargo
	cargo build --release --locked --bin dynakv

dynamodb-local: ## Fetch Amazon's DynamoDB Local to .cache, once
	@tools/fetch-dynamodb-local

grpcurl: .cache/grpcurl-$(GRPCURL_VERSION)/grpcurl ## Build grpcurl to .cache/bin, once
	@mkdir -p .cache/bin
	@ln -sf ../grpcurl-$(GRPCURL_VERSION)/grpcurl .cache/bin/grpcurl

.cache/grpcurl-$(GRPCURL_VERSION)/grpcurl:
	@tools/require go
	GOBIN=$(abspath $(@D)) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v$(GRPCURL_VERSION)

clean-cache: ## Remove what was fetched
	rm -rf .cache
