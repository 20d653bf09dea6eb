/* SPDX-License-Identifier: MIT */
#include "ui/tui/term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/i18n.h"
#include "ui/report.h"
#include "ui/tui/grid.h"

/* Last: they define `lines`, `columns` and other words as macros. */
#include <curses.h>
#include <term.h>

enum { ESCAPE_DELAY = 25, ANSWER_MS = 150, ANSWER_ROOM = 64, EMPTY_MAX = 1000 };

static struct {
    bool open, colour, ambiguous;
    SCREEN *screen;
    char early[ANSWER_ROOM]; /* typed before the terminal had answered */
    size_t early_size, early_at;
    unsigned empty; /* times in a row that there was something to read, and it was nothing */
} term;

static volatile sig_atomic_t ended_by, resized;

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static void on_end(int signal)
{
    ended_by = signal;
}

static void on_size(int signal)
{
    (void)signal;
    resized = 1;
}

static void catch (int signal, void (*handler)(int))
{
    struct sigaction a = {.sa_handler = handler};

    (void)sigemptyset(&a.sa_mask);
    (void)sigaction(signal, &a, NULL);
}

/*
 * The program itself has failed: the terminal must be usable when that is said. Nothing of ncurses may be called here;
 * what it takes is known beforehand.
 */
static struct termios found;

static void on_crash(int signal)
{
    static const char leave[] = "\033[?1049l\033[?25h\033[0m\r\n";
    ssize_t written = write(STDOUT_FILENO, leave, sizeof leave - 1);

    (void)written;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &found);
    (void)raise(signal); /* with the default action: see SA_RESETHAND */
}

static void catch_all(void)
{
    static const int end[] = {SIGTERM, SIGHUP, SIGQUIT}, crash[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction a = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};

    for (size_t i = 0; i < sizeof end / sizeof end[0]; i++)
        catch (end[i], on_end);
    catch (SIGWINCH, on_size);
    (void)sigemptyset(&a.sa_mask);
    for (size_t i = 0; i < sizeof crash / sizeof crash[0]; i++)
        (void)sigaction(crash[i], &a, NULL);
}

int term_signal(void)
{
    return ended_by;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* Reads up to the final byte of an answer; what was typed meanwhile is kept for term_key(). False: no answer. */
static bool answer(char text[ANSWER_ROOM])
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    size_t used = 0;
    char c;

    while (poll(&in, 1, ANSWER_MS) == 1 && read(STDIN_FILENO, &c, 1) == 1) {
        if (c == '\033')
            used = 0;
        else if (used == 0 && c != '[') {
            if (term.early_size < sizeof term.early)
                term.early[term.early_size++] = c;
            continue;
        }
        if (used < ANSWER_ROOM - 1)
            text[used++] = c;
        text[used] = '\0';
        if (c == 'R')
            return true;
    }
    return false;
}

/*
 * Writes a character whose width is ambiguous and asks where the cursor is (ECMA-48: DSR, CPR). A terminal that does not
 * answer is taken for a narrow one.
 */
static bool draws_wide(void)
{
    static const char ask[] = "\r\xe2\x94\x80\033[6n", wipe[] = "\r\033[K";
    struct termios raw = found;
    char text[ANSWER_ROOM] = "";
    bool wide;

    if (!i18n_unicode())
        return false;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    wide = write(STDOUT_FILENO, ask, sizeof ask - 1) > 0 && answer(text) && strstr(text, ";3R");
    if (write(STDOUT_FILENO, wipe, sizeof wipe - 1) < 0)
        wide = false;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &found);
    return wide;
}

static int colours(void)
{
    const char *no_color = getenv("NO_COLOR");

    if ((no_color && *no_color) || !has_colors() || start_color() == ERR)
        return 0;
    (void)use_default_colors();
    for (short i = 1; i < 8; i++)
        (void)init_pair(i, i, -1);
    return 1;
}

static int is_usable(void)
{
    const char *name = getenv("TERM");
    struct winsize size = {0};
    int wrong;
    bool able;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return report(STATUS_USAGE, _("the screen needs a terminal on standard input and output; `ringside shell` does "
                                      "without"));
    if (!name || !*name || setupterm(name, STDOUT_FILENO, &wrong) == ERR)
        return report(STATUS_USAGE,
                      _("TERM=%s: this kind of terminal is not known here; `ringside shell` does without"),
                      name ? name : "");
    able = cursor_address && clear_screen;
    (void)del_curterm(cur_term); /* newterm() reads it again */
    if (!able)
        return report(STATUS_USAGE, _("TERM=%s: this terminal cannot place its cursor; `ringside shell` does without"),
                      name);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col &&
        (size.ws_col < TERM_MIN_WIDTH || size.ws_row < TERM_MIN_HEIGHT))
        return report(STATUS_USAGE, _("the terminal has %dx%d cells; the screen needs %dx%d at least"), size.ws_col,
                      size.ws_row, TERM_MIN_WIDTH, TERM_MIN_HEIGHT);
    return 0;
}

int term_open(void)
{
    int status = is_usable();

    if (status)
        return status;
    (void)tcgetattr(STDIN_FILENO, &found);
    term.ambiguous = draws_wide();
    term.screen = newterm(NULL, stdout, stdin);
    if (!term.screen)
        return report(STATUS_USAGE, _("TERM=%s: the terminal could not be set up"), getenv("TERM"));
    term.open = true;
    catch_all();
    (void)raw();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, TRUE);
    (void)set_escdelay(ESCAPE_DELAY);
    term.colour = colours();
    return 0;
}

