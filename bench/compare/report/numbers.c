#include "numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int digits_after_point(double value) {
    double size = fabs(value);
    if (size == 0 || size >= 99.95)
        return 0;
    return size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : 4;
}

/* "12345" becomes "12 345", with thin spaces that do not break. */
static void group_digits(char buffer[NUMBER_SIZE]) {
    char plain[NUMBER_SIZE];
    size_t length = strspn(buffer + (buffer[0] == '-'), "0123456789");
    size_t sign = buffer[0] == '-', out = sign;
    if (length < 5 || length > 15)
        return;
    memcpy(plain, buffer, NUMBER_SIZE);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out += (size_t)snprintf(buffer + out, NUMBER_SIZE - out, "\u202f");
        buffer[out++] = plain[sign + i];
    }
    snprintf(buffer + out, NUMBER_SIZE - out, "%s", plain + sign + length);
}

const char *number_plain(double value, char buffer[NUMBER_SIZE]) {
    if (!isfinite(value))
        snprintf(buffer, NUMBER_SIZE, "–");
    else if (fabs(value) >= 1e15 || (value != 0 && fabs(value) < 1e-4))
        snprintf(buffer, NUMBER_SIZE, "%.2e", value);
    else
        snprintf(buffer, NUMBER_SIZE, "%.*f", digits_after_point(value), value);
    group_digits(buffer);
    return buffer;
}

struct scale {
    const char *unit;
    double size;
};

static const char *scaled(double value, const struct scale *scales, char buffer[NUMBER_SIZE]) {
    char number[NUMBER_SIZE];
    const struct scale *fit = scales;
    while (fit[1].unit != NULL && fabs(value) >= fit[1].size * 0.99995)
        fit++;
    number_plain(value / fit->size, number);
    snprintf(buffer, NUMBER_SIZE, "%.24s\u00a0%s", number, fit->unit);
    return buffer;
}

const char *number_with_unit(double value, const char *unit, char buffer[NUMBER_SIZE]) {
    static const struct scale times[] = {
        {"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {NULL, 0}};
    static const struct scale bytes[] = {
        {"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {NULL, 0}};
    static const struct scale rates[] = {{"/s", 1}, {"k/s", 1e3}, {"M/s", 1e6}, {NULL, 0}};
    char number[NUMBER_SIZE];
    if (!isfinite(value))
        return number_plain(value, buffer);
    if (strcmp(unit, "ns") == 0)
        return scaled(value, times, buffer);
    if (strcmp(unit, "us") == 0 || strcmp(unit, "µs") == 0)
        return scaled(value * 1e3, times, buffer);
    if (strcmp(unit, "ms") == 0)
        return scaled(value * 1e6, times, buffer);
    if (strcmp(unit, "B") == 0)
        return scaled(value, bytes, buffer);
    if (strcmp(unit, "1/s") == 0)
        return scaled(value, rates, buffer);
    snprintf(buffer, NUMBER_SIZE, "%.24s\u00a0%.16s", number_plain(value, number), unit);
    return buffer;
}

const char *number_ratio(double ratio, char buffer[NUMBER_SIZE]) {
    if (!isfinite(ratio))
        return number_plain(ratio, buffer);
    if (ratio >= 1e6) {
        snprintf(buffer, NUMBER_SIZE, ">10⁶");
        return buffer;
    }
    int digits = ratio >= 99.95 ? 0 : ratio >= 9.995 ? 1 : ratio >= 0.0995 ? 2 : 3;
    snprintf(buffer, NUMBER_SIZE, "%.*f", digits, ratio);
    group_digits(buffer);
    return buffer;
}

/* "50.0 ns" becomes "50 ns". */
static void shorten(char *number) {
    char *point = strchr(number, '.');
    if (point == NULL || strchr(number, 'e') != NULL)
        return;
    char *end = point + 1 + strspn(point + 1, "0123456789"), *last = end;
    while (last[-1] == '0')
        last--;
    if (last[-1] == '.')
        last--;
    memmove(last, end, strlen(end) + 1);
}

const char *number_tick(double value, const char *unit, char buffer[NUMBER_SIZE]) {
    if (unit[0] == '\0')
        number_plain(value, buffer);
    else
        number_with_unit(value, unit, buffer);
    shorten(buffer);
    return value == 0 ? "0" : buffer;
}

/* ---- ticks --------------------------------------------------------------------------------- */

static size_t steps_between(double low, double high, const double *steps, size_t count, size_t room,
                            double *ticks) {
    size_t found = 0;
    for (int power = (int)floor(log10(low)) - 1; power <= (int)ceil(log10(high)); power++)
        for (size_t i = 0; i < count; i++) {
            double tick = steps[i] * pow(10, power);
            if (tick < low * 0.9999 || tick > high * 1.0001)
                continue;
            if (found == room)
                return room + 1;
            ticks[found++] = tick;
        }
    return found;
}

/* The decades, thinned until they fit. */
static size_t sparse_decades(double low, double high, size_t most, double *ticks) {
    int first = (int)ceil(log10(low) - 1e-4), last = (int)floor(log10(high) + 1e-4);
    int stride = (last - first) / (int)most + 1;
    size_t found = 0;
    for (int power = first; power <= last && found < most; power++)
        if (power % stride == 0)
            ticks[found++] = pow(10, power);
    return found;
}

size_t number_log_ticks(double low, double high, size_t most, double *ticks) {
    static const double fine[] = {1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 2,  3,
                                  4, 5,    6,   7,    8,   8.5, 9,   9.5};
    static const double middle[] = {1, 1.1, 1.2, 1.5, 2, 3, 5, 7, 8, 9};
    static const double coarse[] = {1, 1.5, 2, 3, 5, 7}, usual[] = {1, 2, 5}, few[] = {1, 3};
    static const struct {
        const double *steps;
        size_t count;
    } choices[] = {{fine, 17}, {middle, 10}, {coarse, 6}, {usual, 3}, {few, 2}};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        size_t found = steps_between(low, high, choices[i].steps, choices[i].count, most, ticks);
        if (found <= most)
            return found;
    }
    return sparse_decades(low, high, most, ticks);
}

size_t number_linear_ticks(double high, size_t most, double *ticks) {
    static const double steps[] = {1, 2, 2.5, 5, 10};
    if (!(high > 0) || !isfinite(high))
        return 0;
    double size = pow(10, floor(log10(high / (double)most)));
    size_t found = 0, step = 0;
    while (step < 4 && high / (steps[step] * size) > (double)most - 1)
        step++;
    for (; found < most && (double)found * steps[step] * size <= high * 1.0001; found++)
        ticks[found] = (double)found * steps[step] * size;
    return found;
}
