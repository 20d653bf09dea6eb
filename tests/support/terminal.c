/* SPDX-License-Identifier: MIT */
#include "tests/support/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

struct terminal {
    int master;
    pid_t pid;
    int width, height;
    VTerm *vt;
    VTermScreen *screen;
    bool wide, alternate, cursor, gone;
    int status; /* of the program, once it has ended; else -1 */
};

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- starting ---------------------------------------------------------------------------------------------------- */

static void child(const struct terminal_config *k, const char *tty)
{
    int fd;

    (void)setsid();
    fd = open(tty, O_RDWR); /* becomes the controlling terminal */
    if (fd < 0)
        _exit(126);
    (void)dup2(fd, 0);
    (void)dup2(fd, 1);
    (void)dup2(fd, 2);
    if (fd > 2)
        (void)close(fd);
    for (unsigned i = 0; k->env && k->env[i]; i++) {
        char name[64];
        const char *eq = strchr(k->env[i], '=');

        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(k->env[i], "="), k->env[i]);
        if (eq)
            (void)setenv(name, eq + 1, 1);
        else
            (void)unsetenv(name);
    }
    (void)execv(k->argv[0], (char *const *)(uintptr_t)k->argv);
    _exit(127);
}

static int on_property(VTermProp prop, VTermValue *v, void *user)
{
    struct terminal *t = user;

    if (prop == VTERM_PROP_ALTSCREEN)
        t->alternate = v->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        t->cursor = v->boolean;
    return 1;
}

static void on_output(const char *bytes, size_t n, void *user)
{
    struct terminal *t = user;
    static const char wide_answer[] = "\033[1;3R";

    if (t->wide && n > 2 && bytes[n - 1] == 'R') {
        bytes = wide_answer;
        n = sizeof wide_answer - 1;
    }
    if (write(t->master, bytes, n) < 0)
        t->gone = true;
}

static void make_screen(struct terminal *t)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

    t->vt = vterm_new(t->height, t->width);
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, on_output, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    t->cursor = true;
}

static void set_size(struct terminal *t)
{
    const struct winsize size = {.ws_row = (unsigned short)t->height, .ws_col = (unsigned short)t->width};

    (void)ioctl(t->master, TIOCSWINSZ, &size);
}

struct terminal *terminal_open(const struct terminal_config *k)
{
    struct terminal *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    *t = (struct terminal){.width = k->width, .height = k->height, .wide = k->draws_ambiguous_wide, .status = -1};
    t->master = posix_openpt(O_RDWR | O_NOCTTY);
    if (t->master < 0 || grantpt(t->master) || unlockpt(t->master)) {
        free(t);
        return NULL;
    }
    (void)fcntl(t->master, F_SETFD, FD_CLOEXEC);
    make_screen(t);
    set_size(t);
    t->pid = fork();
    if (t->pid == 0)
        child(k, ptsname(t->master));
    return t;
}

/* ---- input and output -------------------------------------------------------------------------------------------- */

/* What the program has written within `ms`. False: nothing. */
static bool take(struct terminal *t, int ms)
{
    struct pollfd in = {.fd = t->master, .events = POLLIN};
    char bytes[16384];
    ssize_t n;

    if (t->gone || poll(&in, 1, ms) != 1)
        return false;
    n = read(t->master, bytes, sizeof bytes);
    if (n <= 0) {
        t->gone = n == 0 || errno == EIO;
        return false;
    }
    (void)vterm_input_write(t->vt, bytes, (size_t)n);
    return true;
}

void terminal_settle(struct terminal *t, int ms)
{
    while (take(t, ms))
        ;
}

void terminal_send(struct terminal *t, const char *bytes)
{
    size_t n = strlen(bytes);

    while (n && !t->gone) {
        ssize_t part = write(t->master, bytes, n);

        if (part < 0)
            return;
        bytes += part;
        n -= (size_t)part;
        (void)take(t, 0);
    }
}

