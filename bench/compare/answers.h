/* The semantics table for people: questions on which contenders differ. */
#ifndef COMPARE_ANSWERS_H
#define COMPARE_ANSWERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints each question that has more than one answer, with who gives which. */
void answers_print(FILE *stream, const json_t *semantics);

#endif
