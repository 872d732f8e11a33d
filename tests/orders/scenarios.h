/* scenarios.h: short lives of a pool, each a function that begins and ends one. */
#ifndef ORDERS_SCENARIOS_H
#define ORDERS_SCENARIOS_H

struct scenario {
    const char *name;
    void (*run)(void);
};

extern const struct scenario scenarios[]; /* the last one has no name */

#endif
