# SPDX-License-Identifier: MIT
# Bantam: kernel, programs, disks. Included by guests.mk; appends to GUESTS.

BANTAM := $(BUILD)/guests/bantam
BANTAM_SRC := guests/bantam

# The host's tools: the same file system, compiled for the host.
MKFS_BANTAM := $(BUILD)/guests/mkfs.bantam
FSCK_BANTAM := $(BUILD)/guests/fsck.bantam
BANTAM_TOOL_SRCS := $(wildcard $(BANTAM_SRC)/fs/*.c) $(filter-out %/mkfs.c %/fsck.c,$(wildcard $(BANTAM_SRC)/tools/*.c))
$(BUILD)/guests/%.bantam: $(BANTAM_SRC)/tools/%.c $(BANTAM_TOOL_SRCS) $(wildcard $(BANTAM_SRC)/fs/*.h $(BANTAM_SRC)/tools/*.h) \
    $(BANTAM_SRC)/include/abi.h
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_XOPEN_SOURCE=700 -O2 -Wall -Wextra -I. -o $@ $(filter %.c,$^)
GUESTS += $(MKFS_BANTAM) $(FSCK_BANTAM)

include $(BANTAM_SRC)/user/user.mk

BANTAM_FOLDERS := arch/native kernel dev fs
BANTAM_OBJS := $(patsubst $(BANTAM_SRC)/%,$(BANTAM)/%.o,$(filter-out %/data.asm,$(sort $(foreach f,$(BANTAM_FOLDERS),\
    $(wildcard $(BANTAM_SRC)/$(f)/*.c $(BANTAM_SRC)/$(f)/*.asm)))))
# Frame pointers: a panic follows them. The kernel has its own memcpy(), which must not become a call of itself.
BANTAM_CFLAGS := -std=c17 -O2 -march=i386 -mgeneral-regs-only -ffreestanding -fno-pic -fno-stack-protector \
    -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fno-builtin \
    $(if $(findstring clang,$(GUEST_CC)),,-fno-tree-loop-distribute-patterns) -Wall -Wextra -Werror -I.

GUESTS += $(BANTAM).elf $(BANTAM).img $(BANTAM).floppy

$(BANTAM)/%.c.o: $(BANTAM_SRC)/%.c
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(BANTAM_CFLAGS) -g -MMD -MP -c -o $@ $<

$(BANTAM)/%.asm.o: $(BANTAM_SRC)/%.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -o $@ $<

-include $(wildcard $(BANTAM)/*/*.d $(BANTAM)/*/*/*.d)

# Both disks have the programs in /bin.
BANTAM_ROOT := /bin $(foreach p,$(BANTAM_PROGRAMS),/bin/$(notdir $(p))=$(p))
$(BANTAM)/ramdisk.img: $(BANTAM_PROGRAMS) $(MKFS_BANTAM)
	$(Q)$(MKFS_BANTAM) $@ 1M $(BANTAM_ROOT)
$(BANTAM).img: $(BANTAM_PROGRAMS) $(MKFS_BANTAM)
	$(Q)$(MKFS_BANTAM) $@ 8M $(BANTAM_ROOT)

$(BANTAM)/kernel/data.o: $(BANTAM_SRC)/kernel/data.asm $(BANTAM)/ramdisk.img
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -DRAMDISK='"$(BANTAM)/ramdisk.img"' -o $@ $<

# Twice: the table of symbols is made from the first.
BANTAM_LINK = $(GUEST_LD) -T $(BANTAM_SRC)/kernel/kernel.ld -o $(1) $(BANTAM_OBJS) $(BANTAM)/kernel/data.o $(BANTAM)/$(2).symbols.o
$(BANTAM).elf: $(BANTAM_OBJS) $(BANTAM)/kernel/data.o $(BANTAM_SRC)/kernel/kernel.ld $(BANTAM_SRC)/symbols.sh
	$(say) BANTAM $@
	$(Q)$(BANTAM_SRC)/symbols.sh >$(BANTAM)/first.symbols.asm
	$(Q)$(NASM) -f elf32 -o $(BANTAM)/first.symbols.o $(BANTAM)/first.symbols.asm
	$(Q)$(call BANTAM_LINK,$(BANTAM)/first,first)
	$(Q)$(BANTAM_SRC)/symbols.sh $(BANTAM)/first >$(BANTAM)/second.symbols.asm
	$(Q)$(NASM) -f elf32 -o $(BANTAM)/second.symbols.o $(BANTAM)/second.symbols.asm
	$(Q)$(call BANTAM_LINK,$@,second)

# The kernel behind a boot sector: a floppy disk for machines without a Multiboot loader.
BANTAM_AT = $$(nm $< | awk '$$2 ~ /[TB]/ && $$3 == "$(1)" { print "0x" $$1 }')
$(BANTAM).floppy: $(BANTAM).elf $(BANTAM_SRC)/tools/floppy.asm
	$(Q)objcopy -O binary $< $@.kernel
	$(Q)$(NASM) -f bin -DENTRY=$(call BANTAM_AT,start) -DEND=$(call BANTAM_AT,kernel_end)-0xc0000000 \
	    -DLOADED=0x100000+$$(stat -c %s $@.kernel) -o $@.part $(BANTAM_SRC)/tools/floppy.asm
	$(Q)truncate -s 9216 $@.part && cat $@.kernel >>$@.part && truncate -s 1440K $@.part && mv $@.part $@ && rm -f $@.kernel
