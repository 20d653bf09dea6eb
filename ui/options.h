/* SPDX-License-Identifier: MIT */
/* The options of all commands: one table in options.c, one meaning everywhere. */
#ifndef UI_OPTIONS_H
#define UI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/rotation.h"

struct cost_preset;
struct report_format;
struct technique;

/* Commands, as bits: who takes an option. */
enum command_set {
    FOR_RUN = 1,
    FOR_ISA = 2,
    FOR_DEMO = 4,
    FOR_DEBUG = 8,
    FOR_SHELL = 16,
    FOR_LAB = 1 << 8,
    FOR_GRADE = 1 << 9,
    FOR_LESSON = 1 << 10,
    FOR_SLIDES = 1 << 11,
    FOR_EQUIV = 1 << 12,
    FOR_HOLES = 1 << 13,
    FOR_GUESTS = FOR_RUN | FOR_DEBUG | FOR_SHELL,
    FOR_ANY_GUEST = FOR_GUESTS | FOR_EQUIV,
    FOR_ALL = FOR_GUESTS | FOR_ISA | FOR_DEMO | FOR_LAB | FOR_GRADE | FOR_LESSON | FOR_SLIDES | FOR_EQUIV | FOR_HOLES
};

/* Commands that take any number of words. */
enum { FOR_WORDS = FOR_LAB | FOR_GRADE | FOR_LESSON | FOR_EQUIV };

enum stats_form { STATS_NONE, STATS_TABLE, STATS_JSON };

enum { MODULES_MAX = 16, SCRIPTS_MAX = 16, DISKS_MAX = 2, DISK_PATH = 4096 };

struct options {
    const char *word; /* the one argument that is no option: GUEST, or a mnemonic */
    const struct technique *technique;
    bool virtualizable;
    bool mode_said, cpu_said; /* by the user */
    uint64_t mem;
    unsigned tlb_sets, tlb_ways;
    const struct cost_preset *cost;
    bool clock_insns;
    uint64_t limit; /* CLOCK_NEVER: none */
    const char *append;
    const char *module[MODULES_MAX];
    unsigned modules;
    struct {
        char file[DISK_PATH];
        bool snapshot;
    } disk[DISKS_MAX];
    unsigned disks;
    const char *script[SCRIPTS_MAX]; /* -x */
    unsigned scripts;
    const char *serial; /* "stdio", "none", or a file */
    const char *keys, *save, *load, *trace;
    const char *mmu; /* NULL: the mode's */
    struct rotation swap;
    const struct technique *equiv; /* to compare the run with; NULL: none */
    enum stats_form stats;
    bool missing, json;
    int class;    /* enum pg_class, or -1: all */
    char **words; /* FOR_WORDS: those that are no options */
    unsigned word_count;
    const struct report_format *format;
    unsigned jobs;
    const char *roster, *state, *student;
    bool fresh, unsafe;
    bool bisect;
    bool text; /* lesson: print it */
    bool ascii, help;
};

/* Why a value was not taken. TAKEN_SAID: its parser has said so. */
enum taken { TAKEN, TAKEN_BAD, TAKEN_UNBUILT, TAKEN_SAID };

struct option {
    const char *name;
    const char *arg;    /* NULL: it has no value. "[=...]": the value may be left out */
    const char *preset; /* the default, as text, or NULL */
    const char *doc;
    const char *allowed; /* what an error line says of the values */
    unsigned commands;
    enum taken (*take)(struct options *o, const char *value); /* NULL: its part is not built yet */
};

extern const struct option option_table[];
extern const unsigned option_count;

void options_init(struct options *o);
/* 0, or STATUS_USAGE after one line on standard error. `argv` begins behind the command's name. */
int options_parse(struct options *o, unsigned command, int argc, char **argv);
/* The list for --help. */
void options_help(unsigned command);

/* take.c: the parsers. A value that is no value of its option is BAD. */
enum taken take_mode(struct options *o, const char *v);
/* A technique by its name, or by its file. TAKEN_SAID: `error` says it. */
enum taken take_technique(const struct technique **t, const char *v, char *error, size_t room);
enum taken take_equiv(struct options *o, const char *v);
bool options_shadow(const struct options *o); /* --mmu shadow */
enum taken take_mmu(struct options *o, const char *v);
enum taken take_cpu(struct options *o, const char *v);
enum taken take_mem(struct options *o, const char *v);
enum taken take_tlb(struct options *o, const char *v);
enum taken take_cost(struct options *o, const char *v);
enum taken take_clock(struct options *o, const char *v);
enum taken take_limit(struct options *o, const char *v);
enum taken take_append(struct options *o, const char *v);
enum taken take_module(struct options *o, const char *v);
enum taken take_disk(struct options *o, const char *v);
enum taken take_script(struct options *o, const char *v);
enum taken take_serial(struct options *o, const char *v);
enum taken take_keys(struct options *o, const char *v);
enum taken take_save(struct options *o, const char *v);
enum taken take_load(struct options *o, const char *v);
enum taken take_swap_every(struct options *o, const char *v);
enum taken take_swap_through(struct options *o, const char *v);
enum taken take_bisect(struct options *o, const char *v);
enum taken take_stats(struct options *o, const char *v);
enum taken take_trace(struct options *o, const char *v);
enum taken take_missing(struct options *o, const char *v);
enum taken take_json(struct options *o, const char *v);
enum taken take_class(struct options *o, const char *v);
enum taken take_text(struct options *o, const char *v);
enum taken take_lang(struct options *o, const char *v);
enum taken take_ascii(struct options *o, const char *v);
enum taken take_format(struct options *o, const char *v);
enum taken take_jobs(struct options *o, const char *v);
enum taken take_roster(struct options *o, const char *v);
enum taken take_state(struct options *o, const char *v);
enum taken take_student(struct options *o, const char *v);
enum taken take_fresh(struct options *o, const char *v);
enum taken take_unsafe(struct options *o, const char *v);
enum taken take_help(struct options *o, const char *v);

#endif
