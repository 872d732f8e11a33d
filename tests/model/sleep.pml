/* How the workers of c_pool/shared_queue sleep, are woken and end: the event count of idle.c, and
 * the steps of queue.h, queue.c, wait.h and wait.c around it.
 *
 * The queue is reduced to what the sleepers look at: how many tickets have been given, which slots
 * are published, how many are claimed. ring.pml has the rest. Every access to one of these or to
 * the idle word is a step of its own. Each step is headed by the function it stands for. Bounds and
 * what is left out: README.md.
 *
 * The jobs: MEETING jobs from outside, by as many producers, each of which waits until all of them
 * run at the same time; and a child that one of them spawns. Destroy begins when the
 * producers are through, or when all jobs have run.
 *
 * The properties are the assertions, and that no run gets stuck: with a job queued and all workers
 * asleep, jobs that wait for each other, or a destroy that does not return, spin reports an invalid
 * end state.
 *
 * Macros that plant a mistake: see `mutants` in CMakeLists.txt. */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef MEETING
#define MEETING 2 /* jobs from outside; at most WORKERS */
#endif
#ifndef SPOTS
#define SPOTS 1 /* of one worker each, at most 2; the other workers share the spot behind */
#endif
#ifndef MOST_SEARCHERS
#define MOST_SEARCHERS 1
#endif
#ifndef BEHIND_MOST
#define BEHIND_MOST 1 /* times a worker is in a segment that others have left */
#endif
#ifndef OWNER_JOBS
#define OWNER_JOBS 0 /* of the jobs from outside: of a producer that owns the tickets at first */
#endif
#define JOBS (MEETING + 1)

/* The idle word: idle.h. One word: read and changed in one step. */
byte sleepers;
byte spots; /* a bit each: its worker is one of the sleepers */
byte searchers;
bool closing;
bool done;
/* park.h, by spot: permits posted and not yet taken; park.pml has what is behind it. */
byte permits[SPOTS + 1];
#define SPOT(worker) (worker < SPOTS -> worker : SPOTS)
#define BIT(spot) (spot < SPOTS -> 1 << spot : 0)

/* The queue, by ticket. */
byte tail;
byte head;
bool published[JOBS];
bool child[JOBS]; /* by ticket: the job is the child */
bool over;
#if OWNER_JOBS
/* tickets.h. What the owner has taken; what has certainly arrived of its stores: others may read
 * anything between. */
bool owned = true;
bool disturbed; /* `tail` is not what the owner has left there */
byte taken, arrived;
byte granted;
bool locked;
#endif

/* For the properties only. */
byte started;
bool spawned;
byte ran;
byte through; /* producers */
byte ended;   /* workers */

#ifdef FLAG_OUTSIDE
bool stop;
#endif

/* ---- Producers, and workers that run a job that spawns ------------------------------------- */

/* wake, in queue.c. Whether `length` says that another searcher is worth it is left open: the
 * protocol must be right either way, as long as somebody searches. */
inline wake() {
    d_step { sl = sleepers; sp = spots; se = searchers; cl = closing; dn = done }
    do
    :: sl == 0 || se > 0 -> break
    :: sl > 0 && se < MOST_SEARCHERS ->
        /* thread_pool_idle_next, thread_pool_idle_turn_sleeper */
        d_step {
            turned = (sl == sleepers && sp == spots && se == searchers && cl == closing &&
                      dn == done);
            if
            :: turned ->
                sp = (sp & 1 -> 0 : (sp & 2 -> 1 : SPOTS));
                sleepers--; searchers++; spots = spots & ~BIT(sp)
            :: else -> sl = sleepers; sp = spots; se = searchers; cl = closing; dn = done
            fi
        }
        if
        :: turned ->
#ifdef OTHER_SPOT
            permits[SPOTS]++;
#elif !defined(DROP_WAKE)
            permits[sp]++;
#endif
            break
        :: else -> skip
        fi
    od;
    atomic { sl = 0; sp = 0; se = 0; cl = false; dn = false; turned = false }
}

#if OWNER_JOBS
/* thread_pool_tickets_revoke, under lock. */
inline revoke() {
    disturbed = true;
#ifndef NO_FENCE
    arrived = taken; /* thread_pool_fence_heavy */
#endif
    atomic {
        granted = arrived;
        do
        :: granted < taken -> granted++
        :: break
        od
    }
    d_step { tail = granted; owned = false }
}

/* thread_pool_queue_put_slowly, put_locked; thread_pool_tickets_settle */
inline lock_and_revoke() {
    atomic { !locked -> locked = true }
    if
    :: owned -> revoke()
    :: else -> skip
    fi;
    locked = false
}

