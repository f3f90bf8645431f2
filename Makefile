# SPDX-License-Identifier: MIT
# labelgate. `make help` lists what can be made; docker/README.md tells how the parts come about.

VERSION = 0.2.0
# The day of that version: every date inside the release's files. MAINTAINER: whom Debian's package names.
RELEASED = 2026-11-30
MAINTAINER = labelgate maintainers <maintainers@labelgate.invalid>

PREFIX = /usr/local
DESTDIR =
ARCH = native
SANITIZE = address,undefined
COVERAGE =

# ---- Worlds: the same sources with another compiler and C library -----------------------------------
#   musl      what is shipped: static, hardened, link-time optimised      build/labelgate
#   debug     glibc with AddressSanitizer and UBSan, for daily work       build/debug/labelgate
#   plain     glibc without sanitizers (make debug SANITIZE=), valgrind   build/plain/labelgate
#   coverage  glibc with gcov (make debug COVERAGE=1)                     build/coverage/labelgate
#   fuzz      clang with libFuzzer's instrumentation                      build/fuzz
#   aarch64 … the other architectures, through zig (make ARCH=aarch64)    build/aarch64/labelgate
ARCHITECTURES := $(shell sed -e '/^\#/d' -e 's/ .*//' docker/architectures)

WORLD = $(if $(filter native,$(ARCH)),musl,$(ARCH))
DEBUG_WORLD = $(if $(COVERAGE),coverage,$(if $(SANITIZE),debug,plain))
OUT = build/$(WORLD)
BINARY = $(if $(filter musl,$(WORLD)),build/labelgate,$(OUT)/labelgate)

ifneq ($(filter-out $(ARCHITECTURES) musl debug plain coverage fuzz,$(WORLD)),)
$(error $(WORLD) is no architecture of this build; there are: $(ARCHITECTURES))
endif

# What a program that parses what the network sends is worth: 20 K and 20 µs (design: static-pie, relro,
# stack protector). Sections let the linker drop what nobody calls.
SECTIONS = -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables
HARDEN = -fPIE -fstack-protector-strong
STATIC_PIE = -static-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noseparate-code -Wl,-z,pack-relative-relocs \
	-Wl,--gc-sections -Wl,--build-id=none

ifeq ($(WORLD),musl)
MUSL := $(shell docker/build-musl.sh --where)
WORLD_CC = $(MUSL)/bin/musl-cc
WORLD_COMPILER = gcc
# Fat objects: the program is linked from the intermediate code, unit tests (many, quick) without it.
WORLD_CFLAGS = -Oz -flto -ffat-lto-objects $(HARDEN) $(SECTIONS)
WORLD_CRYPTO = -Os
WORLD_LDFLAGS = $(STATIC_PIE)
# The map tells which parts of the libc are inside (tests/build asks it).
# One partition: functions that are the same in two rooms become one.
BINARY_LDFLAGS = -Oz -flto=auto -flto-partition=one -s -Wl,-Map=$(OUT)/labelgate.map
TEST_LDFLAGS = -fno-lto
else ifeq ($(WORLD),debug)
WORLD_CC = gcc
WORLD_CFLAGS = -g -O1 -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined
# mbedTLS compares the empty names of a certificate that it could not read: memcmp(NULL, NULL, 0).
WORLD_CRYPTO = -fno-sanitize=nonnull-attribute
WORLD_LDFLAGS = -fsanitize=$(SANITIZE)
else ifeq ($(WORLD),plain)
WORLD_CC = gcc
WORLD_CFLAGS = -g -O1
else ifeq ($(WORLD),coverage)
WORLD_CC = gcc
WORLD_CFLAGS = -g -O0
OURS_CFLAGS = --coverage
# The runtime writes its counters at exit; hooks.c makes it write them before _exit and execve too.
WORLD_LDFLAGS = --coverage -Wl,--wrap=_exit,--wrap=_Exit,--wrap=execve,--wrap=fexecve
EXTRA_OBJECTS = $(OUT)/tests/coverage/hooks.o
# said.c counts the reasons that the program says; unit programs and helpers have no part in that.
BINARY_LDFLAGS = -Wl,--wrap=finding_add_sentence,--wrap=reason_sentence_template,--wrap=finding_example \
	-Wl,--wrap=deadline_say,--wrap=sigaction
