/* The chain of segments of c_pool/shared_queue: publish, claim, grow, retire, reuse.
 *
 * Every access to a field that another thread may touch at the same time is a step of its own; what
 * a thread does by itself, or with fields only touched under the queue's lock, is joined to the step
 * before. Each step is headed by the function it stands for: queue.h and queue.c for the
 * producers, claim.h, claim.c, segments.c and wait.h for the workers. Bounds and what is left out:
 * README.md.
 *
 * The properties are the assertions, and that no run gets stuck: a job that is never claimed leaves
 * all workers waiting, which spin reports as an invalid end state.
 *
 * Macros that plant a mistake: see `mutants` in CMakeLists.txt. */

#ifndef COUNT
#define COUNT 2 /* slots of a segment */
#endif
#ifndef SEGMENTS
#define SEGMENTS 3 /* heads of segments there are; see the assertion in ready_and_open */
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef JOBS_A
#define JOBS_A 2 /* of the first producer */
#endif
#ifndef JOBS_B
#define JOBS_B 2 /* of the second one */
#endif
#ifndef CACHED_MOST
#define CACHED_MOST 3 /* segments kept with their slots */
#endif
#ifndef REST_MOST
#define REST_MOST 1 /* times a worker lets go of its segment to sleep */
#endif
#ifndef BLIND
#define BLIND 0 /* claims where all tickets have been given: 0 seen, 1 blind, 2 either */
#endif
#ifndef GIVEN
#define GIVEN 1 /* slots of the first segment that have been claimed before */
#endif

#define NONE 7
#define OVERWRITTEN 15 /* no producer's job */
#define ALL (JOBS_A + JOBS_B)
#define PHASE(life) ((life) & 1)
#define SLOT(segment, index) ((segment) * COUNT + (index))

/* segment.h. A ticket is {life, index}, taken in one step. */
byte tail_life[SEGMENTS];
byte tail[SEGMENTS];
byte life[SEGMENTS];
byte head[SEGMENTS];
byte next[SEGMENTS];

/* slot.h: a slot's phase bit is PHASE(slot_life), its job is slot_job. The whole life is there only
 * to be asserted. An unmapped segment has no slots. */
byte slot_life[SEGMENTS * COUNT];
byte slot_job[SEGMENTS * COUNT];
bool mapped[SEGMENTS];

/* In which list of the queue a segment is; under lock. */
mtype = { CHAIN, RETIRED, CACHED, DETACHED, BARE };
mtype list[SEGMENTS];
byte cached_count;
byte retired_count;
bool locked;

byte last, first;
byte holds[WORKERS];

/* For the properties only: the job of each producer that must be claimed next, how many have been
 * claimed, and how many workers are done. */
byte expected[2];
byte claimed;
byte ended;
#ifdef CLAIM_ADDS
short claimed_jobs;
#endif

/* Exactly once and first in, first out for each producer. The accepted jobs of a producer are
 * numbered, so a job lost, claimed twice or out of order is not the expected one. */
inline count_claim(job) {
#ifdef CLAIM_ADDS
    /* Here a claim may be known later than it is made: no order, only how often. */
    assert((claimed_jobs & (1 << job)) == 0);
    claimed_jobs = claimed_jobs | (1 << job);
#else
    assert((job & 7) == expected[job >> 3]);
    expected[job >> 3]++;
#endif
    claimed++
}

/* ---- Producers ------------------------------------------------------------------------------ */

/* thread_pool_slot_publish (slot.h). The argument is written before the word and nobody reads it
 * before the word; so both are one step. */
inline publish(segment, index, of_life, job) {
    d_step {
        assert(mapped[segment]);
        /* Each slot is written once a life: what is there is of an earlier one. */
        assert(slot_life[SLOT(segment, index)] < of_life);
        slot_life[SLOT(segment, index)] = of_life;
        slot_job[SLOT(segment, index)] = job;
        if /* claimed blindly: the claim is known only now */
        :: index < head[segment] && of_life == life[segment] ->
            count_claim(slot_job[SLOT(segment, index)])
        :: else -> skip
        fi
    }
}

/* thread_pool_segments_ready and thread_pool_segments_open: takes a segment of a list for another
 * life. All but `tail` is read only after the link; `tail` is what a producer with an old pointer
 * may find. */
