/* SPDX-License-Identifier: MIT */
#include "ui/debug/predict.h"

#include "ui/debug/recorder.h"
#include "ui/i18n.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

const char *forecast_name(enum forecast f)
{
    static const char *const name[FORECASTS] = {N_("nothing"), N_("no trap"), N_("a trap, emulated"),
                                                N_("a hidden page fault"), N_("a fault of the guest's own")};

    return _(name[f]);
}

/* What one event says of the step; *vector: of the exception that it is about. */
static enum forecast says(const struct event *e, bool monitored, int *vector)
{
    switch (e->kind) {
    case EVENT_inject: *vector = (int)e->field[0]; return FORECAST_TRUE;
    case EVENT_exit:
        *vector = e->field[1] == NO_VECTOR ? -1 : (int)e->field[1];
        return e->field[0] == EXIT_deadline       ? FORECAST_RUNS
               : e->field[0] == EXIT_hidden_fault ? FORECAST_HIDDEN
                                                  : FORECAST_TRAPS;
    case EVENT_trap: *vector = (int)e->field[0]; return monitored ? FORECAST_RUNS : FORECAST_TRUE;
    default: return FORECAST_RUNS;
    }
}

/* A fault of the guest's own outweighs a trap, and a trap a hidden fault: what is named is the worst that happened. */
enum forecast predict_truth(const struct recorder *r, bool monitored, uint64_t first, uint64_t last, int *vector)
{
    static const unsigned weight[FORECASTS] = {[FORECAST_HIDDEN] = 1, [FORECAST_TRAPS] = 2, [FORECAST_TRUE] = 3};
    enum forecast truth = FORECAST_RUNS;

    *vector = -1;
    if (first < recorder_first(r))
        first = recorder_first(r);
    for (uint64_t i = first; i < last; i++) {
        int of = -1;
        enum forecast f = says(&recorder_at(r, i)->event, monitored, &of);

        if (weight[f] > weight[truth]) {
            truth = f;
            *vector = of;
        }
    }
    return truth;
}

void predict_settle(struct predict *p, const struct recorder *r, bool monitored, uint64_t first, uint64_t last)
{
    if (p->said == FORECAST_NONE)
        return;
    p->truth = predict_truth(r, monitored, first, last, &p->true_vector);
    p->right = p->said == p->truth && (p->vector < 0 || p->vector == p->true_vector);
    p->asked++;
    p->won += p->right;
    p->said = FORECAST_NONE;
}
