/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build/version.h"
#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/place.h"
#include "ui/report.h"
#include "ui/text.h"
#include "ui/tui/menu.h"

static const struct command command[] = {
    {"demo", "", N_("watch a guest's mov to CR3 trap, be emulated, and resume"), FOR_DEMO, command_demo},
    {"run", "GUEST", N_("run a guest"), FOR_RUN, command_run},
    {"isa", "[MNEMONIC]", N_("the instruction table"), FOR_ISA, command_isa},
    {"debug", "GUEST", N_("the full-screen debugger"), FOR_DEBUG, command_debug},
    {"shell", "GUEST", N_("a shell with gdb's command names"), FOR_SHELL, command_shell},
    {"compare", "GUEST", N_("all techniques side by side"), 0, NULL},
    {"equiv", "[A B] GUEST", N_("two techniques in lockstep: the first difference"), FOR_EQUIV, command_equiv},
    {"holes", "[MNEMONIC]", N_("the instructions that break trap-and-emulate, each run, each shown"), FOR_HOLES,
     command_holes},
    {"lesson", "[N | check [N]]", N_("lessons, played on the machine"), FOR_LESSON, command_lesson},
    {"lab", "list|start|test|submit", N_("labs: what there is, a folder to work in, your score, handing in"), FOR_LAB,
     command_lab},
    {"grade", "LAB SUBMISSION...", N_("grade a lab"), FOR_GRADE, command_grade},
    {"slides", "[N]", N_("slides"), FOR_SLIDES, command_slides},
};

enum { COMMANDS = sizeof command / sizeof command[0], DOC_COLUMN = 20 };

static const struct command *find(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(command[i].name, name) == 0)
            return &command[i];
    return NULL;
}

static void list_commands(void)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        char head[40];

        (void)snprintf(head, sizeof head, "  %s %s", command[i].name, command[i].args);
        if (text_put(stdout, head, DOC_COLUMN) >= DOC_COLUMN)
            printf("\n%*s", DOC_COLUMN, "");
        printf("%s%s\n", _(command[i].doc), command[i].run ? "" : _("; not built yet"));
    }
}

int command_help(const char *name)
{
    const struct command *c = find(name);

    printf("ringside %s%s%s [--...]\n%s\n\n", c->name, *c->args ? " " : "", c->args, _(c->doc));
    options_help(c->options);
    return STATUS_OK;
}

static int help(void)
{
    printf("%s\n\nringside COMMAND [...]\n\n",
           _("Ringside: a ringside seat inside a hypervisor. Without a command it shows a menu in a "
             "terminal, and else plays the demo."));
    list_commands();
    printf("\n  --version, --help; %s\n\n%s\n\n", _("ringside COMMAND --help lists the options of a command"),
           _("Options of run:"));
    options_help(FOR_RUN);
    printf("\n%s\n",
           _("Exit status: 0 the guest finished well; 1 it failed (panic, triple fault, hang, limit); 2 usage "
             "or bad input."));
    return STATUS_OK;
}

/* --lang holds for all that is said, errors about earlier words included; so it is looked for first. */
static void set_language(int argc, char **argv)
{
    const char *lang = NULL;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            lang = argv[++i];
        else if (strncmp(argv[i], "--lang=", 7) == 0)
            lang = argv[i] + 7;
    }
    if (!i18n_init(lang))
        (void)i18n_init(NULL); /* the option's parser will complain */
}

static int run_command(int argc, char **argv)
{
    const struct command *c = find(argv[0]);

    if (!c)
        return report(STATUS_USAGE, _("%s: no such command (ringside --help lists them)"), argv[0]);
    if (!c->run)
        return report(STATUS_USAGE, _("%s: not built yet"), c->name);
    return c->run(argc - 1, argv + 1);
}

/* Options that all commands take may stand before the command's name: the name moves to the front. */
static void name_first(int argc, char **argv)
{
    char *name;
    int i = 1;

    while (i < argc && (strcmp(argv[i], "--ascii") == 0 || strncmp(argv[i], "--lang", 6) == 0))
        i += strcmp(argv[i], "--lang") == 0 ? 2 : 1;
    if (i >= argc)
        return;
    name = argv[i];
    memmove(&argv[2], &argv[1], (size_t)(i - 1) * sizeof *argv);
    argv[1] = name;
}

/* No command: the menu where there is a terminal, the demo where there is none. */
static int no_command(int argc, char **argv)
{
    struct options o;
    int status;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return command_demo(argc, argv);
    status = options_parse(&o, FOR_DEMO, argc, argv);
    return status ? status : menu(o.ascii);
}

static int dispatch(int argc, char **argv)
{
    name_first(argc, argv);
    if (argc < 2)
        return no_command(0, argv + argc);
    if (strcmp(argv[1], "--version") == 0) {
        printf("ringside %s\n", RINGSIDE_VERSION);
        return STATUS_OK;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help();
    if (argv[1][0] != '-')
        return run_command(argc - 1, argv + 1);
    return no_command(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    int status;

    (void)signal(SIGPIPE, SIG_IGN); /* a reader that left is a write error */
    place_init(argv[0]);
    set_language(argc, argv);
    status = dispatch(argc, argv);
    if (fflush(stdout) || ferror(stdout))
        return status ? status : STATUS_FAILED;
    return status;
}
