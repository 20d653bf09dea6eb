/* SPDX-License-Identifier: MIT */
/* The value of an expression's tree. */
#include "ui/debug/expr.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/debug/debugger.h"
#include "ui/debug/expr_tree.h"
#include "ui/debug/regname.h"
#include "ui/i18n.h"

/* Of one evaluation. */
struct evaluation {
    const struct debugger *d;
    const struct expr *e;
    char *error;
    size_t room;
};

static int overflow(const struct evaluation *k, const char *sign)
{
    (void)snprintf(k->error, k->room, _("overflow: the result of '%s' does not fit into 64 bits"), sign);
    return -1;
}

static int to_address(const struct evaluation *k, int64_t v, gva_t *at)
{
    if (v < INT32_MIN || v > (int64_t)UINT32_MAX) {
        (void)snprintf(k->error, k->room, _("0x%" PRIx64 ": no address, there are 32 bits"), (uint64_t)v);
        return -1;
    }
    *at = gva((uint32_t)v);
    return 0;
}

static int load(const struct evaluation *k, int64_t address, uint32_t size, int64_t *v)
{
    uint32_t value = 0;
    gva_t at;

    if (to_address(k, address, &at))
        return -1;
    if (debug_peek(k->d, at, &value, size)) {
        (void)snprintf(k->error, k->room, _("cannot access memory at 0x%08" PRIx32), at.v);
        return -1;
    }
    *v = value;
    return 0;
}

static int shift(const struct evaluation *k, bool left, int64_t a, int64_t b, int64_t *v)
{
    if (b < 0 || b > 63) {
        (void)snprintf(k->error, k->room, _("overflow: cannot shift by %" PRId64), b);
        return -1;
    }
    *v = left ? (int64_t)((uint64_t)a << b) : a >> b;
    return left && *v >> b != a ? overflow(k, "<<") : 0;
}

static int divide(const struct evaluation *k, bool remainder, int64_t a, int64_t b, int64_t *v)
{
    if (b == 0) {
        (void)snprintf(k->error, k->room, "%s", _("division by zero"));
        return -1;
    }
    if (b == -1 && __builtin_sub_overflow(0, a, v))
        return overflow(k, remainder ? "%" : "/");
    if (b == -1)
        *v = remainder ? 0 : *v;
    else
        *v = remainder ? a % b : a / b;
    return 0;
}

static int compute(const struct evaluation *k, enum expr_op op, int64_t a, int64_t b, int64_t *v)
{
    switch (op) {
    case OP_OR: *v = a | b; return 0;
    case OP_XOR: *v = a ^ b; return 0;
    case OP_AND: *v = a & b; return 0;
    case OP_EQ: *v = a == b; return 0;
    case OP_NE: *v = a != b; return 0;
    case OP_LT: *v = a < b; return 0;
    case OP_LE: *v = a <= b; return 0;
    case OP_GT: *v = a > b; return 0;
    case OP_GE: *v = a >= b; return 0;
    case OP_SHL: return shift(k, true, a, b, v);
    case OP_SHR: return shift(k, false, a, b, v);
    case OP_ADD: return __builtin_add_overflow(a, b, v) ? overflow(k, "+") : 0;
    case OP_SUB: return __builtin_sub_overflow(a, b, v) ? overflow(k, "-") : 0;
    case OP_MUL: return __builtin_mul_overflow(a, b, v) ? overflow(k, "*") : 0;
    case OP_DIV: return divide(k, false, a, b, v);
    case OP_MOD: return divide(k, true, a, b, v);
    case OP_MINUS: return __builtin_sub_overflow(0, a, v) ? overflow(k, "-") : 0;
    case OP_INVERT: *v = ~a; return 0;
    default: *v = !a; return 0; /* NOT */
    }
}

static int value_of(const struct evaluation *k, unsigned at, int64_t *v);

