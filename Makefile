# SPDX-License-Identifier: MIT
#
# Ringside's one Makefile (GNU make 4.3). `make help` lists what it can do.
#
#   MODE=release   build/ringside           -O2, handlers chained by tail calls: what people run
#   MODE=debug     build/debug/ringside     -O0 -g
#   MODE=asan      build/asan/ringside      AddressSanitizer and UndefinedBehaviorSanitizer
#   MODE=ubsan     build/ubsan/ringside     UndefinedBehaviorSanitizer alone
#
# Objects lie in build/obj/MODE/. A source file is found, never listed: put x.c into a folder of FOLDERS and it is built.

MODE ?= release
READLINE ?= yes
FUZZ_SECONDS ?= 30

MODES := release debug asan ubsan fuzz
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE) is none of: $(filter-out fuzz,$(MODES)))
endif

# gcc, or clang where there is no gcc. CC=clang chooses.
ifeq ($(origin CC),default)
CC := $(if $(shell command -v gcc 2>/dev/null),gcc,clang)
endif
CC_TARGET := $(shell $(CC) -dumpmachine 2>/dev/null)
CC_IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null | head -n 1))

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
# Objects between a pattern rule and its end stay: the next build wants them.
.SECONDARY:

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

# ---- where things lie --------------------------------------------------------------------------------------------

OBJ := build/obj/$(MODE)
OUT := $(if $(filter release,$(MODE)),build,build/$(MODE))
PROGRAM := $(OUT)/ringside
TESTS := $(OUT)/tests

