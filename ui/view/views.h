/* SPDX-License-Identifier: MIT */
/* The views, one file each; view.c lists them. */
#ifndef UI_VIEW_VIEWS_H
#define UI_VIEW_VIEWS_H

#include "ui/view/view.h"

extern const struct view view_registers, view_code, view_walk, view_tlb, view_log, view_console, view_vga, view_memory,
    view_chart, view_statistics, view_predict, view_pt, view_shadow, view_p2m, view_exits, view_vmexit, view_vmcs,
    view_vmm, view_devices, view_symbols, view_breakpoints, view_backtrace, view_techniques, view_lesson,
    view_scoreboard;

#endif
