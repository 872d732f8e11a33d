/* cmocka's header needs these before it. */
#ifndef TESTS_COMPARE_CMOCKA_ALL_H
#define TESTS_COMPARE_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
