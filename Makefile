# Two commands do everything: `make demo` builds and starts the product, `make test` tests all of it.

CARGO ?= cargo
# Debian packages by which tests reach the outside world: other people's age, PDF and document tools, detectors, a browser.
PACKAGES = age openssl poppler-utils pandoc qpdf ghostscript tesseract-ocr tesseract-ocr-spa libreoffice-writer-nogui python3-venv \
	chromium golang-go golang-golang-x-mod-dev postgresql
DEMO ?= holm-demo

.PHONY: build web demo statements test check verify engine test-cluster e2e packages peers bench bench-belief bench-desk bench-full bench-soundness bench-survival bench-layout speed \
	bench-belief-peers bench-statements bench-marking-peers bench-screening bench-record soak interop dist dist-test portable clean

build: web
	$(CARGO) build --release -p holm-cli

# What pages add where scripts run; needs Node.js, and without it says so.
web:
	@sh scripts/web.sh

demo: web
	$(CARGO) build --profile demo -p holm-cli --no-default-features
	./target/demo/holm demo $(DEMO)

# Before every commit.
check: web
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets --test peers --test statements -q -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps -q
	sh scripts/postgres.sh $(CARGO) test -q
	$(MAKE) engine

# Clippy compiles what it lints, as `cargo clippy` has it do, so that nothing is checked once and compiled once more.
LINTED = RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS="-D__CLIPPY_HACKERY__warnings"

# The same without documentation, benches and engine, on a machine that has compiled nothing.
verify: web
	$(CARGO) fmt --all --check
	$(LINTED) sh scripts/postgres.sh $(CARGO) test -q

# The columnar engine, unoptimised, on at most 100,000 rows, and the commands that ask it.
engine:
	$(LINTED) $(CARGO) test --profile engine -p holm-statements-engine -q
	$(LINTED) HOLM_STATEMENTS=$(CURDIR)/target/engine/holm-statements $(CARGO) test -q -p holm-cli --test statements

# What reads statements of phones and banks; `holm` needs it for them alone.
# CLUSTER=1 adds the client of its distributed sibling.
statements:
	@echo "holm-statements links a columnar engine of 240 crates$(if $(CLUSTER), and 110 more for a cluster): on two cores this takes a quarter of an hour or more, once."
	$(CARGO) build --profile statements -p holm-statements-engine $(if $(CLUSTER),--features cluster)
	@echo "target/statements/holm-statements"

# The same tests with every answer from a cluster too: a scheduler and two executors on loopback. Some twenty minutes on two cores, most of
# them for compiling, so continuous integration leaves it out.
test-cluster:
	$(CARGO) build --profile engine -p holm-statements-engine --features cluster-test --bins --examples
	sh scripts/cluster.sh "$${CARGO_TARGET_DIR:-$(CURDIR)/target}" engine

test: packages verify peers
	HOLM_PEERS=$(CURDIR)/target/peers $(LINTED) $(CARGO) test -q --test peers
	$(LINTED) sh scripts/e2e.sh
	$(LINTED) sh scripts/interop.sh
	@if [ "$$(date +%s)" -lt "$${HOLM_ENGINE_BY:-9999999999}" ]; then $(MAKE) engine; \
	else echo "the columnar engine was left out, since the time is used up: \`make engine\` compiles and tests it"; fi

# The same kills of programs and failing disks as in the tests, 10,000 of each and at every call; about twenty minutes.
soak:
	HOLM_SOAK=10000 $(CARGO) test -p holm-cli --test it -- kills_ a_disk_that_fails a_witness_on_a_failing_disk

# Records that Holm writes, checked by other people's programs: Go's sumdb packages and @noble/post-quantum.
interop: packages
	sh scripts/interop.sh

# Browser tests alone.
e2e: packages
	sh scripts/e2e.sh

packages:
	@missing=""; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then echo "tests need these Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then s=""; else s=sudo; fi; \
	  $$s apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$s apt-get install -y -qq --no-install-recommends $$missing; fi

peers: target/peers/ready

target/peers/ready: scripts/peers.sh
	sh scripts/peers.sh target/peers

bench: speed
	$(CARGO) bench -q -p holm-codes --bench power -- --quick
	$(CARGO) bench -q -p holm --bench survival -- --quick
	$(CARGO) bench -q -p holm --bench layout -- --quick

speed: peers
	HOLM_PEERS=$(CURDIR)/target/peers $(CARGO) bench -q -p holm --bench speed

bench-belief:
	$(CARGO) bench -q -p holm-inference --bench belief

# The same posterior from general samplers, in a virtual environment of their own; about ten minutes.
bench-belief-peers:
	sh scripts/belief-peers.sh target/belief-peers

# The join of calls and windows after disclosures beside DuckDB and Polars, 20 million rows; real calls where HOLM_COPENHAGEN has them.
bench-statements: packages statements
	sh scripts/statements-peers.sh target/statements-peers

bench-record: packages
	sh scripts/postgres.sh $(CARGO) bench -q -p holm-record --features postgres --bench record

bench-desk:
	$(CARGO) bench -q -p holm-desk --bench pages

bench-full:
	$(CARGO) bench -q -p holm-codes --bench power

bench-soundness:
	$(CARGO) bench -q -p holm-codes --bench soundness

bench-survival: packages peers
	HOLM_PEERS=$(CURDIR)/target/peers $(CARGO) bench -q -p holm --bench survival

bench-layout:
	$(MAKE) packages PACKAGES="$(PACKAGES) mupdf-tools"
	sh scripts/bench-pictures.sh target/layout-bench/pictures
	$(CARGO) bench -q -p holm --bench layout
	$(CARGO) bench -q -p holm --bench layout -- --null
	$(CARGO) bench -q -p holm --bench layout -- --report

# What other people's marking tools still read beside Holm; about twenty minutes on two cores, resumable cell by cell.
bench-marking-peers: target/marking-peers/ready
	$(CARGO) build -q -p holm-cli -p holm-simulate --bin holm --example damage_page
	target/marking-peers/bin/python scripts/marking-peers/bench.py \
	  --holm target/debug/holm --damage-page target/debug/examples/damage_page

# Who is found by calls and accounts: an isolation forest, counting, and Holm; about five minutes once `make statements` is done.
bench-screening: statements
	sh scripts/screening-peers.sh target/screening-peers

target/marking-peers/ready: scripts/marking-peers/install.sh
	sh scripts/marking-peers/install.sh target/marking-peers

# A Debian package and a tarball that run without Rust and Node, in dist/.
dist: web
	$(MAKE) packages PACKAGES=dpkg-dev
	sh scripts/dist.sh

# What was built, installed and used where neither is.
dist-test: dist
	$(MAKE) packages PACKAGES=curl
	sh scripts/dist-test.sh

# That nothing which is shipped needs Unix: it compiles for Windows.
portable:
	$(MAKE) packages PACKAGES=gcc-mingw-w64-x86-64
	$(CARGO) clippy --target x86_64-pc-windows-gnu -p holm-cli --bin holm --tests -q -- -D warnings -A clippy::all

clean:
	$(CARGO) clean
