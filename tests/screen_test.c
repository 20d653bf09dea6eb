/* SPDX-License-Identifier: MIT */
/*
 * The debugger's screen, cell by cell: scripted runs of guests, on two sizes of terminal, in two languages, compared
 * with tests/screens/. Each file there holds the pages of one run, characters and looks. What they show is asserted as text
 * too, in tests/shell_*.sh; these are about where it stands and how it looks.
 *
 *      UPDATE_SCREENS=1 build/tests --filter 'screen/cells'      writes the files anew: read the difference before you commit it
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/terminal.h"

enum { WAIT_MS = 20000, QUIET_MS = 400, PAGES = 6, PATH_ROOM = 256 };

static const char *program(void)
{
    const char *p = getenv("RINGSIDE");

    return p ? p : "build/ringside";
}

static struct terminal *start(const char *const *words, int width, int height, const char *const *env, bool wide)
{
    const char *argv[16] = {program()};
    unsigned n = 1;
    struct terminal *t;

    for (; *words && n < 15; words++)
        argv[n++] = *words;
    t = terminal_open(&(struct terminal_config){
        .width = width, .height = height, .argv = argv, .env = env, .draws_ambiguous_wide = wide});
    cr_assert(t, "cannot start %s: %s", argv[0], strerror(errno));
    return t;
}

static const char *const plain_env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "LANGUAGE", "NO_COLOR", NULL};

/* ---- cell by cell ------------------------------------------------------------------------------------------------ */

static const struct script {
    const char *name, *guest, *mode, *mmu;
    bool virtualizable;
    const char *keys; /* one after the other; a command line ends with a carriage return */
} script[] = {
    {"cr3", "cr3", "trap", "shadow", true, ":until kernel_writes_cr3\rsss"},
    {"pagefault", "pagefault", "trap", "shadow", true, ":break trap 14\rcc"},
    {"syscall", "syscall", "native", NULL, false, ":break trap 0x80\rcss"},
    {"vtx", "cr3", "vtx", "shadow", false, ":until kernel_writes_cr3\rsss"},
    {"nested", "pagefault", "native", NULL, false,
     ":break trap 14\rctt:break exit io\rc"}, /* vtx takes over in the midst */
};

/* All cells of all pages of a run, after its keys. */
static void append(char **all, const char *title, char *text)
{
    size_t old = *all ? strlen(*all) : 0, room = old + strlen(title) + strlen(text) + 8;

    *all = realloc(*all, room);
    cr_assert(*all);
    (void)snprintf(*all + old, room - old, "== %s\n%s", title, text);
    free(text);
}

static char *pages_of(struct terminal *t, int quiet)
{
    char *all = NULL, key[2] = "1", title[32];

    for (; *key <= '0' + PAGES; ++*key) {
        terminal_send(t, key);
        terminal_settle(t, quiet);
        (void)snprintf(title, sizeof title, "page %s", key);
        append(&all, title, terminal_text(t, false));
        append(&all, "looks", terminal_text(t, true));
    }
    return all;
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t used = 0, n = 0;

    while (f && (text = realloc(text, used + 65536)) && (n = fread(text + used, 1, 65535, f)))
        used += n;
    if (text)
        text[used] = '\0';
    if (f)
        (void)fclose(f);
    return text;
}

static void write_all(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    cr_assert(f, "%s: %s", path, strerror(errno));
    fputs(text, f);
    (void)fclose(f);
}

/* The first line in which two screens differ. */
static void same(const char *path, const char *expected, const char *got)
{
    for (unsigned line = 1; *expected || *got; line++) {
        size_t e = strcspn(expected, "\n"), g = strcspn(got, "\n");

        cr_assert(e == g && strncmp(expected, got, e) == 0, "%s, line %u:\n  expected |%.*s|\n  got      |%.*s|", path,
                  line, (int)e, expected, (int)g, got);
        expected += e + (expected[e] == '\n');
        got += g + (got[g] == '\n');
    }
}

/* The guest stands: the status line does not say how to stop it. */
static void until_it_stands(struct terminal *t, int quiet)
{
    char row[1024];

    terminal_settle(t, quiet);
    for (int i = 0; i < 200 && strstr(terminal_row(t, 0, row, sizeof row), "Ctrl-C"); i++)
        terminal_settle(t, quiet);
}

