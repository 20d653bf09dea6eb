/* SPDX-License-Identifier: MIT */
/* The tree of an expression: what expr_parse.c makes and expr.c evaluates. */
#ifndef UI_DEBUG_EXPR_TREE_H
#define UI_DEBUG_EXPR_TREE_H

#include <stdint.h>

#include "ui/debug/countname.h"

struct reg_name;

enum node_kind {
    NODE_NUMBER,
    NODE_CHARACTER,
    NODE_SYMBOL,
    NODE_REG,
    NODE_HARDWARE_REG,
    NODE_COUNT,
    NODE_LOAD,
    NODE_UNARY,
    NODE_BINARY,
    NODE_CHOICE
};

enum expr_op {
    OP_MINUS,
    OP_INVERT,
    OP_NOT,
    OP_OR_ELSE,
    OP_AND_THEN,
    OP_OR,
    OP_XOR,
    OP_AND,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_SHL,
    OP_SHR,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD
};

/* NODES_MAX bounds an expression, and so how deep evaluation can go. */
enum { NODES_MAX = 256, NESTING_MAX = 64 };

struct node {
    uint8_t kind;
    uint8_t op;      /* UNARY, BINARY */
    uint32_t size;   /* LOAD, SYMBOL: bytes */
    uint16_t arg[3]; /* nodes, by their place in the tree */
    union {
        int64_t number; /* NUMBER, SYMBOL */
        const struct reg_name *reg;
        struct count_name count;
    };
};

struct expr {
    unsigned nodes, root;
    struct node node[];
};

#endif
