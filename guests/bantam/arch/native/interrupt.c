/* SPDX-License-Identifier: MIT */
/* The interrupt flag, the two 8259s (Intel 8259A data sheet), and the 8254's channel 0 as the clock (8254 data sheet). */
#include "guests/bantam/arch/native/native.h"

enum { PIC1 = 0x20, PIC2 = 0xa0, CASCADE = 2 };
enum { ICW1_INIT_ICW4 = 0x11, ICW4_8086 = 0x01, OCW2_EOI = 0x20, OCW3_READ_ISR = 0x0b };
enum { PIT_CHANNEL0 = 0x40, PIT_CONTROL = 0x43, PIT_RATE_GENERATOR = 0x34, PIT_HERTZ = 1193182, TIMER_LINE = 0 };

static void (*handler[IRQ_LINES])(void);

bool arch_irq_enabled(void)
{
    uint32_t flags;

    __asm__ volatile("pushf\n\tpop %0" : "=r"(flags));
    return flags & FLAG_IF;
}

uint32_t arch_irq_save(void)
{
    uint32_t flags;

    __asm__ volatile("pushf\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
    return flags;
}

void arch_irq_restore(uint32_t saved)
{
    __asm__ volatile("push %0\n\tpopf" : : "r"(saved) : "memory", "cc");
}

void arch_irq_on(void)
{
    __asm__ volatile("sti" : : : "memory");
}

/* STI holds interrupts off until HLT has begun: none can slip in between and leave HLT waiting (SDM Vol. 2, STI). */
void arch_idle(void)
{
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

uint8_t arch_in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void arch_out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void arch_in16s(uint16_t port, void *to, unsigned words)
{
    __asm__ volatile("rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory");
}

void arch_out16s(uint16_t port, const void *from, unsigned words)
{
    __asm__ volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory");
}

uint64_t arch_cycles(void)
{
    uint64_t cycles;

    __asm__ volatile("rdtsc" : "=A"(cycles));
    return cycles;
}

static void pic(uint16_t port, uint8_t vector, uint8_t cascade)
{
    arch_out8(port, ICW1_INIT_ICW4);
    arch_out8(port + 1, vector);
    arch_out8(port + 1, cascade);
    arch_out8(port + 1, ICW4_8086);
    arch_out8(port + 1, 0xff); /* all masked */
}

void native_interrupts(void)
{
    pic(PIC1, VECTOR_IRQ, 1 << CASCADE);
    pic(PIC2, VECTOR_IRQ + 8, CASCADE);
}

static void unmask(unsigned line)
{
    uint16_t port = (line < 8 ? PIC1 : PIC2) + 1;

    arch_out8(port, arch_in8(port) & (uint8_t) ~(1 << (line & 7)));
}

void arch_irq_attach(unsigned line, void (*h)(void))
{
    handler[line] = h;
    unmask(line);
    if (line >= 8)
        unmask(CASCADE);
}

/* Lines 7 and 15 also come up when a request has gone again: then nothing is in service (8259A, "spurious"). */
static bool spurious(unsigned line)
{
    uint16_t port = line < 8 ? PIC1 : PIC2;

    if ((line & 7) != 7)
        return false;
    arch_out8(port, OCW3_READ_ISR);
    return !(arch_in8(port) & 0x80);
}

void native_irq(unsigned line)
{
    bool real = !spurious(line);

    if (line >= 8 && real)
        arch_out8(PIC2, OCW2_EOI);
    if (line >= 8 || real)
        arch_out8(PIC1, OCW2_EOI);
    if (real && handler[line])
        handler[line]();
}

void arch_timer_start(void (*tick)(void))
{
    uint16_t divisor = (PIT_HERTZ + HZ / 2) / HZ;

    arch_out8(PIT_CONTROL, PIT_RATE_GENERATOR);
    arch_out8(PIT_CHANNEL0, (uint8_t)divisor);
    arch_out8(PIT_CHANNEL0, (uint8_t)(divisor >> 8));
    arch_irq_attach(TIMER_LINE, tick);
}
