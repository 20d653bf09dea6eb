/* SPDX-License-Identifier: MIT */
/* Random programs for ring 0, deterministic: a seed and a number are a program. */
#ifndef TESTS_RING0_GENERATE_H
#define TESTS_RING0_GENERATE_H

#include "tests/ring0/image.h"

/*
 * What a judge is known to do otherwise is left out of the programs for it (the profile), or masked where it would show
 * in memory (FLAG_MASK), so that every difference counts. What is left out for one is asked of the other. Now and then a
 * program wanders where none was meant to go, and gets there all the same (it executes an exception frame, say, whose EFLAGS
 * QEMU pushed without RF): with the seeds of the suite none does.
 *
 * QEMU 7.2, TCG
 *   no check of segment limits, types and presence on memory accesses, returns, jumps, and offsets of gates in the IDT;
 *   on far transfers #GP names the selector, not 0; the upper half of a 16-bit gate's offset counts; a call gate to
 *   conforming code of an inner ring goes to that ring; a null TR can be loaded; reserved bits of CR4 hang it; no #AC
 *   far transfers set no accessed bit in descriptors; failed page walks set A (SDM Vol. 3, 4.8 leaves both open to a degree;
 *   here and in Bochs A appears when a walk has succeeded)
 *   pushed EFLAGS have no RF after faults; error codes have no EXT; what reads and writes one operand faults as a read
 *   CMPS reads ES:EDI first, PUSHA writes the lowest word first, POPA that faults has changed registers
 *   frames and parameters are pushed and read with the rights of ring 0; a frame that faults half-way is half written
 *   STI and LSS hold off single steps as MOV SS does; FS and GS keep the RPL of a null selector in a return outwards
 *   PUSH of a segment register writes 32 bits (both are allowed: SDM Vol. 2, PUSH)
 * Bochs 2.7
 *   LAR gives the limit's bits 19:16 (undefined: SDM Vol. 2, LAR); calls have pushed, SGDT and SIDT have stored the limit,
 *   LTR has loaded TR, PUSHA has stored words, when they find a fault; no limit check at all in segments of 4 GiB (SDM Vol. 3, 5.3 allows it)
 *   a frame that faults half-way is half written; an instruction that lies on two pages and was decoded runs again wherever
 *   its first page is mapped, with no look at how the second one is
 * both
 *   a 32-bit TSS must reach two bytes further than SS of a stack (SDM Vol. 2, INT n, asks for TSSstackAddress + 5)
 */
enum profile { FOR_QEMU, FOR_BOCHS, FOR_TECHNIQUES }; /* the last: what FOR_BOCHS has, and more */

void program_generate(struct program *p, enum profile profile, uint64_t seed, uint32_t number);

#endif