/* The right side is looked at only where the left one does not decide. */
static int binary(const struct evaluation *k, const struct node *n, int64_t *v)
{
    int64_t a, b;

    if (value_of(k, n->arg[0], &a))
        return -1;
    if (n->op == OP_OR_ELSE || n->op == OP_AND_THEN) {
        *v = a != 0;
        if ((a != 0) == (n->op == OP_OR_ELSE))
            return 0;
        if (value_of(k, n->arg[1], &b))
            return -1;
        *v = b != 0;
        return 0;
    }
    return value_of(k, n->arg[1], &b) ? -1 : compute(k, (enum expr_op)n->op, a, b, v);
}

static int value_of(const struct evaluation *k, unsigned at, int64_t *v)
{
    const struct node *n = &k->e->node[at];
    int64_t a;

    switch ((enum node_kind)n->kind) {
    case NODE_NUMBER:
    case NODE_CHARACTER:
    case NODE_SYMBOL: *v = n->number; return 0;
    case NODE_REG: *v = reg_value(n->reg, vm_guest(debug_vm(k->d))); return 0;
    case NODE_HARDWARE_REG: *v = reg_value(n->reg, vm_hardware(debug_vm(k->d))); return 0;
    case NODE_COUNT: return count_value(k->d, &n->count, v, k->error, k->room);
    case NODE_LOAD: return value_of(k, n->arg[0], &a) ? -1 : load(k, a, n->size, v);
    case NODE_UNARY: return value_of(k, n->arg[0], &a) ? -1 : compute(k, (enum expr_op)n->op, a, 0, v);
    case NODE_BINARY: return binary(k, n, v);
    default: return value_of(k, n->arg[0], &a) ? -1 : value_of(k, n->arg[a ? 1 : 2], v); /* CHOICE */
    }
}

int expr_value(const struct debugger *d, const struct expr *e, int64_t *value, char *error, size_t room)
{
    const struct evaluation k = {d, e, error, room};

    return value_of(&k, e->root, value);
}

int expr_sides(const struct debugger *d, const struct expr *e, int64_t side[2])
{
    const struct node *n = &e->node[e->root];
    char error[1];
    const struct evaluation k = {d, e, error, sizeof error};

    if (n->kind != NODE_BINARY || n->op < OP_EQ || n->op > OP_GE)
        return -1;
    return value_of(&k, n->arg[0], &side[0]) || value_of(&k, n->arg[1], &side[1]) ? -1 : 0;
}

bool expr_is_character(const struct expr *e)
{
    return e->node[e->root].kind == NODE_CHARACTER;
}

void expr_free(struct expr *e)
{
    free(e);
}

int expr_eval(const struct debugger *d, const char *text, int64_t *value, char *error, size_t room)
{
    struct expr *e = expr_parse(d, text, NULL, error, room);
    int result = e ? expr_value(d, e, value, error, room) : -1;

    expr_free(e);
    return result;
}

int expr_address(const struct debugger *d, const struct expr *e, gva_t *at, char *error, size_t room)
{
    const struct evaluation k = {d, e, error, room};
    int64_t v;

    return value_of(&k, e->root, &v) ? -1 : to_address(&k, v, at);
}

int expr_place(const struct debugger *d, const struct expr *e, gva_t *at, uint32_t *size, char *error, size_t room)
{
    const struct evaluation k = {d, e, error, room};
    const struct node *n = &e->node[e->root];
    int64_t v;

    if (n->kind != NODE_LOAD && n->kind != NODE_NUMBER && n->kind != NODE_SYMBOL) {
        (void)snprintf(error, room, "%s", _("a place in memory is *ADDR, u8(ADDR), u16(ADDR), a number or a symbol"));
        return -1;
    }
    *size = 4;
    if (n->kind == NODE_LOAD || (n->kind == NODE_SYMBOL && (n->size == 1 || n->size == 2)))
        *size = n->size;
    if (value_of(&k, n->kind == NODE_LOAD ? n->arg[0] : e->root, &v))
        return -1;
    return to_address(&k, v, at);
}
