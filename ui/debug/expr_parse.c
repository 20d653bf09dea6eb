/* SPDX-License-Identifier: MIT */
/* From an expression's text to its tree: recursive descent, with bounds on its size and its nesting. */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/symbols.h"
#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "ui/debug/expr_tree.h"
#include "ui/debug/regname.h"
#include "ui/i18n.h"

enum { NAME_MAX_ = 128, NEAR = 24 };

struct parser {
    const struct debugger *d;
    const char *at;
    struct node node[NODES_MAX];
    unsigned nodes, nesting;
    bool failed;
    char *error;
    size_t room;
};

/* The first thing that is wrong is what is told. */
__attribute__((format(printf, 2, 3))) static unsigned fail(struct parser *p, const char *fmt, ...)
{
    va_list args;

    if (p->failed)
        return 0;
    p->failed = true;
    va_start(args, fmt);
    (void)vsnprintf(p->error, p->room, fmt, args);
    va_end(args);
    return 0;
}

/* What is left of the text, cut short between two characters. */
static const char *rest_of(const struct parser *p, char text[NEAR + 1])
{
    size_t n = strlen(p->at);

    if (n > NEAR)
        n = NEAR;
    while (n && n == NEAR && ((unsigned char)p->at[n] & 0xc0) == 0x80)
        n--;
    memcpy(text, p->at, n);
    text[n] = '\0';
    return text;
}

static unsigned expected_value(struct parser *p)
{
    char text[NEAR + 1];

    if (*p->at)
        return fail(p, _("bad expression: a value is missing at '%s'"), rest_of(p, text));
    return fail(p, "%s", _("bad expression: a value is missing at its end"));
}

static void blanks(struct parser *p)
{
    p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, const char *text)
{
    blanks(p);
    if (strncmp(p->at, text, strlen(text)) != 0)
        return false;
    p->at += strlen(text);
    return true;
}

static void expect(struct parser *p, const char *text)
{
    char rest[NEAR + 1];

    if (take(p, text))
        return;
    if (*p->at)
        (void)fail(p, _("bad expression: '%s' is missing at '%s'"), text, rest_of(p, rest));
    else
        (void)fail(p, _("bad expression: '%s' is missing at its end"), text);
}

static unsigned add(struct parser *p, struct node n)
{
    if (p->nodes == NODES_MAX)
        return fail(p, "%s", _("bad expression: it is too long"));
    p->node[p->nodes] = n;
    return p->nodes++;
}

