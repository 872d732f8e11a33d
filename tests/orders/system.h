/* system.h: see system.c. */
#ifndef ORDERS_SYSTEM_H
#define ORDERS_SYSTEM_H

/* First on each thread: it is a new producer. */
void orders_begin_thread(void);

#endif
