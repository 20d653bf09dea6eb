# SPDX-License-Identifier: MIT
# Guests: micro guests (NASM). Included by the Makefile; appends to GUESTS.

BUILD ?= build
NASM ?= nasm
GUEST_LD ?= $(shell ld -V 2>/dev/null | grep -q elf_i386 && echo 'ld -m elf_i386' || echo 'ld.lld -m elf_i386')

MICRO := $(patsubst guests/micro/%.asm,$(BUILD)/guests/micro/%.elf,$(wildcard guests/micro/*.asm))
GUESTS += $(MICRO)

$(BUILD)/guests/micro/%.o: guests/micro/%.asm guests/micro/micro.inc
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -I guests/micro/ -l $(@:.o=.lst) -o $@ $<

$(BUILD)/guests/micro/%.elf: $(BUILD)/guests/micro/%.o guests/micro/link.ld
	$(Q)$(GUEST_LD) -T guests/micro/link.ld -o $@ $<
