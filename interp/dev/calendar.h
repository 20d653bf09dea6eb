/* SPDX-License-Identifier: MIT */
/* Seconds as a date of the proleptic Gregorian calendar, and back. The days are counted from 1 March of the year 0. */
#ifndef INTERP_DEV_CALENDAR_H
#define INTERP_DEV_CALENDAR_H

#include <stdint.h>

struct date {
    unsigned second, minute, hour; /* of the day */
    unsigned weekday;              /* 1: Sunday */
    unsigned day, month, year;     /* day and month from 1 */
};

void calendar_date(uint64_t seconds, struct date *d);
/* Fields past their ranges carry over into the next ones; the weekday is not looked at. */
uint64_t calendar_seconds(const struct date *d);

#endif
