/* Where pools really differ in what they do: the suite's answers, to print beside the speeds. */
#ifndef COMPARE_SEMANTICS_H
#define COMPARE_SEMANTICS_H

#include "contender.h"

/* Asks pool-suite-<backend> --answers in the folder `bin` and adds one object for each answer to
 * `semantics` (see RESULTS.md). A backend without that program, or whose program fails, adds none.
 */
void semantics_ask(const char *bin, const struct contender *contender, json_t *semantics);

/* One answer; `answer` is borrowed. */
void semantics_add(json_t *semantics, const char *contender, const char *question, json_t *answer);

#endif