/* A run of the script, all cells of all its pages. `quiet`: for how long a screen must not change to be taken for done. */
static char *record(const struct script *s, int width, int height, const char *lang, int quiet)
{
    char guest[64], *got;
    const char *words[] = {"debug",
                           guest,
                           "--lang",
                           lang,
                           "--mode",
                           s->mode,
                           "--cpu",
                           s->virtualizable ? "virtualizable" : "x86",
                           s->mmu ? "--mmu" : NULL,
                           s->mmu,
                           NULL};
    struct terminal *t;

    (void)snprintf(guest, sizeof guest, "build/guests/micro/%s.elf", s->guest);
    t = start(words, width, height, plain_env, false);
    cr_assert(terminal_shows(t, "CR3", WAIT_MS), "%s: no screen", s->guest);
    for (const char *k = s->keys; *k; k++) {
        terminal_send(t, (const char[]){*k, '\0'});
        if (*k == '\r' || *k == 'c' || *k == 's' || *k == 't')
            until_it_stands(t, quiet);
    }
    until_it_stands(t, 2 * quiet);
    got = pages_of(t, quiet);
    terminal_send(t, ":quit\r");
    cr_assert_eq(terminal_wait(t, WAIT_MS), 0, "%s: it does not quit", s->guest);
    terminal_close(t);
    return got;
}

/* A busy host may not have drawn all of it in time: then once more, with more patience. */
static void play(const struct script *s, int width, int height, const char *lang)
{
    static const int quiet[] = {60, 250, 1000};
    char path[PATH_ROOM], *got = NULL, *expected;

    (void)snprintf(path, sizeof path, "tests/screens/%s.%dx%d.%s.txt", s->name, width, height, lang);
    if (getenv("UPDATE_SCREENS")) {
        got = record(s, width, height, lang, QUIET_MS);
        write_all(path, got);
        free(got);
        return;
    }
    expected = read_all(path);
    cr_assert(expected, "%s: %s", path, strerror(errno));
    for (unsigned i = 0; i < sizeof quiet / sizeof quiet[0] && (!got || strcmp(expected, got) != 0); i++) {
        free(got);
        got = record(s, width, height, lang, quiet[i]);
    }
    same(path, expected, got);
    free(expected);
    free(got);
}

Test(screen, cells)
{
    static const struct {
        int width, height;
    } size[] = {{80, 24}, {160, 50}};
    static const char *const lang[] = {"en", "zh"};

    for (unsigned s = 0; s < sizeof script / sizeof script[0]; s++)
        for (unsigned z = 0; z < 2; z++)
            for (unsigned l = 0; l < 2; l++)
                play(&script[s], size[z].width, size[z].height, lang[l]);
}

/* ---- the terminal, left as it was found -------------------------------------------------------------------------- */

static const char *const cr3[] = {"debug", "build/guests/micro/cr3.elf", "--mode", "trap", "--cpu", "virtualizable",
                                  NULL};

static void same_modes(const struct termios *a, const struct termios *b, const char *what)
{
    cr_assert(a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
                  a->c_lflag == b->c_lflag,
              "%s: the terminal's modes were left changed", what);
}

/* How it ends, whatever ends it: main screen, cursor, line discipline, one line of text where it was no success. */
static void ends_well(struct terminal *t, const struct termios *before, const char *what, int status, const char *says)
{
    struct termios after;
    char *text;

    cr_assert_eq(terminal_wait(t, WAIT_MS), status, "%s: status", what);
    terminal_modes(t, &after);
    same_modes(before, &after, what);
    cr_assert(!terminal_alternate(t) && terminal_cursor_visible(t), "%s: screen or cursor left changed", what);
    text = terminal_text(t, false);
    cr_assert(!says || strstr(text, says), "%s: says not '%s' but\n%s", what, says, text);
    free(text);
    terminal_close(t);
}

Test(screen, gives_the_terminal_back)
{
    static const struct {
        const char *what, *keys;
        int signal, status;
        const char *says;
    } way[] = {{"quit", ":q\r", 0, 0, NULL},
               {"SIGTERM", "", SIGTERM, 1, "ended by signal 15"},
               {"SIGHUP", "", SIGHUP, 1, "ended by signal 1"},
               {"SIGQUIT", "", SIGQUIT, 1, "ended by signal 3"},
               {"SIGSEGV", "", SIGSEGV, 128 + SIGSEGV, NULL},
               {"a run", ":c\r:q\r", 0, 0, NULL}};

    for (unsigned i = 0; i < sizeof way / sizeof way[0]; i++) {
        struct terminal *t = start(cr3, 80, 24, plain_env, false);
        struct termios before;

        terminal_modes(t, &before);
        cr_assert(terminal_shows(t, "CR3", WAIT_MS), "%s: no screen", way[i].what);
        cr_assert(terminal_alternate(t));
        terminal_send(t, way[i].keys);
        if (way[i].signal)
            (void)kill(terminal_pid(t), way[i].signal);
        ends_well(t, &before, way[i].what, way[i].status, way[i].says);
    }
}