inline ready_and_open(segment) {
    if
    :: atomic { list[0] == CACHED -> segment = 0 }
    :: atomic { list[1] == CACHED -> segment = 1 }
#if SEGMENTS > 2
    :: atomic { list[2] == CACHED -> segment = 2 }
#endif
    :: atomic {
        cached_count == 0 ->
        d_step {
            segment = 0;
            do
            :: segment < SEGMENTS && list[segment] != BARE -> segment++
            :: else -> break
            od;
            assert(segment < SEGMENTS) /* the model has heads enough */
        }
    }
    fi;
    d_step {
        i = 0;
        if
        :: list[segment] == CACHED ->
            cached_count--;
#if defined(SAME_PHASE)
            life[segment] = life[segment] + 2
#elif defined(CLEARED_LATE)
            life[segment] = life[segment] + 2
#else
            life[segment]++
#endif
        :: else ->
            /* thread_pool_pages_take: zeros. */
            do
            :: i < COUNT -> slot_life[SLOT(segment, i)] = 0; slot_job[SLOT(segment, i)] = 0; i++
            :: else -> break
            od;
            mapped[segment] = true;
            life[segment] = (life[segment] + 1) | 1
        fi;
        i = 0;
        list[segment] = CHAIN;
        head[segment] = 0;
        next[segment] = NONE;
        tail_life[segment] = life[segment];
        tail[segment] = 1
    }
}

proctype producer(byte self; byte jobs) {
    byte k, index, of_life, segment, old, i;
#ifdef PHASE_OF_POINTER
    byte early_life;
#endif
    do
    :: k < jobs ->
        /* thread_pool_queue_put: the pointer, */
        d_step {
            segment = last;
#ifdef PHASE_OF_POINTER
            early_life = life[segment]
#endif
        }
        /* the ticket, */
        d_step {
            index = tail[segment];
            of_life = tail_life[segment];
            tail[segment]++
#ifdef PHASE_OF_POINTER
            ; of_life = early_life
#endif
        }
        if
        :: index < COUNT -> publish(segment, index, of_life, self << 3 | k)
        :: else ->
            /* thread_pool_queue_put_slowly, put_locked: `last` only changes under the lock. */
            atomic { !locked -> locked = true; old = last }
            d_step {
                index = tail[old];
                of_life = tail_life[old];
                tail[old]++
            }
            if
            :: index < COUNT -> publish(old, index, of_life, self << 3 | k)
            :: else ->
                d_step {
                    tail_life[old] = life[old];
                    tail[old] = COUNT
                }
                /* append */
                ready_and_open(segment);
#ifdef CLEARED_LATE
                /* The mistake that a prototype had, as far as it can be made here: slots have no
                 * phase (it is always 1) and are cleared, but only after the segment can be seen. */
                next[old] = segment;
                d_step {
                    i = 0;
                    do
                    :: i < COUNT -> slot_life[SLOT(segment, i)] = 0; i++
                    :: else -> break
                    od;
                    i = 0
                }
                publish(segment, 0, life[segment], self << 3 | k);
#else
                publish(segment, 0, life[segment], self << 3 | k);
                next[old] = segment;
#endif
                last = segment
            fi;
            /* What follows under the lock is nothing. */
            locked = false
        fi;
        d_step { k++; index = 0; of_life = 0; segment = 0; old = 0 }
    :: else -> break
    od
}

/* ---- Workers --------------------------------------------------------------------------------- */

/* thread_pool_consumer_enter. The life does not change as long as the segment is held. */
inline enter() {
    segment = first;
    do
    :: atomic { holds[self] = segment; i = segment }
#ifdef ENTER_UNCHECKED
        break
#else
        segment = first;
        if
        :: segment == i -> break
        :: else -> skip
        fi
#endif
    od;
    atomic {
        i = 0;
        of_life = life[segment];
#ifndef KEEPS_PLACE /* The mistake: the worker goes on where it was in the segment before. */
        place = head[segment]
#endif
    }
#ifdef CLAIM_ADDS
    ; sure = 0
#endif
}

/* sweep, is_held; under lock. What the caller holds it knows, so for two workers is_held is one load
 * of the other's. */
inline sweep() {
    d_step {
        s = 0;
        do
        :: s < SEGMENTS && list[s] != RETIRED -> s++
        :: else -> break
        od
    }
    do
    :: s < SEGMENTS ->
        d_step {
            i = 0;
            do
#ifndef REUSE_HELD
            :: i < WORKERS && holds[i] != s -> i++
#else
            :: i < WORKERS -> i++
#endif
            :: else -> break
            od;
            if
            :: i == WORKERS ->
                recycle(s)
            :: else -> skip
            fi;
            i = 0;
            s++;
            do
            :: s < SEGMENTS && list[s] != RETIRED -> s++
            :: else -> break
            od
        }
    :: else -> break
    od;
    s = 0
}

/* recycle. Every ticket of the segment has been given and claimed: nobody will write into it. */
inline recycle(which) {
    retired_count--;
    list[which] = CACHED;
    cached_count++
}

/* detach; under lock. */
inline detach() {
    d_step {
        do
        :: s < SEGMENTS && cached_count > CACHED_MOST ->
            if
            :: list[s] == CACHED -> list[s] = DETACHED; cached_count--; out = out | (1 << s)
            :: else -> skip
            fi;
            s++
        :: else -> s = 0; break
        od
    }
}