/* thread_pool_queue_put_owned; put_locked, thread_pool_tickets_give_up. */
inline take_own() {
    ticket = taken;
#ifdef LOOKS_FIRST
    seen = disturbed;
#endif
    taken = ticket + 1;
#ifdef LOOKS_FIRST
    skip;
#elif defined(UNCHECKED)
    seen = false;
#else
    seen = disturbed;
#endif
    if
    :: seen ->
        seen = false;
        mine = false;
        atomic { !locked -> locked = true }
        d_step {
            has = (owned || granted > ticket);
            if
            :: owned -> owned = false; tail = ticket + 1
            :: else -> skip
            fi;
            locked = false
        }
    :: else -> has = true
    fi
}
#endif

/* thread_pool_queue_put */
inline put(is_child) {
#ifdef LATE_TICKET
    sl = sleepers;
#endif
#if OWNER_JOBS
    /* Tickets of a tail that is owned are none. */
    if
    :: atomic { owned -> disturbed = true }
        lock_and_revoke()
    :: else -> skip
    fi;
#endif
    /* A spawn is refused when all is over; these are of jobs that run or come before. */
    d_step { assert(!over); ticket = tail; tail++; child[ticket] = is_child }
    atomic { published[ticket] = true; ticket = 0 }
#ifndef LATE_TICKET
    sl = sleepers;
#endif
    if
    :: sl != 0 -> wake()
    :: else -> skip
    fi
}

#if OWNER_JOBS
proctype owner() {
    byte ticket, sl, sp, se, k;
    bool cl, dn, turned, mine = true, seen, has;
    do
    :: k < OWNER_JOBS ->
        if
        :: mine ->
            take_own();
            if
            :: has ->
                d_step { assert(!over && !published[ticket]) }
                atomic { published[ticket] = true; ticket = 0; has = false }
                sl = sleepers;
                if
                :: sl != 0 -> wake()
                :: else -> skip
                fi
            :: else -> put(false)
            fi
        :: else -> put(false)
        fi;
        d_step { k++; through++; arrived = taken }
    :: else -> break
    od
}
#endif

proctype producer() {
    byte ticket, sl, sp, se;
    bool cl, dn, turned;
    put(false);
    through++
}

/* ---- Workers --------------------------------------------------------------------------------- */

/* thread_pool_claim_try, in one step. When it fails, the slot that it has looked at was not
 * published, so the head was still there. When it succeeds, the exchange is the step. */
inline claim() {
    d_step {
        claimed = (head < JOBS && published[head]);
        if
        :: claimed -> is_child = child[head]; head++
        :: else -> skip
        fi
    }
}

/* thread_pool_consumer_sees_tickets: `tail`, then `head`. That a segment follows says the same, and
 * may say it although all jobs in there have been claimed. */
inline sees_tickets(number) {
#if OWNER_JOBS && !defined(NOT_SETTLED)
    if
    :: owned -> lock_and_revoke()
    :: else -> skip
    fi;
#endif
    if
#ifdef NOT_SETTLED /* The mistake: what has arrived of an owner's tickets is all that there are. */
    :: atomic { true -> sl = (owned -> arrived : tail) }
#else
    :: atomic { true -> sl = tail }
#endif
        atomic { found = (head + number < sl); sl = 0 }
    :: atomic { tail > 0 && behind < BEHIND_MOST -> behind++; found = true }
    fi
}

/* thread_pool_queue_end, thread_pool_idle_end, wake_all */
inline end() {
    over = true;
#if OWNER_JOBS
    lock_and_revoke();
#endif
    d_step { ending = !done; done = true }
    do
    :: ending && waked < WORKERS -> d_step { permits[SPOT(waked)]++; waked++ }
    :: else -> break
    od;
    atomic { ending = false; waked = 0 }
}