BINARY_OBJECTS = $(OUT)/tests/coverage/said.o
else ifeq ($(WORLD),fuzz)
WORLD_CC = clang
WORLD_CFLAGS = -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
WORLD_LDFLAGS = -fsanitize=fuzzer,address,undefined
else
ZIG := $(shell docker/zig.sh --where)
ZIG_TARGET := $(shell sed -n 's/^$(WORLD)  *\([^ ]*\).*/\1/p' docker/architectures)
MUSL_FOR = ZIG='$(ZIG)' TARGET='$(ZIG_TARGET)'
MUSL := $(shell $(MUSL_FOR) docker/build-musl.sh --where)
# zig behind a wrapper: docker/zig-cc.sh.
WORLD_CC = $(MUSL)/bin/musl-cc
# Its version is in its path.
WORLD_COMPILER = true
WORLD_CFLAGS = -Oz -flto -U_FORTIFY_SOURCE -fno-sanitize=all $(HARDEN) $(SECTIONS)
WORLD_CRYPTO = -Os
WORLD_LDFLAGS = $(STATIC_PIE)
BINARY_LDFLAGS = -Wl,-O2 -s
endif

# ---- Third-party objects, shared by all clones through the cache ------------------------------------
WORLD_AR = $(if $(ZIG),$(ZIG) ar,ar)
THIRD_PARTY_FOR = COMPILER='$(WORLD_COMPILER)' CC='$(WORLD_CC)' AR='$(WORLD_AR)' CFLAGS='$(WORLD_CFLAGS)' CRYPTO_CFLAGS='$(WORLD_CRYPTO)'
THIRD := $(shell $(THIRD_PARTY_FOR) docker/build-third-party.sh --where)
TARBALLS = sources

# ---- Our own code: every file under src/ belongs to the program -------------------------------------
WARNINGS = -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	-Werror=implicit-function-declaration
# Third-party headers come as system headers: their warnings are not ours.
INCLUDES = -Isrc -Ibuild/generated -isystem $(THIRD)/include
DEFINES = -D_GNU_SOURCE -DMBEDTLS_CONFIG_FILE='<tls_options.h>'
COMPILE = $(WORLD_CC) -std=c11 $(WORLD_CFLAGS) $(WARNINGS) $(OURS_CFLAGS) $(DEFINES) $(INCLUDES) \
	$(CPPFLAGS) $(CFLAGS)