/* give_back, strip: without the lock, but for the last step. */
inline give_back() {
    if
    :: out != 0 ->
        d_step {
            do
            :: s < SEGMENTS -> mapped[s] = mapped[s] && !(out & (1 << s)); s++
            :: else -> s = 0; break
            od
        }
        atomic {
            !locked ->
            d_step {
                do
                :: s < SEGMENTS ->
                    if
                    :: out & (1 << s) -> list[s] = BARE
                    :: else -> skip
                    fi;
                    s++
                :: else -> s = 0; break
                od;
                out = 0
            }
        }
    :: else -> skip
    fi
}

/* thread_pool_segments_trim */
inline trim() {
#if CACHED_MOST < SEGMENTS
    atomic { !locked -> locked = true }
    detach();
    locked = false;
    give_back()
#else
    skip
#endif
}

/* thread_pool_segments_retire. What it gives back at times, one by one, it gives back always here. */
inline retire(from) {
    atomic { !locked -> locked = true; list[from] = RETIRED }
    retired_count++;
#ifdef HOLDS_FIRST
    if
    :: !seen_held -> recycle(from)
    :: else -> sweep()
    fi;
#else
    sweep();
#endif
#if CACHED_MOST < SEGMENTS
    detach();
#endif
    atomic { from = 0; locked = false }
#if CACHED_MOST < SEGMENTS
    give_back()
#endif
}

/* thread_pool_segments_sweep */
inline sweep_if_needed() {
    if
    :: retired_count == 0
    :: atomic { retired_count != 0 -> skip }
        atomic { !locked -> locked = true }
        sweep();
        locked = false
    fi
}

/* thread_pool_consumer_leave */
inline leave() {
    d_step { holds[self] = NONE; segment = NONE; of_life = 0 }
    sweep_if_needed()
}

/* thread_pool_slot_give_back (slot.h): the argument of the last slot of a line, here of a segment,
 * is overwritten. */
inline give_back_slot() {
    if
    :: index == COUNT - 1 ->
        d_step {
            assert(mapped[segment]);
            assert(slot_life[SLOT(segment, index)] == of_life);
            slot_job[SLOT(segment, index)] = OVERWRITTEN
        }
    :: else -> skip
    fi
}

/* A claim could succeed, or another segment could be entered: who polls waits for that. */
#define WORTHWHILE \
    (head[segment] >= COUNT -> next[segment] != NONE : \
     PHASE(slot_life[SLOT(segment, head[segment])]) == PHASE(of_life))

