/* faults.h: the suite's own pthread_create and allocation functions, in the place of the system's
 * (-Wl,--wrap), also for a backend's archive, Rust's standard library in it included. Calls inside
 * the C library itself are not caught, nor is a backend in a shared library. */
#ifndef POOL_SUITE_FAULTS_H
#define POOL_SUITE_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* The k-th pthread_create from now on fails with EAGAIN, the others succeed; 0: none fails. */
void fail_thread(uint32_t k);
bool thread_has_failed(void);

/* The n-th allocation from now on by the whole process fails, and with `and_all_after` every later
 * one too; 0: none fails. */
void fail_allocation(uint32_t n, bool and_all_after);
bool allocation_has_failed(void);

/* Threads made through pthread_create so far, and those whose thread-local destructors have run. */
uint32_t threads_made(void);
uint32_t threads_ended(void);

#endif
