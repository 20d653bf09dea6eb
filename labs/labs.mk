# SPDX-License-Identifier: MIT
# Labs: their guests, and what the grader needs beside the program. Included by the Makefile; appends to GUESTS and PLUGINS.

BUILD ?= build
LAB_CFLAGS := -std=c17 -O1 -g -Wall -Wextra -Ilabs/include -I.

# A lab's guests are micro guests with a lab's own helpers. In a handout the hidden ones are absent.
LAB_ASM := $(wildcard labs/*/tests/public/*.asm labs/*/tests/hidden/*.asm)
LAB_GUESTS := $(LAB_ASM:%.asm=$(BUILD)/%.elf)
GUESTS += $(LAB_GUESTS)

$(BUILD)/labs/%.o: labs/%.asm guests/micro/micro.inc labs/include/lab.inc
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -I guests/micro/ -I labs/include/ -l $(@:.o=.lst) -o $@ $<

$(BUILD)/labs/%.elf: $(BUILD)/labs/%.o guests/micro/link.ld
	$(Q)$(GUEST_LD) -T guests/micro/link.ld -o $@ $<

# Plug-ins that tests load.
LAB_SOLUTIONS := $(wildcard labs/*/solution/monitor.c)
PLUGINS := $(LAB_SOLUTIONS:labs/%/solution/monitor.c=$(BUILD)/labs/%/solution.so) \
    $(patsubst tests/plugins/%.c,$(BUILD)/plugins/%.so,$(wildcard tests/plugins/*.c))

define build-plugin
@mkdir -p $(@D)
$(say) PLUGIN $@
$(Q)$(CC) $(LAB_CFLAGS) -shared -fPIC -o $@ $<
endef

$(BUILD)/labs/%/solution.so: labs/%/solution/monitor.c labs/include/ringside_lab.h
	$(build-plugin)
$(BUILD)/plugins/%.so: tests/plugins/%.c $(LAB_SOLUTIONS) labs/include/ringside_lab.h
	$(build-plugin)

# The sandbox's launcher. Without libseccomp it is built too, and says that it lacks it.
SANDBOX := $(BUILD)/sandbox
SANDBOX_SRCS := $(wildcard grade/launcher/*.c)
SECCOMP_HEADER := $(wildcard /usr/include/seccomp.h /usr/local/include/seccomp.h)
SANDBOX_FLAGS := -std=c17 -O1 -Wall -Wextra $(WERROR) -I. $(if $(SECCOMP_HEADER),-DHAVE_SECCOMP)

$(SANDBOX): $(SANDBOX_SRCS) grade/launcher/launcher.h $(SECCOMP_HEADER)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(SANDBOX_FLAGS) -o $@ $(SANDBOX_SRCS) $(if $(SECCOMP_HEADER),-lseccomp)

# What students get of a lab: all that works without the solution.
.PHONY: handout
handout:
	@labs/handout '$(LAB)' $(BUILD)/handout