GENERATED = build/generated/versions.h build/generated/checks_builtin.h
PAGES_C := $(sort $(wildcard src/pages/*.c))
# src/pages is a program of the build's.
PROGRAM_C := $(filter-out src/pages/%,$(sort $(wildcard src/*.c src/*/*.c)))
OBJECTS = $(PROGRAM_C:%.c=$(OUT)/%.o)
THIRD_OBJECTS = $(sort $(shell ls $(THIRD)/objects/*.o 2>/dev/null))

all: $(BINARY) ## the static program, build/labelgate (ARCH=aarch64 …: build/ARCH/labelgate)

$(BINARY): $(OBJECTS) $(EXTRA_OBJECTS) $(BINARY_OBJECTS) $(OUT)/flags
	@echo "  LINK  $@"
	@$(WORLD_CC) $(WORLD_CFLAGS) $(BINARY_LDFLAGS) $(WORLD_LDFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(EXTRA_OBJECTS) \
		$(BINARY_OBJECTS) $(THIRD_OBJECTS)

$(OUT)/%.o: %.c $(OUT)/flags $(GENERATED)
	@mkdir -p $(@D)
	@echo "  CC    $@"
	@$(COMPILE) -MMD -MP -c $< -o $@

-include $(OBJECTS:.o=.d) $(BINARY_OBJECTS:.o=.d)

export FLAGS = $(COMPILE) $(BINARY_LDFLAGS) $(WORLD_LDFLAGS) $(LDFLAGS)

# Changes when a flag or the third-party folder does, and so rebuilds.
$(OUT)/flags: $(THIRD)/done FORCE
	@mkdir -p $(@D)
	@echo "$$FLAGS" | cmp -s - $@ || echo "$$FLAGS" >$@

# They take minutes on a fresh machine, so they show how far they are.
FETCH_SOURCES = docker/progress.sh "fetching the sources" 30 $(@D).log docker/fetch-sources.sh $(TARBALLS)

$(THIRD)/done: | $(if $(MUSL),$(MUSL)/done)
	@mkdir -p $(dir $(@D))
	@$(FETCH_SOURCES)
	@$(THIRD_PARTY_FOR) docker/progress.sh "building curl, mbedTLS, inih and cmocka ($(WORLD))" 60 $(@D).log \
		docker/build-third-party.sh $(TARBALLS)

ifneq ($(MUSL),)
$(MUSL)/done:
	@mkdir -p $(dir $(@D))
	@$(FETCH_SOURCES)
	@$(if $(ZIG),docker/progress.sh "fetching the cross compiler" 30 $(@D).log docker/zig.sh)
	@$(MUSL_FOR) docker/progress.sh "building musl ($(WORLD))" 30 $(@D).log docker/build-musl.sh $(TARBALLS)
endif

# The checks that `verify` knows without a file (a link to the example in compose/): each line but the comments
# as a C string.
build/generated/checks_builtin.h: src/verify/builtin_checks.ini
	@mkdir -p $(@D)
	@sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n" \\/' -e '/^    ";/d' $< >$@.new
	@{ echo '#define CHECKS_BUILTIN \\'; cat $@.new; echo '    ""'; } >$@.tmp && mv $@.tmp $@ && rm $@.new

build/generated/versions.h: docker/sources.lock Makefile
	@mkdir -p $(@D)
	@docker/versions.sh $(VERSION) >$@.new && mv $@.new $@

# ---- Tests -------------------------------------------------------------------------------------------
#   tests/unit/test_X.c   one cmocka program each, linked with what it needs of src/ but main.o
#   tests/helpers/X.c     one program each for the Python layers: build/WORLD/helpers/X
# LDFLAGS_test_X or LDFLAGS_X adds link flags to one of them, such as -Wl,--wrap=fork.
UNIT_C := $(sort $(wildcard tests/unit/test_*.c))
HELPERS_C := $(sort $(wildcard tests/helpers/*.c))
UNIT = $(UNIT_C:tests/unit/%.c=$(OUT)/unit/%)
HELPERS = $(HELPERS_C:tests/helpers/%.c=$(OUT)/helpers/%)
TEST_OBJECTS = $(UNIT_C:%.c=$(OUT)/%.o) $(HELPERS_C:%.c=$(OUT)/%.o)
-include tests/unit/flags.mk

# Left out for another processor; tests/run says so by name. An emulator keeps signals for itself and shows its
# own name and children in /proc, which test_init would take for ours.
LEFT_OUT = $(if $(ZIG),test_init)

unit: $(filter-out $(LEFT_OUT:%=$(OUT)/unit/%),$(UNIT))
left-out:
	@echo $(LEFT_OUT)
helpers: $(OUT)/print-pages $(filter-out $(LEFT_OUT:%=$(OUT)/helpers/%),$(HELPERS))
program: $(BINARY)

# An archive for tests alone: one that needs three files links three.
PAGES_OBJECTS = $(PAGES_C:%.c=$(OUT)/%.o)
-include $(PAGES_OBJECTS:.o=.d)
$(OUT)/tests/labelgate.a: $(filter-out $(OUT)/src/main.o $(OUT)/src/pages/main.o,$(OBJECTS) $(PAGES_OBJECTS))
	@mkdir -p $(@D)
	@rm -f $@ && $(WORLD_AR) rcsD $@ $^

LINK_TEST = @mkdir -p $(@D) && echo "  LINK  $@" && \
	$(WORLD_CC) $(WORLD_CFLAGS) $(TEST_LDFLAGS) $(WORLD_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(TEST_EXTRA) \
	$(LDFLAGS_$(@F)) $(OUT)/tests/labelgate.a $(THIRD)/tests/third-party.a

$(UNIT): TEST_EXTRA = $(THIRD)/tests/cmocka.o
$(UNIT): $(OUT)/unit/%: $(OUT)/tests/unit/%.o $(OUT)/tests/labelgate.a $(EXTRA_OBJECTS) $(OUT)/flags
	$(LINK_TEST)

$(HELPERS): $(OUT)/helpers/%: $(OUT)/tests/helpers/%.o $(OUT)/tests/labelgate.a $(EXTRA_OBJECTS) $(OUT)/flags
	$(LINK_TEST)

$(OUT)/print-pages: $(OUT)/src/pages/main.o $(OUT)/tests/labelgate.a $(EXTRA_OBJECTS) $(OUT)/flags
	$(LINK_TEST)

# libFuzzer programs, in the world fuzz alone.
FUZZ_C := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZERS = $(FUZZ_C:tests/fuzz/%.c=$(OUT)/%)
TEST_OBJECTS += $(FUZZ_C:%.c=$(OUT)/%.o)
fuzzers: $(FUZZERS)
$(FUZZERS): $(OUT)/%: $(OUT)/tests/fuzz/%.o $(OUT)/tests/labelgate.a $(OUT)/flags
	$(LINK_TEST)

# Programs of another processor, called through qemu-user: build/ARCH/run/X stands for build/ARCH/X.
emulated: $(OUT)/run/labelgate $(OUT)/run/print-pages $(patsubst $(OUT)/%,$(OUT)/run/%,$(filter-out $(LEFT_OUT:%=$(OUT)/helpers/%),$(HELPERS)))
$(OUT)/run/%: tests/qemu_run.c $(OUT)/% $(OUT)/qemu
	@mkdir -p $(@D)
	@gcc -D_GNU_SOURCE -DQEMU='"$(abspath $(OUT)/qemu)"' -Wall -Wextra -O1 -o $@ $<
# A copy: the cache is its owner's alone, and some tests run as nobody.
$(OUT)/qemu: tests/qemu.sh
	@mkdir -p $(@D)
	@cp "$$(tests/qemu.sh $(WORLD))" $@

.SECONDARY: $(TEST_OBJECTS)
-include $(TEST_OBJECTS:.o=.d) $(PAGES_OBJECTS:.o=.d)

test: ## all layers; installs through apt what it needs (ARCH=aarch64: those that run under qemu-user)
	@tests/prepare.sh test
	@tests/run --arch $(ARCH)

test-unit test-golden test-blackbox test-conformance test-engine test-build test-soak: ## one layer of tests
	@tests/run --arch $(ARCH) $(@:test-%=%)

# Beside one Label Studio alone: `make test-engine STUDIO=1.16.0 DATABASE=postgresql` (docker/labelstudio/versions).
test-engine: export LABELGATE_STUDIO = $(STUDIO)
test-engine: export LABELGATE_DATABASE = $(DATABASE)

# Both compilers over all of our C, warnings as errors. The test programs are seen by gcc when they are built.
SYNTAX_C = $(PROGRAM_C) $(PAGES_C) $(UNIT_C) $(HELPERS_C) $(FUZZ_C)
syntax: $(SYNTAX_C:%=syntax-gcc/%) $(SYNTAX_C:%=syntax-clang/%)
syntax-gcc/%: % $(GENERATED) $(OUT)/flags
	@$(COMPILE) -O2 -fno-lto -Werror -c -o /dev/null $<
syntax-clang/%: % $(GENERATED) $(OUT)/flags
	@clang -std=c11 $(WARNINGS) -Werror $(DEFINES) $(INCLUDES) -fsyntax-only $<

compile_commands.json: $(OUT)/flags $(GENERATED) ## for clang-tidy and editors
	@{ echo '['; for file in $(SYNTAX_C); do \
		printf '%s{"directory": "%s", "file": "%s", "arguments": ["clang", "-std=c11"' "$$comma" "$(CURDIR)" $$file; \
		for flag in $(WARNINGS) $(DEFINES) $(INCLUDES); do printf ', "%s"' "$$flag"; done; \
		printf ', "-c", "%s"]}\n' $$file; comma=,; done; echo ']'; } >$@

format: ## formats C and Python
	@bin=$$(tests/python.sh) && git ls-files -co --exclude-standard '*.[ch]' | xargs $$bin/clang-format -i && \
		$$bin/ruff format --quiet .

lint walls: ## one layer: format, warnings of gcc and clang, clang-tidy, shellcheck, ruff; arrows of the house
	@tests/run $@

coverage: ## lines and branches of src/ that the tests reach (build/coverage)
	@tests/coverage/run.sh

fuzz: ## libFuzzer over tests/fuzz, FUZZ_SECONDS=60 each
	@tests/fuzz/run.sh

bench: $(BINARY) ## what things cost, beside their peers and earlier versions (BENCH=health: one table)
	@bin=$$(tests/python.sh) && for file in tests/bench/bench_$(or $(BENCH),*).py; do $$bin/python $$file || exit 1; done

soak: ## the whole soak; make test runs a tenth of it
	@LABELGATE_SOAK=1 tests/run soak

debug: ## glibc with ASan and UBSan, build/debug/labelgate (SANITIZE=: build/plain, COVERAGE=1: build/coverage)
	@$(MAKE) WORLD=$(DEBUG_WORLD) build/$(DEBUG_WORLD)/labelgate

outdated: ## what the archive has that is newer than docker/sources.lock
	@docker/outdated.sh

sources: ## third-party tarballs into sources/ (SOURCES=DIR takes them from there, offline)
	docker/fetch-sources.sh $(TARBALLS)

# Printed by a program of their own, the machine's whatever ARCH is.
PAGES = build/labelgate.1 build/labelgate.bash build/labelgate.zsh
build/labelgate.1: PAGE = manual
build/labelgate.bash: PAGE = bash-completion
build/labelgate.zsh: PAGE = zsh-completion
$(PAGES): build/musl/print-pages
	@build/musl/print-pages $(PAGE) >$@.new && mv $@.new $@
ifneq ($(WORLD),musl)
build/musl/print-pages: FORCE
	@$(MAKE) --no-print-directory WORLD=musl ARCH=native $@
endif

man: build/labelgate.1 ## the manual page, build/labelgate.1

pages: $(PAGES) ## the manual page and the completions for bash and zsh, build/labelgate.*

dist: ## build/dist: archive, Debian package, wheel of each architecture, image recipe; tested (DIST_TEST=no: not)
	@VERSION='$(VERSION)' RELEASED='$(RELEASED)' MAINTAINER='$(MAINTAINER)' DIST_TEST='$(DIST_TEST)' \
		docker/dist.sh $(ARCHITECTURES)

install: $(BINARY) $(PAGES) ## program, manual page and completions (DESTDIR=, PREFIX=)
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/labelgate
	install -D -m 644 build/labelgate.1 $(DESTDIR)$(PREFIX)/share/man/man1/labelgate.1
	install -D -m 644 build/labelgate.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/labelgate
	install -D -m 644 build/labelgate.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_labelgate

image: $(BINARY) ## the image labelgate, around the binary that is built; needs a container engine and no network
	TARBALLS=$(TARBALLS) docker/image.sh $(BINARY) labelgate

fuzz-compose: ## 2,000 generated .env files, read by labelgate and by the real Docker Compose (COUNT=, SEED=)
	@$(MAKE) --no-print-directory WORLD=debug build/debug/helpers/dotenv_dump
	@python3 tests/fuzz/fuzz_compose.py $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

demo: ## the main job in four scenes, against recorded answers (REAL=1: in Docker, beside a real Label Studio)
	@$(MAKE) --no-print-directory -j "$$(nproc)" $(BINARY)
	@REAL='$(REAL)' python3 tests/demo/demo.py

clean: ## removes build/; tarballs and the cache outside the clone stay
	rm -rf build compile_commands.json

help: ## this list
	@sed -n 's/^\([a-z][a-z_. -]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		awk -F '|' '{ n = split($$1, name, " "); for (i = 1; i <= n; i++) printf "  make %-18s %s\n", name[i], $$2 }'

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.PHONY: FORCE all bench clean compile_commands.json coverage debug demo dist emulated format fuzz fuzz-compose \
	fuzzers help helpers image install left-out lint man outdated pages program soak sources syntax test test-blackbox \
	test-build test-conformance test-engine test-golden test-soak test-unit unit walls