static unsigned number(struct parser *p, int64_t v)
{
    return add(p, (struct node){.kind = NODE_NUMBER, .number = v});
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static unsigned digit_of(char c)
{
    return isdigit((unsigned char)c)    ? (unsigned)(c - '0')
           : isxdigit((unsigned char)c) ? (unsigned)(tolower((unsigned char)c) - 'a' + 10)
                                        : 99;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static unsigned parse_number(struct parser *p)
{
    static const struct {
        const char *prefix;
        unsigned base;
    } prefix[] = {{"0x", 16}, {"0X", 16}, {"0b", 2}, {"0B", 2}, {"0", 8}, {"", 10}};
    const char *start = p->at;
    unsigned i = 0;
    int64_t v = 0;

    while (strncmp(p->at, prefix[i].prefix, strlen(prefix[i].prefix)) != 0)
        i++;
    p->at += strlen(prefix[i].prefix);
    if (prefix[i].base != 8 && digit_of(*p->at) >= prefix[i].base)
        return fail(p, _("bad expression: '%.*s' is no number"), (int)(p->at - start) + 1, start);
    for (; digit_of(*p->at) < prefix[i].base; p->at++)
        if (__builtin_mul_overflow(v, (int64_t)prefix[i].base, &v) ||
            __builtin_add_overflow(v, (int64_t)digit_of(*p->at), &v))
            return fail(p, "%s", _("overflow: a number does not fit into 63 bits"));
    if (in_name(*p->at))
        return fail(p, _("bad expression: '%.*s' is no number"), (int)(p->at - start) + 1, start);
    return number(p, v);
}

static unsigned parse_character(struct parser *p)
{
    static const char escape[] = "nrt0\\'", meaning[] = "\n\r\t\0\\'";
    const char *e;
    char c = *++p->at;

    if (c == '\\' && p->at[1] && (e = strchr(escape, p->at[1]))) {
        c = meaning[e - escape];
        p->at++;
    }
    if (!*p->at || p->at[1] != '\'')
        return fail(p, "%s", _("bad expression: a character is written 'a'"));
    p->at += 2;
    return add(p, (struct node){.kind = NODE_CHARACTER, .number = (unsigned char)c});
}

static unsigned parse_register(struct parser *p)
{
    const char *name = ++p->at;
    bool hardware = strncmp(name, "hw.", 3) == 0;
    const struct reg_name *r;
    struct count_name count;
    size_t n;

    if (hardware)
        name += 3;
    for (n = 0; in_name(name[n]); n++)
        ;
    p->at = name + n;
    if (!hardware && count_find(name, n, &count))
        return add(p, (struct node){.kind = NODE_COUNT, .count = count});
    r = reg_find(name, n);
    if (!r)
        return fail(p, _("$%s%.*s: no such register"), hardware ? "hw." : "", (int)(n < NAME_MAX_ ? n : NAME_MAX_),
                    name);
    return add(p, (struct node){.kind = hardware ? NODE_HARDWARE_REG : NODE_REG, .reg = r});
}

static unsigned parse_choice(struct parser *p);

static unsigned parse_load(struct parser *p, uint32_t size, unsigned address)
{
    return add(p, (struct node){.kind = NODE_LOAD, .size = size, .arg = {(uint16_t)address}});
}

/* A symbol; or u8( u16( u32(, where no symbol is asked for. */
static unsigned parse_name(struct parser *p)
{
    static const struct {
        const char *name;
        uint32_t size;
    } load[] = {{"u8", 1}, {"u16", 2}, {"u32", 4}};
    char name[NAME_MAX_];
    size_t n = 0;
    const struct symbol *y;
    unsigned address;

    while (in_name(p->at[n]))
        n++;
    (void)snprintf(name, sizeof name, "%.*s", (int)(n < NAME_MAX_ ? n : NAME_MAX_), p->at);
    p->at += n;
    for (unsigned i = 0; i < sizeof load / sizeof load[0]; i++)
        if (strcmp(name, load[i].name) == 0 && take(p, "(")) {
            address = parse_choice(p);
            expect(p, ")");
            return parse_load(p, load[i].size, address);
        }
    y = n < NAME_MAX_ ? symbols_find(p->d->s.symbols, name) : NULL;
    if (!y)
        return fail(p, _("%s: no such symbol"), name);
    return add(p, (struct node){.kind = NODE_SYMBOL, .number = y->addr, .size = y->size});
}

static unsigned parse_primary(struct parser *p)
{
    unsigned inner;

    blanks(p);
    if (isdigit((unsigned char)*p->at))
        return parse_number(p);
    if (*p->at == '\'')
        return parse_character(p);
    if (*p->at == '$')
        return parse_register(p);
    if (in_name(*p->at))
        return parse_name(p);
    if (!take(p, "("))
        return expected_value(p);
    inner = parse_choice(p);
    expect(p, ")");
    return inner;
}

/* gdb's &SYMBOL: here a symbol's value is its address anyway. */
static unsigned parse_symbol_address(struct parser *p)
{
    unsigned symbol;

    blanks(p);
    symbol = in_name(*p->at) && !isdigit((unsigned char)*p->at) ? parse_name(p) : expected_value(p);
    if (!p->failed && p->node[symbol].kind != NODE_SYMBOL)
        return fail(p, "%s", _("bad expression: '&' takes a symbol"));
    return symbol;
}

static unsigned parse_unary(struct parser *p);

/* gdb's {TYPE}ADDR, behind the brace. */
static unsigned parse_typed(struct parser *p)
{
    static const struct {
        const char *name;
        uint32_t size;
    } type[] = {{"u8", 1},  {"u16", 2},  {"u32", 4},           {"char", 1},           {"short", 2},
                {"int", 4}, {"long", 4}, {"unsigned char", 1}, {"unsigned short", 2}, {"unsigned int", 4}};
    size_t n = strcspn(p->at, "}");

    for (unsigned i = 0; p->at[n] && i < sizeof type / sizeof type[0]; i++)
        if (strlen(type[i].name) == n && strncmp(p->at, type[i].name, n) == 0) {
            p->at += n + 1;
            return parse_load(p, type[i].size, parse_unary(p));
        }
    return fail(p, "%s", _("a type is u8, u16 or u32"));
}

/* ---- operators --------------------------------------------------------------------------------------------------- */

static unsigned parse_unary(struct parser *p)
{
    static const struct {
        char sign;
        enum expr_op op;
    } unary[] = {{'-', OP_MINUS}, {'~', OP_INVERT}, {'!', OP_NOT}};
    unsigned result;

    if (p->failed || ++p->nesting > NESTING_MAX)
        return fail(p, "%s", _("bad expression: it is nested too deeply"));
    blanks(p);
    for (unsigned i = 0; i < sizeof unary / sizeof unary[0]; i++)
        if (*p->at == unary[i].sign) {
            p->at++;
            result = parse_unary(p);
            p->nesting--;
            return add(p, (struct node){.kind = NODE_UNARY, .op = unary[i].op, .arg = {(uint16_t)result}});
        }
    if (take(p, "{"))
        result = parse_typed(p);
    else if (take(p, "&"))
        result = parse_symbol_address(p);
    else if (take(p, "*"))
        result = parse_load(p, 4, parse_unary(p));
    else if (take(p, "+"))
        result = parse_unary(p);
    else
        result = parse_primary(p);
    p->nesting--;
    return result;
}

/* From weakest to strongest; longer signs before those that they begin with. */
static const struct binary {
    const char *sign;
    unsigned level;
    enum expr_op op;
} binary[] = {{"||", 1, OP_OR_ELSE}, {"&&", 2, OP_AND_THEN}, {"|", 3, OP_OR},   {"^", 4, OP_XOR},  {"&", 5, OP_AND},
              {"==", 6, OP_EQ},      {"!=", 6, OP_NE},       {"<<", 8, OP_SHL}, {">>", 8, OP_SHR}, {"<=", 7, OP_LE},
              {">=", 7, OP_GE},      {"<", 7, OP_LT},        {">", 7, OP_GT},   {"+", 9, OP_ADD},  {"-", 9, OP_SUB},
              {"*", 10, OP_MUL},     {"/", 10, OP_DIV},      {"%", 10, OP_MOD}};
enum { STRONGEST = 10 };

static const struct binary *next_operator(struct parser *p)
{
    blanks(p);
    for (unsigned i = 0; i < sizeof binary / sizeof binary[0]; i++)
        if (strncmp(p->at, binary[i].sign, strlen(binary[i].sign)) == 0)
            return &binary[i];
    return NULL;
}

/* Operators at least as strong as `level`; all of them group to the left. */
static unsigned parse_binary(struct parser *p, unsigned level)
{
    unsigned left = parse_unary(p), right;
    const struct binary *b;

    while (!p->failed && (b = next_operator(p)) && b->level >= level) {
        p->at += strlen(b->sign);
        right = b->level == STRONGEST ? parse_unary(p) : parse_binary(p, b->level + 1);
        left = add(p, (struct node){.kind = NODE_BINARY, .op = b->op, .arg = {(uint16_t)left, (uint16_t)right}});
    }
    return left;
}

static unsigned parse_choice(struct parser *p)
{
    unsigned condition = parse_binary(p, 1), yes, no;

    if (p->failed || !take(p, "?"))
        return condition;
    if (++p->nesting > NESTING_MAX)
        return fail(p, "%s", _("bad expression: it is nested too deeply"));
    yes = parse_choice(p);
    expect(p, ":");
    no = p->failed ? 0 : parse_choice(p);
    p->nesting--;
    return add(p, (struct node){.kind = NODE_CHOICE, .arg = {(uint16_t)condition, (uint16_t)yes, (uint16_t)no}});
}

struct expr *expr_parse(const struct debugger *d, const char *text, const char **end, char *error, size_t room)
{
    struct parser p = {.d = d, .at = text, .error = error, .room = room};
    unsigned root = parse_choice(&p);
    char rest[NEAR + 1];
    struct expr *e;

    blanks(&p);
    if (!end && *p.at)
        (void)fail(&p, _("bad expression: it ends before '%s'"), rest_of(&p, rest));
    if (p.failed)
        return NULL;
    e = malloc(sizeof *e + p.nodes * sizeof *e->node);
    if (!e) {
        (void)fail(&p, "%s", _("out of memory"));
        return NULL;
    }
    e->nodes = p.nodes;
    e->root = root;
    memcpy(e->node, p.node, p.nodes * sizeof *e->node);
    if (end)
        *end = p.at;
    return e;
}