void term_close(void)
{
    if (!term.open)
        return;
    (void)endwin();
    if (clr_eol) /* without an alternate screen the cursor is left on the bottom line, whose text is still there */
        (void)putp(clr_eol);
    delscreen(term.screen);
    term.open = false;
}

void term_suspend(void)
{
    (void)endwin();
    catch (SIGTSTP, SIG_DFL);
    (void)kill(0, SIGTSTP);
    (void)clearok(curscr, TRUE);
    resized = 1;
}

bool term_ambiguous(void)
{
    return term.ambiguous;
}

void term_size(int *width, int *height)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row &&
        (size.ws_col != COLS || size.ws_row != LINES))
        (void)resizeterm(size.ws_row, size.ws_col);
    *width = COLS < GRID_MAX ? COLS : GRID_MAX;
    *height = LINES < GRID_MAX ? LINES : GRID_MAX;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static attr_t attributes(const struct cell *c)
{
    static const struct {
        attr_t plain;
        short colour;
    } look[LOOKS] = {[LOOK_LABEL] = {A_BOLD, 0},
                     [LOOK_FAINT] = {A_DIM, 0},
                     [LOOK_CHANGED] = {A_BOLD, COLOR_YELLOW},
                     [LOOK_HERE] = {A_BOLD, COLOR_GREEN},
                     [LOOK_USER] = {A_NORMAL, COLOR_CYAN},
                     [LOOK_KERNEL] = {A_NORMAL, COLOR_BLUE},
                     [LOOK_MONITOR] = {A_NORMAL, COLOR_MAGENTA},
                     [LOOK_HARDWARE] = {A_NORMAL, COLOR_CYAN},
                     [LOOK_STALE] = {A_UNDERLINE, COLOR_YELLOW},
                     [LOOK_BAD] = {A_BOLD, COLOR_RED},
                     [LOOK_GOOD] = {A_NORMAL, COLOR_GREEN}};
    attr_t a = look[c->look].plain | (c->reverse ? A_REVERSE : 0);

    return term.colour ? a | (attr_t)COLOR_PAIR(look[c->look].colour) : a;
}

void term_show(const struct grid *g, int x, int y)
{
    (void)erase();
    for (int row = 0; row < g->height; row++)
        for (int column = 0; column < g->width; column++) {
            const struct cell *c = grid_at(g, column, row);

            if (!c->text[0] || (c->text[0] == ' ' && !c->text[1] && !c->reverse))
                continue;
            (void)attrset(attributes(c));
            (void)mvaddstr(row, column, c->text);
        }
    (void)attrset(A_NORMAL);
    (void)curs_set(x >= 0);
    if (x >= 0)
        (void)move(y, x);
    (void)refresh();
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static int special(wint_t code)
{
    static const struct {
        int curses, key;
    } table[] = {{KEY_ENTER, KEY_ENTER_},    {KEY_BTAB, KEY_BACKTAB_}, {KEY_BACKSPACE, KEY_BACKSPACE_},
                 {KEY_DC, KEY_DELETE_},      {KEY_IC, KEY_INSERT_},    {KEY_UP, KEY_UP_},
                 {KEY_DOWN, KEY_DOWN_},      {KEY_LEFT, KEY_LEFT_},    {KEY_RIGHT, KEY_RIGHT_},
                 {KEY_HOME, KEY_HOME_},      {KEY_END, KEY_END_},      {KEY_PPAGE, KEY_PAGE_UP_},
                 {KEY_NPAGE, KEY_PAGE_DOWN_}};

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if ((int)code == table[i].curses)
            return table[i].key;
    for (int f = 1; f <= 12; f++)
        if ((int)code == KEY_F(f))
            return KEY_F_ + f;
    return code == KEY_RESIZE ? KEY_SIZE : KEY_NOTHING;
}

static int character(wint_t c)
{
    switch (c) {
    case '\r':
    case '\n': return KEY_ENTER_;
    case '\t': return KEY_TAB_;
    case '\033': return KEY_ESCAPE_;
    case '\b':
    case 0x7f: return KEY_BACKSPACE_;
    default: return (int)c;
    }
}

/* Is there something to read within `ms` milliseconds? KEY_GONE: never again. */
static int ready(int ms)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    int n = poll(&in, 1, ms);

    if (n == 1 && in.revents & (POLLHUP | POLLERR | POLLNVAL))
        return KEY_GONE;
    return n == 1 ? 0 : KEY_NOTHING;
}

/* What ncurses has; it may want more of an escape sequence than there is. */
static int read_key(void)
{
    wint_t c;
    int got;

    (void)timeout(0);
    got = get_wch(&c);
    if (got == ERR)
        return ++term.empty < EMPTY_MAX ? KEY_NOTHING : KEY_GONE;
    term.empty = 0;
    return got == KEY_CODE_YES ? special(c) : character(c);
}

int term_key(int ms)
{
    int state;

    if (term.early_at < term.early_size)
        return character((wint_t)(unsigned char)term.early[term.early_at++]);
    state = resized ? 0 : ready(ms);
    if (resized) {
        resized = 0;
        return KEY_SIZE;
    }
    return state == 0 ? read_key() : state;
}