Test(screen, refuses_what_it_cannot_use)
{
    static const char *const dumb[] = {"TERM=dumb", "LC_ALL=C.UTF-8", NULL};
    static const char *const unknown[] = {"TERM=no-such-terminal", "LC_ALL=C.UTF-8", NULL};
    static const char *const none[] = {"TERM", "LC_ALL=C.UTF-8", NULL};
    static const struct {
        const char *what;
        int width, height;
        const char *const *env;
        const char *says;
    } way[] = {{"TERM=dumb", 80, 24, dumb, "TERM=dumb"},
               {"an unknown TERM", 80, 24, unknown, "TERM=no-such-terminal"},
               {"no TERM", 80, 24, none, "TERM="},
               {"20x5", 20, 5, plain_env, "20x5"}};

    for (unsigned i = 0; i < sizeof way / sizeof way[0]; i++) {
        struct terminal *t = start(cr3, way[i].width, way[i].height, way[i].env, false);
        struct termios before;

        terminal_modes(t, &before);
        ends_well(t, &before, way[i].what, 2, way[i].says);
    }
}

/* Where there is no second screen, what is said last stands on a line of its own. */
Test(screen, ends_on_a_clean_line)
{
    static const char *const vt100[] = {"TERM=vt100", "LC_ALL=C.UTF-8", "LANGUAGE", NULL};
    struct terminal *t = start(cr3, 80, 24, vt100, false);
    char *text, *said;

    cr_assert(terminal_shows(t, "? help", WAIT_MS), "no screen");
    (void)kill(terminal_pid(t), SIGQUIT);
    cr_assert_eq(terminal_wait(t, WAIT_MS), 1);
    text = terminal_text(t, false);
    said = strstr(text, "ended by signal 3");
    cr_assert(said, "%s", text);
    said[strcspn(said, "\n")] = '\0';
    cr_assert(said[strlen(said) - 1] == ')', "behind it: %s", said);
    free(text);
    terminal_close(t);
}

/* The guest's crash is the guest's: the screen stays. */
Test(screen, survives_the_guest)
{
    static const char *const triple[] = {"debug", "build/guests/micro/triple.elf", NULL};
    struct terminal *t = start(triple, 80, 24, plain_env, false);
    struct termios before;

    terminal_modes(t, &before);
    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_send(t, "c");
    cr_assert(terminal_shows(t, "triple-fault", WAIT_MS), "the end is not shown");
    terminal_send(t, "s");
    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_send(t, ":q\r");
    ends_well(t, &before, "triple fault", 0, NULL);
}

/* ---- sizes and characters ---------------------------------------------------------------------------------------- */

Test(screen, follows_the_size)
{
    static const int size[][2] = {{160, 50}, {80, 24}, {30, 5}, {120, 40}, {61, 17}, {80, 24}};
    struct terminal *t = start(cr3, 80, 24, plain_env, false);
    char *before, *after;

    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_settle(t, QUIET_MS);
    before = terminal_text(t, false);
    for (unsigned i = 0; i < sizeof size / sizeof size[0]; i++) {
        terminal_resize(t, size[i][0], size[i][1]);
        cr_assert(terminal_shows(t, size[i][0] < 60 ? "too small" : "CR3", WAIT_MS), "at %dx%d", size[i][0],
                  size[i][1]);
        terminal_settle(t, QUIET_MS);
    }
    after = terminal_text(t, false);
    same("back to 80x24", before, after);
    free(before);
    free(after);
    terminal_close(t);
}