proctype worker(byte self) {
    byte segment, of_life = 1, place = GIVEN, index, from, rests, s, i;
    byte job, out;
    bool moved;
#ifdef CLAIM_ADDS
    byte sure;
#endif
#ifdef HOLDS_FIRST
    bool seen_held;
#endif
again:
    /* thread_pool_claim_try: where this worker saw the head last, */
#ifndef CLAIM_ADDS
#if BLIND
    if
#ifdef BLIND_EARLY /* The mistake: not all tickets of the segment have been given. */
    :: head[segment] < COUNT -> goto blind
#else
    :: next[segment] != NONE -> goto blind
#endif
#if BLIND == 1
    :: else -> skip
#else
    :: true
#endif
    fi;
#endif
    index = place;
#else
    index = head[segment];
    if
    :: index < sure -> goto add
    :: else -> skip
    fi;
#endif
looked:
    if
    :: index >= COUNT ->
        /* advance: the next segment, */
        d_step { index = 0; from = next[segment] }
        if
        :: from == NONE -> from = 0; goto failed
        :: else -> skip
        fi;
#ifdef HOLDS_FIRST
        /* The mistake: who holds the segment is looked at before `first` has moved on. */
        d_step {
            i = 0;
            do
            :: i < WORKERS && (i == self || holds[i] != segment) -> i++
            :: else -> break
            od;
            seen_held = (i < WORKERS);
            i = 0
        }
#endif
        /* the exchange of `first`, */
        d_step {
            moved = (first == segment);
#ifndef CLAIM_ADDS
            /* Nothing is left behind; if it is the same life, as it should be. */
            assert(head[segment] >= COUNT || life[segment] != of_life);
#endif
            if
            :: moved -> first = from
            :: else -> skip
            fi;
            from = segment
        }
        /* and in there. */
        enter();
        if
        :: moved ->
            moved = false;
            retire(from)
        :: else ->
            from = 0;
            sweep_if_needed()
        fi;
        goto again
    :: else -> skip
    fi;
    /* thread_pool_slot_read (slot.h) */
    d_step {
        assert(mapped[segment]);
        job = slot_job[SLOT(segment, index)];
        s = slot_life[SLOT(segment, index)]
    }
    if
    :: atomic { PHASE(s) != PHASE(of_life) -> s = 0; job = 0; index = 0 }
        goto failed
    :: else -> skip
    fi;
    /* Never of another life. */
    d_step { assert(s == of_life); s = 0 }
#ifdef CLAIM_ADDS
    /* A published slot further on says that those before it have been given; the last of them, one
     * for each worker, are left out. */
    atomic {
        if
        :: index + 3 < COUNT && PHASE(slot_life[SLOT(segment, index + 3)]) == PHASE(of_life) ->
            sure = index + 4 - WORKERS
        :: else -> skip
        fi
    }
#endif
#ifdef GIVE_BACK_FIRST
    give_back_slot();
#endif
    /* The exchange of the head. */
    d_step {
#ifdef PLAIN_CLAIM
        i = 1;
#else
        i = (head[segment] == index -> 1 : 0);
#endif
        if
        :: i == 1 -> place = index + 1; head[segment] = place; count_claim(job)
        :: else -> place = head[segment]
        fi;
        job = 0
    }
#ifndef GIVE_BACK_FIRST
    if
    :: i == 1 -> give_back_slot()
    :: else -> skip
    fi;
#endif
    d_step { i = 0; index = 0 }
    goto again;
#if BLIND && !defined(CLAIM_ADDS)
blind: /* thread_pool_claim_blindly: the claim, */
    atomic {
        index = head[segment];
        head[segment]++;
        place = index + 1;
        if
        :: index >= COUNT -> goto looked
        :: else -> skip
        fi;
        if
        :: PHASE(slot_life[SLOT(segment, index)]) == PHASE(of_life) ->
            count_claim(slot_job[SLOT(segment, index)])
        :: else -> skip
        fi
    }
    /* and its job, for which it may have to wait: thread_pool_claim_await. */
    atomic {
        PHASE(slot_life[SLOT(segment, index)]) == PHASE(of_life) ->
        assert(mapped[segment] && slot_life[SLOT(segment, index)] == of_life);
        assert(slot_job[SLOT(segment, index)] != OVERWRITTEN)
    }
    index = 0;
    goto again;
#endif
#ifdef CLAIM_ADDS
    /* The mistake: claims that were thought to need no look at the slot are made by fetch-and-add,
     * and given back when there is no job. But between the look at the head and the addition others
     * may have claimed any number, so that the addition claims just any slot, and giving back the
     * last one of a segment comes too late when others have moved on. */
add:
    atomic {
        index = head[segment];
        head[segment]++;
        if
        :: index >= COUNT -> index = 0; goto again
        :: else -> skip
        fi
    }
    if
    :: atomic {
        PHASE(slot_life[SLOT(segment, index)]) == PHASE(of_life) ->
        job = slot_job[SLOT(segment, index)];
        count_claim(job);
        job = 0; index = 0
        }
        goto again
    :: atomic { head[segment] == index + 1 -> head[segment] = index; index = 0 }
    fi;
#endif
failed:
    /* thread_pool_queue_wait: search, and sleep when that takes too long. When a worker
     * sleeps and is woken is another model's (sleep.pml); here it may be at any time. */
    if
    :: WORTHWHILE -> goto again
    :: atomic { rests < REST_MOST -> rests++ }
        leave();
        trim();
        enter();
        goto again
    :: claimed == ALL
    fi;
    leave();
    ended++
}

init {
    byte i;
    atomic {
        /* As after some jobs: segment 0 is first and last, and its first slot
         * has been claimed, segment 1 has had a
         * life and is cached, full of the jobs of that life. */
        list[0] = CHAIN; life[0] = 1; tail_life[0] = 1; next[0] = NONE; mapped[0] = true;
        tail[0] = GIVEN; head[0] = GIVEN;
#if GIVEN > 0
        slot_life[0] = 1; slot_job[0] = 7;
#endif
        list[1] = BARE; list[2] = BARE;
        tail[1] = COUNT; tail[2] = COUNT;
#if CACHED_MOST > 0
        list[1] = CACHED; cached_count = 1;
        life[1] = 1; tail_life[1] = 1; head[1] = COUNT; mapped[1] = true;
        do
        :: i < COUNT -> slot_life[SLOT(1, i)] = 1; slot_job[SLOT(1, i)] = 7; i++
        :: else -> i = 0; break
        od;
#endif
        run worker(0);
        run worker(1);
        run producer(0, JOBS_A);
        run producer(1, JOBS_B)
    }
    /* Nothing is lost, and memory that nobody holds is not kept. */
    atomic {
        ended == WORKERS ->
        assert(claimed == ALL && retired_count == 0)
    }
}