void terminal_resize(struct terminal *t, int width, int height)
{
    t->width = width;
    t->height = height;
    vterm_set_size(t->vt, height, width);
    set_size(t);
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static void cell_at(struct terminal *t, int x, int y, VTermScreenCell *c)
{
    if (!vterm_screen_get_cell(t->screen, (VTermPos){.row = y, .col = x}, c))
        memset(c, 0, sizeof *c);
}

static size_t put_utf8(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | c >> 12);
    to[1] = (char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

const char *terminal_row(struct terminal *t, int y, char *text, size_t room)
{
    size_t n = 0;

    for (int x = 0; x < t->width && n + 32 < room;) {
        VTermScreenCell c;

        cell_at(t, x, y, &c);
        if (c.chars[0] == 0)
            text[n++] = ' ';
        for (unsigned i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i] && c.chars[i] != UINT32_MAX; i++)
            n += put_utf8(c.chars[i], text + n);
        x += c.width > 1 ? c.width : 1;
    }
    while (n && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

static char look_of(const VTermScreenCell *c)
{
    if (c->attrs.reverse)
        return 'R';
    if (VTERM_COLOR_IS_INDEXED(&c->fg) && !VTERM_COLOR_IS_DEFAULT_FG(&c->fg))
        return (char)('0' + c->fg.indexed.idx % 10);
    return c->attrs.underline ? 'u' : c->attrs.bold ? 'b' : '.';
}

const char *terminal_looks(struct terminal *t, int y, char *text, size_t room)
{
    size_t n = 0;

    for (int x = 0; x < t->width && n + 1 < room; x++) {
        VTermScreenCell c;

        cell_at(t, x, y, &c);
        /* The second cell of a wide character keeps whatever look it had: it is the first one's. */
        text[n] = n && c.chars[0] == (uint32_t)-1 ? text[n - 1] : look_of(&c);
        n++;
    }
    while (n && text[n - 1] == '.')
        n--;
    text[n] = '\0';
    return text;
}

char *terminal_text(struct terminal *t, bool looks)
{
    size_t room = (size_t)t->height * ((size_t)t->width * 8 + 2) + 1, used = 0;
    char *text = malloc(room);

    if (!text)
        return NULL;
    for (int y = 0; y < t->height; y++) {
        (void)(looks ? terminal_looks : terminal_row)(t, y, text + used, (size_t)t->width * 8);
        used += strlen(text + used);
        text[used++] = '\n';
    }
    text[used] = '\0';
    return text;
}

bool terminal_shows(struct terminal *t, const char *text, int ms)
{
    int64_t end = now_ms() + ms;

    for (;;) {
        char *all = terminal_text(t, false);
        bool found = all && strstr(all, text);

        free(all);
        if (found)
            return true;
        if (now_ms() >= end || t->gone)
            return false;
        (void)take(t, 20);
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

bool terminal_alternate(const struct terminal *t)
{
    return t->alternate;
}

bool terminal_cursor_visible(const struct terminal *t)
{
    return t->cursor;
}

pid_t terminal_pid(const struct terminal *t)
{
    return t->pid;
}

void terminal_modes(struct terminal *t, struct termios *modes)
{
    (void)tcgetattr(t->master, modes);
}

int terminal_wait(struct terminal *t, int ms)
{
    int64_t end = now_ms() + ms;
    int status;

    while (t->status < 0 && now_ms() < end) {
        (void)take(t, 10);
        if (waitpid(t->pid, &status, WNOHANG) == t->pid)
            t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    while (take(t, 20))
        ;
    return t->status;
}

void terminal_close(struct terminal *t)
{
    if (t->status < 0) {
        (void)kill(t->pid, SIGKILL);
        (void)waitpid(t->pid, NULL, 0);
    }
    (void)close(t->master);
    vterm_free(t->vt);
    free(t);
}
