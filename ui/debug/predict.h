/* SPDX-License-Identifier: MIT */
/*
 * Predict mode: before a step the student says what it will do to the monitor; the step tells. The truth is read off the
 * events of that step, never off the instruction.
 */
#ifndef UI_DEBUG_PREDICT_H
#define UI_DEBUG_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

struct recorder;

enum forecast {
    FORECAST_NONE,   /* nothing was said */
    FORECAST_RUNS,   /* no trap: the hardware executes it */
    FORECAST_TRAPS,  /* it traps, and the monitor emulates it */
    FORECAST_HIDDEN, /* a hidden page fault: the monitor fills its shadow, the guest never knows */
    FORECAST_TRUE,   /* the guest's own handler gets it: a true fault, INT n, an interrupt */
    FORECASTS
};

struct predict {
    bool on;
    enum forecast said;  /* for the step to come, or the one just done */
    int vector;          /* TRAPS, TRUE: which exception was named; -1: none was */
    enum forecast truth; /* of the last step that was predicted */
    int true_vector;
    bool right;
    unsigned asked, won; /* score */
};

/*
 * What the events [first, last) of one step amount to; *vector: the exception concerned, or -1. `monitored`: the technique
 * has a monitor, so that what the hardware delivers enters it.
 */
enum forecast predict_truth(const struct recorder *r, bool monitored, uint64_t first, uint64_t last, int *vector);
/* A step is over: settles what was said. */
void predict_settle(struct predict *p, const struct recorder *r, bool monitored, uint64_t first, uint64_t last);
/* "no trap", "a trap" ... */
const char *forecast_name(enum forecast f);

#endif
