/* SPDX-License-Identifier: MIT */
/* What there is to say of each hole: an explanation for every mnemonic of the class in isa.def (a test counts them). */
#include <stddef.h>
#include <string.h>

#include "ui/holes.h"
#include "ui/i18n.h"

/* Popek and Goldberg's terms (CACM 17(7), 1974), for a processor with segments and rings. */
static const char LOCATION[] = N_("behaviour-sensitive: what it gives depends on where the machine's own tables are");
static const char MODE[] = N_("behaviour-sensitive: what it gives depends on the ring that the processor is in");
static const char STATE[] = N_("behaviour-sensitive: what it gives depends on the processor's control state");
static const char CONTROL[] =
    N_("control-sensitive: it changes the processor's control state; and behaviour-sensitive, by the ring");
static const char ADDRESSING[] =
    N_("control-sensitive: it changes what addresses mean, by a segment; and behaviour-sensitive, by the ring");
static const char TRANSFER[] =
    N_("control-sensitive: it can change the ring and what addresses mean; and behaviour-sensitive, by the ring");

static const char FAR_POINTER[] =
    N_("Loads a segment register, for which the ring and the selector's RPL count. With RPL 1 a segment of ring 0 is "
       "refused; where the kernel and its segments have been moved to ring 1, nothing stops it.");

static const struct {
    const char *mnemonic, *kind, *doc;
} word[] = {
    {"sgdt", LOCATION, N_("Stores base and limit of the hardware's GDT: the monitor's, for whoever asks.")},
    {"sidt", LOCATION,
     N_("Stores base and limit of the hardware's IDT: the monitor's. Even a user program can ask: the \"red pill\", "
        "by which it knows that it is not alone.")},
    {"sldt", LOCATION, N_("Stores the selector of the hardware's LDT. The guest has loaded one, the monitor has not.")},
    {"smsw", STATE,
     N_("Stores the low half of the hardware's CR0. This monitor lets those bits be the guest's own (TS, EM, MP, NE), "
        "for instructions depend on them; so a guest in protected mode sees what it should. Where a monitor keeps "
        "TS to itself, or the guest believes in real mode, the hole bites.")},
    {"pushf", STATE, N_("Shows the hardware's IF and IOPL: IF is always set there, whatever the guest has done.")},
    {"popf", CONTROL,
     N_("Outside ring 0, with IOPL 0, it leaves IF as it is, and does not trap. The monitor has emulated the CLI "
        "before "
        "it, and never hears that interrupts are on again: the timer's tick does not come.")},
    {"lar", MODE, N_("Shows a descriptor's access rights, and so the ring that the monitor has put into its copy.")},
    {"lsl", MODE, N_("Shows a segment's limit, and so where the monitor has cut it off to protect itself.")},
    {"verr", MODE,
     N_("Asks if a segment could be read from a ring. Data of ring 0 could not be from ring 1; but the kernel and its "
        "data have been moved to ring 1.")},
    {"verw", MODE,
     N_("Asks if a segment could be written from a ring. Data of ring 0 could not be from ring 1; but the kernel and "
        "its data have been moved to ring 1.")},
    {"pop", ADDRESSING, FAR_POINTER},
    {"push", MODE, N_("Of CS: shows the ring, in the selector's low bits.")},
    {"call far", TRANSFER, N_("Pushes CS, and so shows the ring in the selector's low bits.")},
    {"jmp far", TRANSFER,
     N_("The ring and the selector's RPL count. With RPL 1 code of ring 0 is refused; where the kernel has been moved "
        "to ring 1, nothing stops it.")},
    {"int", TRANSFER,
     N_("Goes through the hardware's IDT, which is the monitor's. This monitor's gates are for ring 0 only, so that "
        "the instruction faults, and is emulated: the guest sees what it should. Gates that let it pass would lead it "
        "into the monitor's handlers.")},
    {"ret far", TRANSFER,
     N_("The ring and the selector's RPL count. With RPL 1 a return to code of ring 0 is refused; where the kernel has "
        "been moved to ring 1, nothing stops it.")},
    {"str", LOCATION, N_("Stores the selector of the hardware's task register: the monitor's.")},
    {"mov", ADDRESSING,
     N_("From CS: shows the ring, in the selector's low bits. To a segment register: loads it, with that ring's "
        "rights.")},
    {"iret", TRANSFER,
     N_("Outside ring 0, with IOPL 0, it leaves IF as it is, and does not trap. A timer's handler goes back to a user "
        "program; the monitor does not hear that interrupts are on again: the second tick does not come.")},
    {"lds", ADDRESSING, FAR_POINTER},
    {"les", ADDRESSING, FAR_POINTER},
    {"lss", ADDRESSING, FAR_POINTER},
    {"lfs", ADDRESSING, FAR_POINTER},
    {"lgs", ADDRESSING, FAR_POINTER},
};

static unsigned find(const char *mnemonic)
{
    unsigned i = 0;

    while (i < sizeof word / sizeof word[0] && strcmp(word[i].mnemonic, mnemonic) != 0)
        i++;
    return i;
}

const char *hole_kind(const char *mnemonic)
{
    unsigned i = find(mnemonic);

    return i < sizeof word / sizeof word[0] ? word[i].kind : NULL;
}

const char *hole_doc(const char *mnemonic)
{
    unsigned i = find(mnemonic);

    return i < sizeof word / sizeof word[0] ? word[i].doc : NULL;
}
