/* SPDX-License-Identifier: MIT */
/*
 * The part of JSON Schema (draft 2020-12) that our schemas use, enforced: type, enum, pattern, minLength, minimum, maximum,
 * properties, required, additionalProperties, items, minItems, maxItems, $ref to $defs. Any other keyword is an error of
 * the schema, so that none is written and not looked at.
 */
#ifndef UI_LESSON_SCHEMA_H
#define UI_LESSON_SCHEMA_H

#include <stddef.h>

struct cJSON;

/* 0, or -1 with "PLACE: what is wrong" in `error`; the place is a JSON pointer. */
int schema_check(const struct cJSON *schema, const struct cJSON *value, char *error, size_t room);

#endif
