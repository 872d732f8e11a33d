/* The poller of kvs-server (bench/kvs/server/README.md): states of a connection, the role that goes
 * round among the jobs, and waking the poller. P1 … O2 are the steps of that page.
 *
 * The pool is a bag: whichever job it likes starts next, which covers every backend's order.
 * Clients send MESSAGES each; epoll reports an edge when something arrives, once. A turn executes
 * at least one request; a connection with more of them may go on the ready list. A job may get both
 * connections as a group (job.h), spawn another job for the second or put it off. At most one job
 * holds the role at any time, and when nothing moves any more, everything has been served.
 *
 * Mistakes to be planted: NO_SECOND_LOOK, LET_GO_BLINDLY, KICK_FIRST, COUNT_LATE, SPLIT_LATE. */
#define WORKERS 2
#define CLIENTS 2
#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef REFUSALS
#define REFUSALS 1
#endif
#define ANY(list) (list[0] || list[1])

mtype = { IDLE, RUNNING, DIRTY };

mtype state[CLIENTS] = IDLE;
byte received[CLIENTS];   /* in the socket, not executed */
bool edge[CLIENTS];       /* what epoll has to report */
bool ready[CLIENTS];      /* the ready list */
bool carried[CLIENTS];    /* the poller's, for this round or the next */
bool spawned[CLIENTS];    /* in the pool: a turn */
bool spawned_group;       /* in the pool: a job for both */
bool spawned_role = true; /* in the pool: a job that has the role and nothing else */
bool waiting, kicked;
byte to_start, holders, served, refusals;
bool over; /* nothing moves any more */

inline get_role() {
    atomic {
        holders++;
        assert(holders == 1);
        has_role = true
    }
}

inline kick_if_waiting() {
    atomic {
        if
        :: look -> waiting = false; kicked = true
        :: else
        fi
    }
}

/* poller_ready */
inline put_on_ready_list() {
#ifdef KICK_FIRST
    look = waiting;
    kick_if_waiting();
    ready[c] = true
#else
    ready[c] = true; /* O1 */
    look = waiting;  /* O2 */
    kick_if_waiting()
#endif
}

/* poller_spawn_another, poller_job_started, job_hand_over */
inline begin() {
    if
    :: has_mate ->
#ifdef SPLIT_LATE
        spawned[1] = true;
        to_start++;
#else
        to_start++;
        spawned[1] = true;
#endif
        has_mate = false
    :: true
    fi;
    atomic {
        to_start--;
        if
        :: to_start == 0 -> get_role()
        :: else
        fi
    }
    if /* before something slow or in a panic */
    :: has_role -> atomic { has_role = false; holders--; spawned_role = true }
    :: true
    fi;
    if
    :: has_mate -> c = 1; put_on_ready_list(); c = 0; has_mate = false
    :: true
    fi
}

inline turn() {
    look_again = true;
    do
    :: !look_again -> break
    :: look_again && received[c] > 0 ->
        received[c]--;
        served++;
        if
        :: received[c] > 0 -> look_again = false; put_on_ready_list()
        :: true
        fi
    :: look_again && received[c] == 0 -> /* pass_on */
#ifdef LET_GO_BLINDLY
        state[c] = IDLE;
        look_again = false
#else
        atomic {
            if
            :: state[c] == RUNNING -> state[c] = IDLE; look_again = false
            :: else -> state[c] = RUNNING
            fi
        }
#endif
    od
}

inline collect_ready() {
    i = 0;
    do
    :: i < CLIENTS ->
        atomic {
            if
            :: ready[i] -> ready[i] = false; carried[i] = true
            :: else
            fi
        }
        i++
    :: else -> break
    od
}

/* wait_for_news */
inline sleep() {
    look = ANY(carried);
    if
    :: ANY(edge) -> look = true /* look_and_yield has found it */
    :: !look -> waiting = true; /* P1 */
#ifndef NO_SECOND_LOOK
        look = ANY(ready)       /* P2 */
#endif
    :: else
    fi;
end_asleep:
    atomic {                    /* P3 */
        look || kicked || ANY(edge) || over -> kicked = false
    }
    waiting = false
}

/* on_event, take, take_carried */
inline fill_batch() {
    i = 0;
    do
    :: i < CLIENTS ->
        if
        :: edge[i] ->
            edge[i] = false;
            atomic {
                if
                :: state[i] == IDLE -> state[i] = RUNNING; batch[i] = true
                :: else -> state[i] = DIRTY
                fi
            }
        :: else
        fi;
        if
        :: carried[i] -> carried[i] = false; batch[i] = true
        :: else
        fi;
        i++
    :: else -> break
    od
}

inline spawn_batch() {
    if
    :: batch[0] && batch[1] -> group = true; count = 1
    :: group = false; count = batch[0] + batch[1]
    fi;
    refused = 0;
    atomic { holders--; has_role = false } /* what is not spawned yet keeps the others away */
#ifndef COUNT_LATE
    to_start = count;
#endif
    if
    :: group && refusals < REFUSALS ->
        atomic { carried[0] = true; carried[1] = true; refused++; refusals++ };
        batch[0] = false;
        batch[1] = false
    :: group -> batch[0] = false; batch[1] = false; spawned_group = true
    :: else
    fi;
    i = 0;
    do
    :: i < CLIENTS && batch[i] && refusals < REFUSALS ->
        atomic { carried[i] = true; refused++; refusals++; batch[i] = false; i++ }
    :: i < CLIENTS && batch[i] -> batch[i] = false; spawned[i] = true; i++
    :: i < CLIENTS && !batch[i] -> i++
    :: i == CLIENTS -> break
    od;
#ifdef COUNT_LATE
    to_start = count;
#endif
    if
    :: refused > 0 ->
        atomic {
            to_start = to_start - refused;
            if
            :: to_start == 0 -> get_role()
            :: else
            fi
        }
    :: else
    fi
}

active [WORKERS] proctype worker() {
    bool has_role, has_mate, group, look, look_again, batch[CLIENTS];
    byte c, i, refused, count;
end_of_work:
    atomic {
        if /* whichever the pool likes */
        :: spawned[0] -> spawned[0] = false; c = 0
        :: spawned[1] -> spawned[1] = false; c = 1
        :: spawned_group -> spawned_group = false; c = 0; has_mate = true
        :: spawned_role -> spawned_role = false; get_role(); goto rounds
        :: over -> goto finished
        fi
    }
    begin();
    turn();
    if
    :: has_mate -> c = 1; turn(); has_mate = false
    :: else
    fi;
rounds:
    do
    :: over -> goto finished
    :: has_role && !ANY(batch) -> collect_ready(); sleep(); fill_batch()
    :: has_role && ANY(batch) -> spawn_batch()
    :: !has_role -> break
    od;
    goto end_of_work;
finished:
    skip
}

active [CLIENTS] proctype client() {
    byte sent;
    do
    :: sent < MESSAGES ->
        atomic { received[_pid - WORKERS]++; edge[_pid - WORKERS] = true; sent++ }
    :: else -> break
    od
}

active proctype at_the_end() {
    timeout -> assert(served == CLIENTS * MESSAGES);
    over = true
}
