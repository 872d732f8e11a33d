/* names.h: comes before every source of the pool here (-include), so that what it asks of the
 * system is asked of system.c. */
#ifndef ORDERS_NAMES_H
#define ORDERS_NAMES_H

#define pthread_create orders_pthread_create
#define pthread_join orders_pthread_join
#define pthread_mutex_init orders_pthread_mutex_init
#define pthread_mutex_destroy orders_pthread_mutex_destroy
#define pthread_mutex_lock orders_pthread_mutex_lock
#define pthread_mutex_unlock orders_pthread_mutex_unlock
#define pthread_setname_np orders_pthread_setname_np
#define sched_yield orders_sched_yield
#define clock_gettime orders_clock_gettime
#define nanosleep orders_nanosleep
#define syscall orders_syscall
#define mmap orders_mmap
#define munmap orders_munmap
#define aligned_alloc orders_aligned_alloc
#define calloc orders_calloc
#define malloc orders_malloc
#define free orders_free

/* The queue knows a producer by the address of its thread-local record, and simulated threads share
 * one real thread. So both declarations of that variable become declarations of a function. */
#ifdef ORDERS_OF_QUEUE
#define _Thread_local
#define thread_pool_queue_producer (*orders_producer())

/* Time goes by in leaps here, so whether another worker is fast is drawn at each look at it. */
unsigned orders_short_job_ns(void);
#define SHORT_JOB_NS orders_short_job_ns()
#endif

#endif
