/* SPDX-License-Identifier: MIT */
#include "interp/dev/calendar.h"

enum { DAY = 86400, ERA_YEARS = 400, ERA_DAYS = 146097, CENTURY_DAYS = 36524, FOUR_YEARS = 1461, YEAR_DAYS = 365 };
/* 1 March of the year 0 was a Wednesday. */
enum { FIRST_WEEKDAY = 3 };

/* Days before a month when the year begins in March: the leap day is then the last. */
static unsigned days_before(unsigned month_from_march)
{
    return (153 * month_from_march + 2) / 5;
}

static uint64_t days_before_year(uint64_t year)
{
    return year * YEAR_DAYS + year / 4 - year / 100 + year / ERA_YEARS;
}

uint64_t calendar_seconds(const struct date *d)
{
    unsigned month = d->month ? d->month : 1, from_march = (month + 9) % 12;
    uint64_t year = d->year + (month - 1) / 12 - (from_march >= 10), days;

    days = days_before_year(year) + days_before(from_march) + d->day - 1;
    return days * DAY + d->hour * 3600u + d->minute * 60u + d->second;
}

void calendar_date(uint64_t seconds, struct date *d)
{
    uint64_t days = seconds / DAY, rest = seconds % DAY, year = days / YEAR_DAYS;
    unsigned month = 11, day;

    while (days_before_year(year) > days)
        year--;
    day = (unsigned)(days - days_before_year(year));
    while (days_before(month) > day)
        month--;
    *d = (struct date){.second = (unsigned)(rest % 60),
                       .minute = (unsigned)(rest / 60 % 60),
                       .hour = (unsigned)(rest / 3600),
                       .weekday = (unsigned)((days + FIRST_WEEKDAY) % 7) + 1,
                       .day = day - days_before(month) + 1,
                       .month = (month + 2) % 12 + 1,
                       .year = (unsigned)(year + (month >= 10))};
}
