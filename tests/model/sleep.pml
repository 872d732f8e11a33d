/* sleep.pml: how workers of c_pool/shared_queue sleep, are woken, and end: idle.c, and the steps of
 * queue.c that use it. The queue itself is its two counters, tickets and claims, and what has been
 * published; queue.pml has the rest.
 *
 * Names are those of the code; a line is one atomic step; memory is sequentially consistent, which
 * all accesses to the idle word and to `tail` are in the code too.
 *
 * The jobs: the first PRODUCERS ones come from outside; the last of them spawns one more. The
 * first two meet: each waits until the other one runs, so that two workers must be awake, although
 * a producer may have woken one only. Then the pool is destroyed.
 *
 * Checked: nobody is stuck: every job runs, every worker leaves, destroy returns; at the end no
 * job waits and no permit is left.
 *
 * Mutants: FLAG_OUTSIDE  destroy's flag is no part of the idle word: read before the announcement
 *          NO_RECHECK    a worker sleeps without a last look at the queue
 *          DROP_WAKE     the permit of a turned sleeper is not posted
 *          NO_CHAIN      a worker that found a job while searching does not wake the next one
 *          LATE_TICKET   a producer looks at the idle word before it takes its ticket
 *          LEAVE_EARLY   a closing pool ends when the queue is empty, although a job still runs */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#define JOBS (PRODUCERS + 1)
#define CAS_WORD(sl, se) (sleepers == sl && searchers == se)

byte tail, head;         /* tickets given, jobs claimed */
bool published[JOBS];
byte job_at[JOBS];       /* by ticket */

byte sleepers, searchers; /* the idle word, with closing and done */
bool closing, done;
byte permits;

byte started, ran;
byte spawners, gone;     /* producers that are through; workers that have left */
bool patient;           /* destroy is called when all jobs have run, or at once */
bool destroyed;
bool over;               /* queue.over: a spawn is refused */

inline post(n) {
#ifndef DROP_WAKE
    permits = permits + n
#else
    skip
#endif
}

inline wake() {
    do
    :: atomic { sl = sleepers; se = searchers };
       if
       :: sl == 0 -> break
       :: sl > 0 && se > 0 -> break /* somebody is searching */
       :: sl > 0 -> /* with `most_searchers` another one may be woken: always allowed */
          atomic {
              if
              :: CAS_WORD(sl, se) -> sleepers--; searchers++; turned = true
              :: else -> turned = false
              fi
          };
          if
          :: turned -> post(1); break
          :: else
          fi
       fi
    od
}

inline spawn(job) {
#ifdef LATE_TICKET
    sl = sleepers;
#endif
    assert(!over);
    atomic { ticket = tail; tail++; job_at[ticket] = job };
    published[ticket] = true;
#ifndef LATE_TICKET
    sl = sleepers;
#endif
    if
    :: sl > 0 -> wake()
    :: else
    fi
}

proctype producer(byte job) {
    byte ticket, sl, se;
    bool turned;
    spawn(job);
    atomic { ticket = 0; sl = 0; se = 0; turned = false; spawners++ }
}

proctype worker() {
    byte ticket, sl, se, h, n, job;
    bool turned, claimed, counted, leaving, stop_seen;
again:
    skip; /* claim */
    atomic { claimed = false; sl = 0; se = 0; ticket = 0; n = 0; turned = false; stop_seen = false;
             job = 0 }; /* forgets what is not needed any more: fewer states */
    h = head; /* the slot is read at this index */
    if
    :: h < JOBS && published[h] ->
        atomic { if :: head == h -> head++; claimed = true; job = job_at[h] :: else fi }
    :: else
    fi;
    h = 0;
    if
    :: claimed && counted -> /* end_search */
        atomic { searchers--; sl = sleepers };
        counted = false;
#ifndef NO_CHAIN
        if
        :: sl > 0 && head < tail -> wake()
        :: else
        fi
#endif
    :: else
    fi;
    if
    :: claimed ->
        started++;
        if
        :: job < 2 -> started >= 2 /* the first two meet */
        :: else
        fi;
        if
        :: job == PRODUCERS - 1 -> spawn(PRODUCERS)
        :: else
        fi;
        ran++;
        goto again
    :: else
    fi;
    if
    :: !counted -> searchers++; counted = true; goto again
    :: counted -> skip /* search was in vain */
    fi;
#ifdef FLAG_OUTSIDE
    stop_seen = closing;
#endif
    /* rest: announce_sleep */
    atomic { searchers--; sleepers++; counted = false; n = sleepers;
#ifndef FLAG_OUTSIDE
             stop_seen = closing
#endif
    };
#ifdef LEAVE_EARLY
    if :: stop_seen -> n = WORKERS :: else fi;
#endif
#ifndef NO_RECHECK
    if
    :: head < tail ->
        /* cancel_sleep */
        atomic { if :: sleepers > 0 -> sleepers--; searchers++; counted = true :: else fi };
        if
        :: counted -> goto again
        :: else
        fi
#else
    if
    :: false
#endif
    :: else ->
        if
        :: stop_seen && n == WORKERS ->
            over = true;
            atomic { leaving = !done; done = true };
            if :: leaving -> post(WORKERS) :: else fi
        :: else
        fi
    fi;
    /* sleep */
    atomic { permits > 0 -> permits-- };
    if
    :: done -> goto out
    :: else -> counted = true; goto again
    fi;
out:
    gone++
}

proctype destroyer() {
    byte n;
    spawners == PRODUCERS; /* a spawn from outside during destroy is the caller's error */
    !patient || ran == JOBS; /* patient: all run without the wake-ups that destroy gives */
#ifdef FLAG_OUTSIDE
    closing = true;
    atomic { n = sleepers; searchers = searchers + n; sleepers = 0 };
#else
    atomic { closing = true; n = sleepers; searchers = searchers + n; sleepers = 0 };
#endif
    if :: n > 0 -> post(n) :: else fi;
    gone == WORKERS;
    assert(ran == JOBS && head == tail);
    assert(permits == 0);
    destroyed = true
}

init {
    byte i;
    atomic {
        if :: patient = true :: patient = false fi;
        for (i : 0 .. PRODUCERS - 1) { run producer(i) };
        for (i : 0 .. WORKERS - 1) { run worker() };
        run destroyer()
    }
}
