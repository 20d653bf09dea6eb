# SPDX-License-Identifier: MIT
# Bantam's programs. Included by bantam.mk; BANTAM_PROGRAMS, stripped, go onto the RAM disk and the disk as /bin/NAME, and
# BANTAM_USER/NAME.elf are the same with symbols.
#
# A file of bin/ or load/ is a program; so are all files of sh/, selftest/, usertests/ together.

BANTAM_USER := $(BUILD)/guests/bantam/user
USER_SRC := guests/bantam/user
USER_SINGLE := $(patsubst $(USER_SRC)/%.c,%,$(sort $(wildcard $(USER_SRC)/bin/*.c $(USER_SRC)/load/*.c)))
USER_SUITES := sh selftest usertests
USER_NAMES := $(notdir $(USER_SINGLE)) $(USER_SUITES)
BANTAM_PROGRAMS := $(USER_NAMES:%=$(BUILD)/guests/bantam/bin/%)

# A loop that copies, inside memcpy(), shall not become a call of memcpy(): gcc has to be told that apart.
USER_CFLAGS := -std=c17 -O2 -march=i386 -mgeneral-regs-only -ffreestanding -fno-builtin -fno-pic -fno-stack-protector \
    $(if $(findstring clang,$(GUEST_CC)),,-fno-tree-loop-distribute-patterns) -fno-asynchronous-unwind-tables \
    -ffunction-sections -fdata-sections -Wall -Wextra -Werror -I.

user-objects = $(patsubst guests/bantam/%,$(BUILD)/guests/bantam/%.o,$(sort $(wildcard $(USER_SRC)/$(1)/*.c $(USER_SRC)/$(1)/*.asm)))
USER_LIBC := $(BANTAM_USER)/libc.a

$(BUILD)/guests/bantam/user/%.c.o: $(USER_SRC)/%.c
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(USER_CFLAGS) -g -MMD -MP -c -o $@ $<

$(BUILD)/guests/bantam/user/%.asm.o: $(USER_SRC)/%.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -o $@ $<

-include $(wildcard $(BANTAM_USER)/*/*.d)

$(USER_LIBC): $(call user-objects,libc)
	@rm -f $@
	$(Q)ar rcs $@ $^

# NAME, OBJECTS
define user-program
$(BANTAM_USER)/$(1).elf: $(2) $(USER_LIBC) $(USER_SRC)/program.ld
	$$(Q)$$(GUEST_LD) -n --gc-sections -T $(USER_SRC)/program.ld -o $$@ $(2) $(USER_LIBC)
endef
$(foreach p,$(USER_SINGLE),$(eval $(call user-program,$(notdir $(p)),$(BANTAM_USER)/$(p).c.o)))
$(foreach p,$(USER_SUITES),$(eval $(call user-program,$(p),$(call user-objects,$(p)))))

$(BUILD)/guests/bantam/bin/%: $(BANTAM_USER)/%.elf
	@mkdir -p $(@D)
	$(Q)objcopy --strip-all $< $@
