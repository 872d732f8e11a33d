#include "fields.h"

#include <math.h>
#include <string.h>

const char *field_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

double field_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool field_true(const json_t *object, const char *key) {
    return json_is_true(json_object_get(object, key));
}

const json_t *field_list(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_array(value) ? value : NULL;
}

bool field_is(const json_t *object, const char *key, const char *text) {
    return strcmp(field_text(object, key), text) == 0;
}

int field_count(const json_t *object, const char *key) {
    double value = field_number(object, key);
    return value >= 0 && value <= 1e6 ? (int)value : 0;
}
