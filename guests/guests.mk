# SPDX-License-Identifier: MIT
# Guests: micro guests (NASM), and one for each hole. Included by the Makefile; appends to GUESTS.

BUILD ?= build
NASM ?= nasm
GUEST_LD ?= $(shell ld -V 2>/dev/null | grep -q elf_i386 && echo 'ld -m elf_i386' || echo 'ld.lld -m elf_i386')

MICRO := $(patsubst guests/micro/%.asm,$(BUILD)/guests/micro/%.elf,$(wildcard guests/micro/*.asm))
GUESTS += $(MICRO) $(BUILD)/guests/micro/sectors.img

$(BUILD)/guests/micro/%.o: guests/micro/%.asm guests/micro/micro.inc guests/micro/vmx.inc
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -I guests/micro/ -l $(@:.o=.lst) -o $@ $<

$(BUILD)/guests/micro/%.elf: $(BUILD)/guests/micro/%.o guests/micro/link.ld
	$(Q)$(GUEST_LD) -T guests/micro/link.ld -o $@ $<

HOLES := $(patsubst guests/%.asm,$(BUILD)/guests/%.elf,$(wildcard guests/holes/*.asm))
GUESTS += $(HOLES)

$(BUILD)/guests/holes/%.o: guests/holes/%.asm guests/holes/probe.inc guests/micro/micro.inc
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -g -F dwarf -I guests/holes/ -I guests/micro/ -o $@ $<

$(BUILD)/guests/holes/%.elf: $(BUILD)/guests/holes/%.o guests/micro/link.ld
	$(Q)$(GUEST_LD) -T guests/micro/link.ld -o $@ $<

# The disk of those that want one.
$(BUILD)/guests/micro/%.img: guests/micro/%.nasm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -o $@ $<

# Bench guests: one image a kernel, as Multiboot ELF and, for Bochs, on a bootable disk (target bench-images).
BENCH_KINDS := empty alu sieve sort crc32 memcpy paging syscall fault
BENCH_GUESTS := $(BENCH_KINDS:%=$(BUILD)/guests/bench/%.elf)
GUESTS += $(BENCH_GUESTS)
GUEST_CC ?= $(shell echo 'int x;' | gcc -m32 -x c -c -o /dev/null - 2>/dev/null && echo gcc -m32 || \
    echo clang --target=i386-unknown-none-elf)
GUEST_CFLAGS := -std=c17 -O2 -march=i686 -mgeneral-regs-only -ffreestanding -fno-pic -fno-stack-protector -nostdlib \
    -fno-asynchronous-unwind-tables -fno-builtin -Wall -Wextra -Ibench/guests

$(BUILD)/guests/bench/start.o: bench/guests/start.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf32 -o $@ $<

$(BUILD)/guests/bench/kernels.o: bench/guests/kernels.c bench/guests/bench.h
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(BUILD)/guests/bench/main-%.o: bench/guests/main.c bench/guests/bench.h
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -DNAME=$* -DKIND=$(if $(filter memcpy,$*),memcpy_,$*) -c -o $@ $<

$(BUILD)/guests/bench/%.elf: $(BUILD)/guests/bench/start.o $(BUILD)/guests/bench/main-%.o $(BUILD)/guests/bench/kernels.o \
    bench/guests/link.ld
	$(Q)$(GUEST_LD) -T bench/guests/link.ld -o $@ $(filter %.o,$^)

# A disk of 10 MiB, the smallest that Bochs' geometry here describes: boot sector, then the image.
$(BUILD)/guests/bench/%.img: $(BUILD)/guests/bench/%.elf bench/guests/boot.asm
	$(Q)objcopy -O binary $< $@.bin
	$(Q)$(NASM) -f bin -DSECTORS=$$(( ($$(stat -c %s $@.bin) + 511) / 512 )) -o $@.boot bench/guests/boot.asm
	$(Q)cat $@.boot $@.bin > $@.part && truncate -s 10321920 $@.part && mv $@.part $@ && rm -f $@.bin $@.boot

.PHONY: bench-images
bench-images: $(BENCH_KINDS:%=$(BUILD)/guests/bench/%.img)
.PRECIOUS: $(BUILD)/guests/bench/main-%.o

-include guests/bantam/bantam.mk
