/* SPDX-License-Identifier: MIT */
#include "interp/event.h"

const struct event_info event_info[EVENT_KINDS] = {
#define EVENT(name_, doc_, ...) [EVENT_##name_] = {.name = #name_, .doc = doc_, .field = {__VA_ARGS__}},
#include "interp/event.def"
#undef EVENT
};
