# SPDX-License-Identifier: MIT
# What people type; CMake does the work. `make help` lists the targets.

BUILD ?= build
DESTDIR ?=
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
BENCH_FLAGS ?=
SOAK_SECONDS ?= 600
CHECK_FLAGS ?=

# Guides for HAProxy say `make TARGET=linux2628 ARCH=x86_64`. There is one Linux build, for the machine it runs on.
ifdef TARGET
ifeq ($(filter linux%,$(TARGET)),)
$(error TARGET=$(TARGET): Hawser runs on Linux only)
endif
$(info note: TARGET=$(TARGET) is accepted for the sake of HAProxy's guides; every build is the same)
endif
ifdef ARCH
ifeq ($(filter $(shell uname -m) native,$(ARCH)),)
$(error ARCH=$(ARCH): this is a $(shell uname -m) machine, and cross-building is not supported)
endif
endif

.PHONY: all help deps demo check bench soak lint install uninstall clean

all: $(BUILD)/build.ninja
	cmake --build $(BUILD) --target hawser

help:
	@echo 'make deps       install the Debian packages that are needed and missing (uses sudo unless root)'
	@echo 'make            build $(BUILD)/hawser'
	@echo 'make demo       balance two demo origins on http://localhost:8080'
	@echo 'make check      run every test, then once more under sanitizers   (CHECK_FLAGS="--quick": no sanitizers)'
	@echo 'make bench      compare with haproxy and nginx                    (BENCH_FLAGS="--quick": one minute)'
	@echo 'make soak       ten minutes of full load, a worker killed each second   (SOAK_SECONDS=15: less of it)'
	@echo 'make lint       clang-format, clang-tidy and cppcheck'
	@echo 'make install    to $$(DESTDIR)$$(PREFIX), configuration to $$(DESTDIR)$$(SYSCONFDIR)/hawser'
	@echo 'make uninstall  remove what was installed, leave the configuration'
	@echo 'make clean      remove $(BUILD)'

deps:
	tools/deps build

$(BUILD)/build.ninja: CMakePresets.json
	@command -v cmake >/dev/null || { echo 'cmake is missing; `make deps` installs what is needed' >&2; exit 1; }
	cmake --preset release -B $(BUILD)

demo: deps all
	etc/demo $(BUILD)/hawser

check:
	tools/deps build test
	tools/check --build $(BUILD) $(CHECK_FLAGS)

bench: all
	tools/deps test
	cmake --build $(BUILD) --target bench_tools
	contrib/bench/run --tools $(BUILD)/contrib/bench --hawser $(BUILD)/hawser --json $(BUILD)/bench.json $(BENCH_FLAGS)

soak: all
	tools/deps test
	cmake --build $(BUILD) --target bench_tools
	contrib/bench/soak --tools $(BUILD)/contrib/bench --hawser $(BUILD)/hawser --seconds $(SOAK_SECONDS)

lint: $(BUILD)/build.ninja
	tools/deps lint
	tools/lint $(BUILD)

# Paths below are where the files land; the unit and the init script are told the prefix.
sbin = $(DESTDIR)$(PREFIX)/sbin
man = $(DESTDIR)$(PREFIX)/share/man/man1
docs = $(DESTDIR)$(PREFIX)/share/doc/hawser
conf = $(DESTDIR)$(SYSCONFDIR)

install: all
	install -D -m 755 $(BUILD)/hawser $(sbin)/hawser
	install -D -m 644 doc/hawser.1 $(man)/hawser.1
	install -d $(docs)
	install -m 644 README.md CHANGELOG.md LICENSE doc/*.md $(docs)
	install -d $(conf)/hawser $(conf)/init.d $(conf)/logrotate.d $(DESTDIR)$(UNITDIR)
	[ -e $(conf)/hawser/hawser.cfg ] || install -m 644 etc/hawser.cfg $(conf)/hawser/hawser.cfg
	install -m 644 etc/hawser.cfg $(docs)/hawser.cfg.example
	install -m 644 etc/sysctl $(docs)/sysctl.example
	sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' etc/hawser.service > $(DESTDIR)$(UNITDIR)/hawser.service
	sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' etc/hawser.init > $(conf)/init.d/hawser
	chmod 755 $(conf)/init.d/hawser
	install -m 644 etc/logrotate $(conf)/logrotate.d/hawser

uninstall:
	rm -f $(sbin)/hawser $(man)/hawser.1 $(DESTDIR)$(UNITDIR)/hawser.service
	rm -f $(conf)/init.d/hawser $(conf)/logrotate.d/hawser
	rm -rf $(docs)
	@echo 'left in place: $(conf)/hawser'

clean:
	rm -rf $(BUILD)