/* Options alone are no command: the menu, which scrolls where it is low and says so. */
Test(screen, menu_in_any_size)
{
    static const char *const english[] = {"--lang", "en", NULL}, *const chinese[] = {"--lang", "zh", NULL};
    struct terminal *t = start(english, 80, 60, plain_env, false);
    char *text;

    cr_assert(terminal_shows(t, "labs: `ringside lab`", WAIT_MS), "no menu");
    cr_assert(!terminal_shows(t, "1 to ", 100), "all of it is shown, and yet a part is spoken of");
    terminal_resize(t, 60, 16);
    cr_assert(terminal_shows(t, "1 to 8 of ", WAIT_MS), "it does not say that there is more");
    cr_assert(terminal_shows(t, "> demo", WAIT_MS));
    terminal_send(t, "\033OF"); /* End */
    terminal_settle(t, QUIET_MS);
    text = terminal_text(t, false);
    cr_assert(strstr(text, " > ") && !strstr(text, "> demo") && !strstr(text, "1 to 8 of"), "End:\n%s", text);
    free(text);
    terminal_resize(t, 30, 8);
    cr_assert(terminal_shows(t, "too small", WAIT_MS));
    terminal_resize(t, 80, 24);
    cr_assert(terminal_shows(t, "labs: `ringside lab`", WAIT_MS));
    terminal_send(t, "q");
    cr_assert_eq(terminal_wait(t, WAIT_MS), 0);
    terminal_close(t);

    t = start(chinese, 80, 24, plain_env, false);
    cr_assert(terminal_shows(t, "ringside lab", WAIT_MS), "no menu in Chinese");
    terminal_send(t, "q");
    cr_assert_eq(terminal_wait(t, WAIT_MS), 0);
    terminal_close(t);
}

static bool ascii_only(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

Test(screen, draws_what_the_terminal_can)
{
    static const char *const ascii[] = {"debug", "build/guests/micro/cr3.elf", "--ascii", NULL};
    static const char *const no_colour[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", NULL};
    struct terminal *t = start(ascii, 80, 24, plain_env, false);
    char *text;

    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_settle(t, QUIET_MS);
    text = terminal_text(t, false);
    cr_assert(ascii_only(text), "--ascii draws other characters:\n%s", text);
    free(text);
    terminal_close(t);

    t = start(cr3, 80, 24, plain_env, true); /* ambiguous characters would be two columns wide there */
    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_settle(t, QUIET_MS);
    text = terminal_text(t, false);
    cr_assert(ascii_only(text), "characters of ambiguous width:\n%s", text);
    free(text);
    terminal_close(t);

    t = start(cr3, 80, 24, no_colour, false);
    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    terminal_settle(t, QUIET_MS);
    text = terminal_text(t, true);
    cr_assert(!strpbrk(text, "1234567"), "NO_COLOR, and yet colours:\n%s", text);
    free(text);
    terminal_close(t);
}

/* Whatever is typed, it lives, and can be left. */
Test(screen, survives_random_keys)
{
    static const char *const special[] = {
        "\033[A", "\033[B", "\033[C", "\033[D", "\033[5~", "\033[6~", "\033[H", "\033[F",   "\t",  "\033[Z", "\r",
        "\033",   "\024",   "\014",   "\003",   "\177",    "s",       "n",      ".",        ",",   "1",      "2",
        "3",      "4",      "5",      "/",      ":",       "?",       "p",      "\xe4\xb8", "\xad"};
    unsigned seed = 1;
    struct terminal *t = start(cr3, 80, 24, plain_env, false);
    struct termios before;

    terminal_modes(t, &before);
    cr_assert(terminal_shows(t, "CR3", WAIT_MS));
    for (unsigned i = 0; i < 1500; i++) {
        char any[2] = {0};

        seed = seed * 1103515245u + 12345u;
        any[0] = (char)(' ' + (seed >> 16) % 95);
        if (any[0] == 'q') /* `q` and Enter is how one leaves */
            continue;
        terminal_send(t, (seed >> 8) % 3 ? special[(seed >> 16) % (sizeof special / sizeof special[0])] : any);
        if (i % 50 == 0)
            terminal_settle(t, 5);
    }
    terminal_settle(t, QUIET_MS);
    cr_assert_eq(terminal_wait(t, 0), -1, "it has ended");
    terminal_send(t, "\024"); /* if keys go to the guest, they do no longer; if not, they do */
    terminal_settle(t, 50);
    if (terminal_shows(t, "TYPING", 200))
        terminal_send(t, "\024");
    terminal_send(t, "\003\033\025");
    terminal_settle(t, 100);
    terminal_send(t, ":quit\r");
    ends_well(t, &before, "random keys", 0, NULL);
}
