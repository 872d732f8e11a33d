/* The counting semaphore in which workers of c_pool/shared_queue sleep: park.h and park_futex.c, or
 * with -DPTHREAD park_pthread.c. Every access to a shared field is a step of its own. Bounds:
 * README.md.
 *
 * The property: as many waits return as permits are posted; a sleeper beside a permit is an invalid
 * end state.
 *
 * Macros that plant a mistake: see `mutants` in CMakeLists.txt. */

#ifndef WAITERS
#define WAITERS 3
#endif

byte permits;
byte asleep;  /* in the kernel, or waiting for the condition */
byte woken;   /* of those: told to go on, not running yet */
byte taken;   /* for the property: permits taken */

#ifdef PTHREAD
bool locked;

proctype waiter() {
    atomic { !locked -> locked = true }
    do
    :: permits == 0 ->
        /* pthread_cond_wait: unlocks and sleeps in one step. */
#ifdef LOOK_UNLOCKED
        locked = false;
        asleep++;
#else
        d_step { locked = false; asleep++ }
#endif
        if
        :: atomic { woken > 0 -> woken--; asleep-- }
        fi;
        atomic { !locked -> locked = true }
    :: else -> break
    od;
    permits--;
    d_step { locked = false; taken++ }
}

inline post(count) {
    atomic { !locked -> locked = true }
    permits = permits + count;
#ifdef SIGNAL_ONE
    d_step { woken = (woken < asleep -> woken + 1 : asleep) }
#else
    if
    :: count == 1 -> d_step { woken = (woken < asleep -> woken + 1 : asleep) }
    :: else -> woken = asleep
    fi;
#endif
    locked = false
}
#else
proctype waiter() {
    byte seen;
take:
    /* take: a guess, then the exchange */
    seen = permits;
    do
    :: seen > 0 ->
        if
        :: atomic { permits == seen -> permits--; taken++ }
            goto done
        :: atomic { permits != seen -> seen = permits }
        fi
    :: else -> break
    od;
    /* FUTEX_WAIT: the kernel compares and sleeps in one step. It may return for nothing; that is
     * one more round, which changes nothing here. */
#ifdef WAIT_UNCOMPARED
    asleep++;
#else
    if
    :: atomic { permits == 0 -> asleep++ }
    :: atomic { permits != 0 -> goto take }
    fi;
#endif
    atomic { woken > 0 -> woken--; asleep-- }
    goto take;
done:
    seen = 0
}

/* thread_pool_park_post: the permits, then FUTEX_WAKE. */
inline post(count) {
#ifdef WAKE_FIRST
    d_step { woken = (woken + count < asleep -> woken + count : asleep) }
    permits = permits + count
#else
    permits = permits + count;
    d_step { woken = (woken + count < asleep -> woken + count : asleep) }
#endif
}
#endif

proctype poster(byte count) {
    post(count)
}

init {
    byte i;
    atomic {
        do
        :: i < WAITERS -> run waiter(); i++
        :: else -> break
        od;
        /* thread_pool_idle_turn_sleeper posts one, close and end post many. */
        run poster(1);
        run poster(WAITERS - 1)
    }
    atomic { taken == WAITERS -> assert(permits == 0) }
}
