/* Reading a results file without trusting it: a key that is absent or of another type is "", NaN,
 * false or empty, never a crash. What is returned is borrowed from the object. */
#ifndef REPORT_FIELDS_H
#define REPORT_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

const char *field_text(const json_t *object, const char *key);   /* "" */
double field_number(const json_t *object, const char *key);      /* NaN */
bool field_true(const json_t *object, const char *key);          /* false */
const json_t *field_list(const json_t *object, const char *key); /* NULL, of size 0 */
bool field_is(const json_t *object, const char *key, const char *text);

/* An integer in [0, 1000000]; 0 for anything else. */
int field_count(const json_t *object, const char *key);

#endif