FOLDERS := interp interp/dev shadowpt vmm grade ui ui/debug ui/view ui/shell ui/lesson ui/tui
# READLINE=no leaves out the one file that needs readline, and takes another for it.
NOT_BUILT := ui/shell/line_$(if $(filter no,$(READLINE)),readline,without).c
SRCS := $(sort $(filter-out $(NOT_BUILT),$(wildcard $(addsuffix /*.c,$(FOLDERS)))))
OBJS := $(SRCS:%.c=$(OBJ)/%.o)
# What tests and fuzz targets link with; of ui/, all but main(), they take what they need.
PARTS := $(filter-out $(OBJ)/ui/%,$(OBJS))
UI := $(OBJ)/ui.a

TEST_SRCS := $(sort $(wildcard tests/*_test.c))
TEST_OBJS := $(patsubst %.c,$(OBJ)/%.o,$(TEST_SRCS) $(sort $(wildcard tests/support/*.c)))
TEST_SCRIPTS := $(sort $(wildcard tests/*.sh))
# Bantam's file system, which is tested on the host.
BANTAM_FS := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard guests/bantam/fs/*.c)) \
    $(wildcard guests/bantam/tools/newfs.c guests/bantam/tools/check.c))
# The ring-0 judge (tests/ring0.sh), and what NASM makes for it: its images' front, and a floppy disk for Bochs.
RING0 := $(OUT)/ring0
RING0_OBJS := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard tests/ring0/*.c)))
# Their generator draws programs for tests too.
RING0_PROGRAMS := $(filter-out %/main.o %/log.o %/show.o %/emulator.o,$(RING0_OBJS))
KEEPER := build/guests/ring0/keeper.bin build/guests/ring0/boot.img
FUZZ_SRCS := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZERS := $(FUZZ_SRCS:tests/fuzz/%.c=build/fuzz/%)

# ---- flags -------------------------------------------------------------------------------------------------------

# _XOPEN_SOURCE=700 is POSIX.1-2008 with the pseudo-terminals of its X/Open part.
CPPFLAGS_ALL := -I. -D_XOPEN_SOURCE=700 -DXXH_INLINE_ALL
# Techniques are files of vmm/; a lab's handout lacks one (vmm/technique.h).
TECHNIQUES := $(foreach t,native emulate trap vtx,$(if $(wildcard vmm/$(t).c),$(t)))
CPPFLAGS_ALL += -D'TECHNIQUES_BUILT=$(foreach t,$(TECHNIQUES),TECHNIQUE($(t)))'
# A compiler newer than ours may know new warnings: make WERROR=
WERROR ?= -Werror
CFLAGS_ALL := -std=c17 -Wall -Wextra $(WERROR)
LDFLAGS_ALL :=
LIBS := -lZydis -lZycore -lcjson -lncursesw -ltinfo
ifneq ($(READLINE),no)
LIBS += -lreadline
endif

# A handler ends in a jump to the next one (interp/op.h). Whatever would make the compiler set up a frame, or put
# something at a function's start or end, is off; `make lint` looks at the result. Two counters that are added side by side
# are no vector: it takes more instructions, and the host waits where one of the two has just been stored.
LEAN := -O2 -fno-tree-slp-vectorize -fno-plt -fno-stack-protector -foptimize-sibling-calls
ifneq ($(filter x86_64% i%86%,$(CC_TARGET)),)
LEAN += -fcf-protection=none
endif
SANITIZER := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

ifeq ($(MODE),release)
CPPFLAGS_ALL += -DRINGSIDE_TAILCALL=1
CFLAGS_ALL += $(LEAN)
else
# Without optimisation, or with a sanitizer, tail calls would use up the stack: the loop form of the same bodies.
CPPFLAGS_ALL += -DRINGSIDE_TAILCALL=0
endif
ifeq ($(MODE),debug)
CFLAGS_ALL += -O0 -g
endif
ifeq ($(MODE),asan)
CFLAGS_ALL += $(SANITIZER) -fsanitize=address,undefined
LDFLAGS_ALL += -fsanitize=address,undefined
endif
ifeq ($(MODE),ubsan)
CFLAGS_ALL += $(SANITIZER) -fsanitize=undefined
LDFLAGS_ALL += -fsanitize=undefined
endif
ifeq ($(MODE),fuzz)
CFLAGS_ALL += $(SANITIZER) -fsanitize=fuzzer-no-link,address,undefined
LDFLAGS_ALL += -fsanitize=fuzzer,address,undefined
endif

# The Unicorn emulator, an oracle of some tests, is used where it is installed. It is GPL-2: the program never links it.
ifneq ($(wildcard /usr/include/unicorn/unicorn.h /usr/local/include/unicorn/unicorn.h),)
TEST_CPPFLAGS := -DHAVE_UNICORN
TEST_LIBS := -lunicorn
endif

COMPILE = $(CC) $(CPPFLAGS_ALL) $(CPPFLAGS) $(CFLAGS_ALL) $(CFLAGS)

# ---- the program -------------------------------------------------------------------------------------------------

.PHONY: all program guests locale
all: program guests locale
program: $(PROGRAM)

# guests.mk says how guests are built, and adds them to GUESTS.
-include guests/guests.mk
# labs.mk says how labs are built, adds their guests to GUESTS, and what tests load to PLUGINS.
-include labs/labs.mk
guests: $(GUESTS) $(SANDBOX)

$(PROGRAM): $(OBJS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $(OBJS) $(LIBS)

$(OBJ)/%.o: %.c $(OBJ)/flags | build/version.h
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) $(if $(filter tests/%,$<),$(TEST_CPPFLAGS)) -MMD -MP -c -o $@ $<

-include $(OBJS:.o=.d) $(TEST_OBJS:.o=.d) $(BANTAM_FS:.o=.d)

$(UI): $(filter $(OBJ)/ui/%,$(filter-out $(OBJ)/ui/main.o,$(OBJS)))
	@rm -f $@
	$(Q)ar rcs $@ $^

# Files that change only when what they say changes.
.PHONY: FORCE
FORCE:
define if-changed
@mkdir -p $(@D)
@printf '%s\n' $(1) >$@.new
@if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi
endef

# Another compiler, other flags, another release of the system: everything is built anew.
quote = '$(subst ','\'',$(1))'
$(OBJ)/flags: FORCE
	$(call if-changed,$(call quote,$(COMPILE) $(TEST_CPPFLAGS) $(LDFLAGS_ALL) $(LDFLAGS) $(LIBS)) \
	    $(call quote,$(CC_TARGET) $(shell $(CC) -dumpversion 2>/dev/null) $(shell cat /etc/debian_version 2>/dev/null)))

# The version: git's word for it when this is its own repository, else the file VERSION.
VERSION_TEXT = $(or $(if $(wildcard .git),$(shell git describe --always --dirty 2>/dev/null)),$(shell cat VERSION))
build/version.h: FORCE
	$(call if-changed,'/* SPDX-License-Identifier: MIT */' '#define RINGSIDE_VERSION "$(VERSION_TEXT)"')

# ---- messages in other languages ---------------------------------------------------------------------------------

MO := $(patsubst po/%.po,build/locale/%/LC_MESSAGES/ringside.mo,$(wildcard po/*.po))
locale: $(MO)

build/locale/%/LC_MESSAGES/ringside.mo: po/%.po
	@mkdir -p $(@D)
	$(say) MSGFMT $<
	$(Q)msgfmt -o $@ $<

.PHONY: pot po-update
POT := build/ringside.pot
MESSAGES_IN := $(sort $(wildcard $(foreach d,$(FOLDERS),$(d)/*.c $(d)/*.h $(d)/*.def)))
XGETTEXT := xgettext -L C --from-code=UTF-8 -k -k_ -kN_ -kngettext:1,2 -kEXIT:2 -kWHY:2 -kREASON:3 \
    --add-comments=TRANSLATORS --no-wrap --no-location --package-name=ringside --force-po
pot: $(POT)
# Not by the files' times: git may leave a file older than the template, and a file that is gone has none.
$(OBJ)/messages: FORCE
	$(call if-changed,$(call quote,$(XGETTEXT)) "$$(cksum $(MESSAGES_IN))")
$(POT): $(OBJ)/messages
	@mkdir -p $(@D)
	$(Q)$(XGETTEXT) -o $@ $(MESSAGES_IN)

po-update: pot
	$(Q)for po in po/*.po; do msgmerge -q --update --backup=none --no-wrap --no-location --no-fuzzy-matching "$$po" $(POT); \
	    sed -i '/^"POT-Creation-Date/d' "$$po"; done

# ---- tests -------------------------------------------------------------------------------------------------------

# All tests/*_test.c make one program; each tests/*.sh is one more test. A release build is what people run, so that is
# what `make test` tries; `make test MODE=asan` tries the same under the sanitizers.
.PHONY: test test-asan test-build
test-build: all $(PLUGINS) $(RING0) $(KEEPER) $(if $(TEST_SRCS),$(TESTS))
test: test-build
	@RINGSIDE='$(CURDIR)/$(PROGRAM)' MODE=$(MODE) CC='$(CC)' tests/run -d $(OUT)/test-log \
	    $(if $(TEST_SRCS),-p $(TESTS)) $(TEST_SCRIPTS)

test-asan:
	@$(MAKE) MODE=asan test

# Not position-independent: Criterion's parameterized tests crash otherwise.
$(TESTS): $(PARTS) $(TEST_OBJS) $(RING0_PROGRAMS) $(BANTAM_FS) $(UI)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS) $(LDFLAGS_ALL) $(LDFLAGS) -no-pie -o $@ $^ $(LIBS) -lcriterion -lvterm $(TEST_LIBS)

$(RING0): $(RING0_OBJS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $^ -lZydis -lZycore
-include $(RING0_OBJS:.o=.d)

build/guests/ring0/keeper.bin: tests/ring0/keeper.asm tests/ring0/pieces.inc tests/ring0/layout.def
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -o $@ $<
build/guests/ring0/boot.img: tests/ring0/boot.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -o $@.part $< && truncate -s 1440K $@.part && mv $@.part $@

# Fuzz targets are built by clang, whose libFuzzer they run under.
.PHONY: fuzz fuzz-build fuzz-run
fuzz:
	@$(MAKE) MODE=fuzz CC=$(if $(CC_IS_CLANG),'$(CC)',clang) fuzz-build
ifeq ($(MODE),fuzz)
fuzz-build: $(FUZZERS)
build/fuzz/%: $(OBJ)/tests/fuzz/%.o $(PARTS) $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard tests/fuzz/support/*.c))) $(BANTAM_FS) $(UI)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)
-include $(FUZZ_SRCS:%.c=$(OBJ)/%.d)
endif

# What is found is kept in build/fuzz/corpus/; the seeds in tests/fuzz/corpus/NAME/ are only read.
fuzz-run: fuzz
	@[ -n '$(FUZZERS)' ] || { echo 'no fuzz targets in tests/fuzz/' >&2; exit 1; }
	@for f in $(FUZZERS); do \
	    name=$${f##*/}; seeds=tests/fuzz/corpus/$$name; mkdir -p build/fuzz/corpus/$$name; \
	    [ -d $$seeds ] || seeds=; \
	    echo "== $$name: $(FUZZ_SECONDS) s"; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=3072 -print_final_stats=1 \
	        -artifact_prefix=build/fuzz/$$name- build/fuzz/corpus/$$name $$seeds >build/fuzz/$$name.log 2>&1 \
	        || { tail -n 60 build/fuzz/$$name.log; echo "$$name: failed; the input is in build/fuzz/" >&2; exit 1; }; \
	    grep -E '^stat::(number_of_executed_units|average_exec_per_sec)' build/fuzz/$$name.log; \
	done

# ---- pictures ----------------------------------------------------------------------------------------------------

# Each docs/pictures/NAME.rsh is a script for the shell that ends in `shot docs/pictures/NAME.svg`. The README shows these;
# PNG copies, for slides, go to build/shots/ where rsvg-convert is.
.PHONY: shots
SHOTS := $(sort $(wildcard docs/pictures/*.rsh))
SHOT_GUEST := build/guests/micro/cr3.elf
# A script's line "# run with:" holds options; without it they are these.
SHOT_OPTIONS := --mode trap --cpu virtualizable
shots: all
	$(Q)for script in $(SHOTS); do options=$$(sed -n 's/^# run with: //p' "$$script"); \
	    $(PROGRAM) shell $(SHOT_GUEST) $${options:-$(SHOT_OPTIONS)} --lang en --serial none -x "$$script" || exit; done
	$(Q)if command -v rsvg-convert >/dev/null; then mkdir -p build/shots; for picture in $(SHOTS:.rsh=.svg); do \
	    rsvg-convert "$$picture" -o "build/shots/$$(basename "$$picture" .svg).png" || exit; done; \
	else echo 'no rsvg-convert (package librsvg2-bin): no PNG'; fi

# ---- slides ------------------------------------------------------------------------------------------------------

# slides/NN-NAME.LANG.md: an HTML file with everything in it (`make slides`), a PDF (`make slides-pdf`). Their drawings are made
# from runs. The packages: ./ringside --install slides
.PHONY: slides slides-pdf
SLIDES := $(sort $(basename $(notdir $(wildcard slides/*.md))))
lang_of = $(patsubst .%,%,$(suffix $(1)))
slides: $(SLIDES:%=build/slides/%.html)
slides-pdf: $(SLIDES:%=build/slides/%.pdf)
build/slides/%/drawn: slides/draw.py program guests
	$(say) DRAW $(@D)
	$(Q)python3 slides/draw.py $* $(@D) && touch $@

PANDOC := pandoc --from markdown --standalone --default-image-extension=svg
define slide-rules
build/slides/%.$(1).html: slides/%.$(1).md slides/screen.css build/slides/$(1)/drawn
	$$(say) SLIDES $$@
	$$(Q)$$(PANDOC) --resource-path=build/slides/$(1) --to dzslides --self-contained --css slides/screen.css -o $$@ $$<
build/slides/%.$(1).pdf: slides/%.$(1).md slides/print.css build/slides/$(1)/drawn
	$$(say) SLIDES $$@
	$$(Q)$$(PANDOC) --resource-path=build/slides/$(1) --to html5 --section-divs --self-contained \
	    --css slides/print.css -o $$(@:.pdf=.print.html) $$< && weasyprint -q $$(@:.pdf=.print.html) $$@
endef
$(foreach l,$(sort $(foreach s,$(SLIDES),$(call lang_of,$(s)))),$(eval $(call slide-rules,$(l))))

# ---- installing --------------------------------------------------------------------------------------------------

# make install [PREFIX=/usr/local] [DESTDIR=...]: the program with what it reads, laid out as in the source tree, so that it
# finds it in the same way (ui/place.h); the header of plug-ins; the documents. Of a lab what its students get.
.PHONY: install
PREFIX ?= /usr/local
HOME_OF = $(DESTDIR)$(PREFIX)/lib/ringside
LAB_PUBLIC := $(wildcard labs/*/README*.md labs/*/lab.json labs/*/skeleton/* labs/*/tests/public/*)
INSTALLED_SRCS := $(wildcard lessons/*.* lessons/*/* labs/lab.schema.json labs/include/* labs/worker/*) $(LAB_PUBLIC)
INSTALLED_BUILT = $(filter-out build/labs/%,$(filter %.elf %.img,$(GUESTS))) $(MO) \
    $(patsubst %.asm,build/%.elf,$(filter labs/%.asm,$(LAB_PUBLIC)))
install: all
	$(say) INSTALL '$(HOME_OF)'
	$(Q)install -D -t '$(HOME_OF)/build' $(PROGRAM) $(SANDBOX)
	$(Q)for f in $(INSTALLED_SRCS) $(INSTALLED_BUILT); do [ ! -f "$$f" ] || install -D -m 644 "$$f" '$(HOME_OF)'/"$$f" || exit; done
	$(Q)install -d '$(DESTDIR)$(PREFIX)/bin' && ln -sfn ../lib/ringside/build/ringside '$(DESTDIR)$(PREFIX)/bin/ringside'
	$(Q)install -D -m 644 -t '$(DESTDIR)$(PREFIX)/include' labs/include/ringside_lab.h
	$(Q)install -D -m 644 -t '$(DESTDIR)$(PREFIX)/share/doc/ringside' README.md README.zh.md LICENSE CHANGELOG.md $(wildcard docs/*.md)
	$(Q)install -D -m 644 -t '$(DESTDIR)$(PREFIX)/share/doc/ringside/examples' $(wildcard examples/*)

# ---- care --------------------------------------------------------------------------------------------------------

.PHONY: lint format bench clean help
# The handlers are read out of the release build, whatever MODE says.
lint: $(POT)
	@$(MAKE) MODE=release program
	@python3 tests/lint --cc '$(CC)' --pot $(POT)

format:
	$(Q)clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')

bench: all bench-images
	$(Q)python3 bench/run.py $(BENCH_ARGS)
	$(Q)python3 bench/screen.py

clean:
	rm -rf build

help:
	@printf '%s\n' \
	    'make [MODE=release|debug|asan|ubsan] [CC=gcc|clang] [READLINE=no] [WERROR=] [V=1] [TARGET]' \
	    '' \
	    '  all         the program, its guests and its translations (default)' \
	    '  test        the whole suite, on the build that MODE names' \
	    '  test-asan   the same under AddressSanitizer and UndefinedBehaviorSanitizer' \
	    '  lint        format, headers, layering, dispatch of the handlers, translations, licences' \
	    '  format      lays out all sources with clang-format' \
	    '  bench       speed, next to Bochs and QEMU; what the screen costs' \
	    '  slides      build/slides/*.html, one file each;  slides-pdf  the same as PDF' \
	    '  shots       the pictures in docs/pictures/, from runs' \
	    '  fuzz        builds the fuzz targets (clang);  fuzz-run  runs each for FUZZ_SECONDS' \
	    '  handout     LAB=N: what students of a lab get, build/handout/*.tar.gz' \
    '  pot         build/ringside.pot, the list of messages;  po-update  brings po/ up to it' \
	    '  install     to PREFIX (/usr/local), below DESTDIR if that is set' \
    '  clean       removes build/'
