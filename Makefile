# SPDX-License-Identifier: MIT
# What people type; CMake does the work. `make help` lists the targets.

BUILD ?= build
DESTDIR ?=
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
VIMDIR ?= $(SYSCONFDIR)/vim
BENCH_FLAGS ?=
SOAK_SECONDS ?= 600
CHECK_FLAGS ?=
LINT_FLAGS ?=

# Whatever fails in a pipe fails the target: an empty file must not be installed.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

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
	@echo 'make lint       clang-format, clang-tidy and cppcheck             (LINT_FLAGS="--all": what did not change as well)'
	@echo 'make install    to $$(DESTDIR)$$(PREFIX), configuration to $$(DESTDIR)$$(SYSCONFDIR)/hawser'
	@echo 'make uninstall  remove what was installed, leave the configuration'
	@echo 'make clean      remove $(BUILD)'

deps:
	tools/deps build

$(BUILD)/build.ninja: CMakePresets.json
	@command -v cmake >/dev/null || { echo 'cmake is missing; `make deps` installs what is needed' >&2; exit 1; }
	cmake --preset release -B $(BUILD)

# What is to be looked at need not be trained first: without a build, the quick one will do.
demo: deps
	@[ -x $(BUILD)/hawser ] || { cmake --preset dev -B $(BUILD)/dev && cmake --build $(BUILD)/dev --target hawser; }
	@etc/demo $$([ -x $(BUILD)/hawser ] && echo $(BUILD)/hawser || echo $(BUILD)/dev/hawser)

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

lint:
	tools/deps build lint
	tools/lint $(LINT_FLAGS) $(BUILD)

# Where the files land.
sbin = $(DESTDIR)$(PREFIX)/sbin
man = $(DESTDIR)$(PREFIX)/share/man/man1
docs = $(DESTDIR)$(PREFIX)/share/doc/hawser
conf = $(DESTDIR)$(SYSCONFDIR)
completions = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
vim = $(DESTDIR)$(VIMDIR)
unit = $(DESTDIR)$(UNITDIR)/hawser.service
# place FILE,TARGET[,MODE]: what names a path is told the prefix.
place = sed 's|/usr/local/share|$(PREFIX)/share|g; s|/etc/hawser/|$(SYSCONFDIR)/hawser/|g; \
	s|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' $(1) | install -m $(or $(3),644) /dev/stdin $(2)

install: all
	install -D -m 755 $(BUILD)/hawser $(sbin)/hawser
	install -d $(man) $(docs) $(completions) $(vim)/syntax $(vim)/ftdetect
	$(call place,doc/hawser.1,$(man)/hawser.1)
	install -m 644 README.md CHANGELOG.md LICENSE doc/*.md $(docs)
	install -d $(conf)/hawser $(conf)/init.d $(conf)/logrotate.d $(DESTDIR)$(UNITDIR)
	$(call place,etc/hawser.cfg,$(docs)/hawser.cfg.example)
	[ -e $(conf)/hawser/hawser.cfg ] || install -m 644 $(docs)/hawser.cfg.example $(conf)/hawser/hawser.cfg
	install -m 644 etc/sysctl $(docs)/sysctl.example
	$(call place,etc/hawser.service,$(unit))
	$(call place,etc/hawser.init,$(conf)/init.d/hawser,755)
	install -m 644 etc/logrotate $(conf)/logrotate.d/hawser
	install -m 644 contrib/editors/hawser.bash $(completions)/hawser
	contrib/editors/vim-syntax $(BUILD)/hawser | install -m 644 /dev/stdin $(vim)/syntax/hawser.vim
	install -m 644 contrib/editors/vim-detect.vim $(vim)/ftdetect/hawser.vim

uninstall:
	rm -f $(sbin)/hawser $(man)/hawser.1 $(unit) $(completions)/hawser
	rm -f $(conf)/init.d/hawser $(conf)/logrotate.d/hawser
	rm -f $(vim)/syntax/hawser.vim $(vim)/ftdetect/hawser.vim
	rm -rf $(docs)
	@echo 'left in place: $(conf)/hawser'

clean:
	rm -rf $(BUILD)