proctype worker(byte number; bool asleep) {
    byte ticket, sl, sp, se, behind, waked;
    bool cl, dn, turned, claimed, found, is_child, ending;
#ifdef FLAG_OUTSIDE
    bool stopped;
#endif
    /* Born asleep, or done with a job of earlier times. */
    if
    :: asleep -> goto sleep
    :: else -> skip
    fi;
take:
    claim();
    if
    :: claimed -> goto start
    :: else -> skip
    fi;
    /* thread_pool_queue_wait: thread_pool_idle_start_search */
    searchers++;
search:
    /* thread_pool_consumer_sees_job */
    if
    :: head < JOBS && published[head] ->
        /* end_search: thread_pool_idle_end_search, and one more worker if there is more to do than
         * this one and those who search will take. */
#ifdef CHAIN_FIRST
        d_step { sl = sleepers; se = searchers - 1 }
#else
        d_step { searchers--; sl = sleepers; se = searchers }
#endif
#ifndef NO_CHAIN
        if
        :: sl > 0 ->
#ifdef LEAVES_ONE
            sees_tickets(se + 2);
#else
            sees_tickets(se + 1);
#endif
            if
            :: found -> found = false; wake()
            :: else -> skip
            fi
        :: else -> skip
        fi;
#endif
#ifdef CHAIN_FIRST
        searchers--;
#endif
        atomic { sl = 0; se = 0 }
        goto take
    :: else -> skip
    fi;
    /* lie_down: thread_pool_idle_announce_sleep; is destroy under way? */
#ifdef FLAG_OUTSIDE
    /* The mistake: the flag is not in the word. */
    stopped = stop;
    d_step {
        searchers--; sleepers++; spots = spots | BIT(SPOT(number));
        ending = stopped; stopped = false
    }
#elif defined(STALE_WORD)
    d_step {
        searchers--; sleepers++; spots = spots | BIT(SPOT(number));
        ending = (closing && sleepers == WORKERS)
    }
#else
    d_step {
        searchers--; sleepers++; spots = spots | BIT(SPOT(number)); ending = closing
    }
#endif
#ifndef NO_RECHECK
    sees_tickets(0);
#endif
    if
    :: found ->
        /* thread_pool_idle_cancel_sleep */
        d_step {
            ending = false;
#ifdef CANCEL_ANY
            found = (sleepers > 0);
#else
            found = (number < SPOTS -> (spots & BIT(number)) != 0
                                    : sleepers > (spots & 1) + (spots >> 1));
#endif
            if
            :: found -> sleepers--; searchers++; spots = spots & ~BIT(SPOT(number))
            :: else -> skip
            fi
        }
        if
        :: found -> found = false; goto search
        :: else -> skip
        fi;
#ifdef PERMIT_LEFT
        /* The mistake: the permit that is on its way stays there. */
        goto search;
#endif
    :: else ->
#ifndef STALE_WORD
        /* thread_pool_idle_is_over. The word is a new one: others may have cancelled since the
         * announcement, and may run a job now. */
        if
        :: ending -> ending = (sleepers == WORKERS)
        :: else -> skip
        fi;
#endif
        if
        :: ending -> end()
        :: else -> skip
        fi
    fi;
sleep:
    /* thread_pool_park_wait */
    atomic { permits[SPOT(number)] > 0 -> permits[SPOT(number)]-- }
    if
    :: done -> goto leave
    :: else -> goto search
    fi;
start:
    atomic { claimed = false; started++ }
    if
    :: atomic { is_child -> is_child = false }
    :: else ->
        /* Jobs that wait for each other. */
        atomic { started >= MEETING -> skip }
        /* One of them spawns. */
        if
        :: atomic { !spawned -> spawned = true }
            put(true)
        :: else -> skip
        fi
    fi;
    ran++;
    goto take;
leave:
    ended++
}

/* ---- Destroy --------------------------------------------------------------------------------- */

proctype destroyer() {
    bool ending;
    byte claims, waked;
    /* A spawn from outside during destroy is the caller's error. */
    if
    :: true -> through == MEETING
    :: true -> through == MEETING && ran == JOBS
    fi;
    /* thread_pool_idle_close */
#ifdef FLAG_OUTSIDE
    stop = true;
#endif
    d_step { closing = true; ending = (sleepers == WORKERS) }
#ifndef CLOSE_SILENT
    /* has_unclaimed */
    claims = head;
#ifndef CLOSE_BLIND
#if OWNER_JOBS
    ending = ending && claims == (owned -> taken : tail);
#else
    ending = ending && claims == tail;
#endif
#endif
#ifndef CLOSE_ONCE
    /* thread_pool_idle_is_over */
    ending = ending && sleepers == WORKERS;
#endif
    if
    :: ending -> end()
    :: else -> skip
    fi;
#endif
    /* end_all: joins every worker. */
    ended == WORKERS;
    assert(ran == JOBS && head == tail && tail == JOBS);
#if defined(STALE_WORD) || defined(FLAG_OUTSIDE)
    /* These leave permits too; what is looked for is worse. */
    skip
#else
    d_step {
        assert(over);
        claims = 0;
        do
        :: claims <= SPOTS -> assert(permits[claims] == 0); claims++
        :: else -> break
        od
    }
#endif
}

init {
    byte i;
    atomic {
        do
        :: i < WORKERS -> run worker(i, false); i++
        :: i < WORKERS -> sleepers++; spots = spots | BIT(SPOT(i)); run worker(i, true); i++
        :: else -> break
        od;
#if OWNER_JOBS
        run owner();
#endif
        i = OWNER_JOBS;
        do
        :: i < MEETING -> run producer(); i++
        :: else -> break
        od;
        run destroyer()
    }
}
