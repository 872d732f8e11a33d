/* A segment that is biased towards one worker, in one life: c_pool/shared_queue, bias.c and the
 * claims of claim.h. All slots are published. Every access to a shared field is a step of its own.
 * Bounds: README.md.
 *
 * Here the order of memory is the point. The worker that has the bias stores `biased` without a
 * fence: others may read what was stored last (`issued`), or anything before it down to what has
 * certainly arrived. The heavy fence lets all arrive that has been issued.
 *
 * The properties are the assertions, and that all end.
 *
 * Macros that plant a mistake: see `mutants` in CMakeLists.txt. */

#ifndef WORKERS
#define WORKERS 3
#endif
#ifndef COUNT
#define COUNT 4 /* slots */
#endif

#define BIASED 100
#define REVOKED 101
#define NONE 102

/* segment.h */
byte head;
byte arrived = 1, issued = 1; /* `biased` */
byte settled = NONE;

/* For the properties only. */
byte claimed;      /* how many slots, */
byte claimed_slots; /* and which */
bool contending;   /* a worker has stored `biased`, and goes on until that slot has been claimed */
byte ended;

inline count_claim(index) {
    assert((claimed_slots & (1 << (index))) == 0);
    claimed_slots = claimed_slots | (1 << (index));
    claimed++
}

/* settle (bias.c) */
inline settle(index) {
#ifndef NO_AGREEMENT /* The mistake: each thread ends the bias where it thinks right. */
    d_step {
        if
        :: settled == NONE -> settled = index
        :: else -> skip
        fi;
        where = settled
    };
#else
    where = index;
#endif
    d_step {
        if
        :: head >= BIASED -> head = where
        :: else -> skip
        fi
    }
}

/* thread_pool_claim_own, thread_pool_claim_biased (claim.h), thread_pool_bias_yield. */
inline claim_biased() {
#ifdef LOOK_FIRST
    seen = head;
#endif
    d_step { issued = next + 1; contending = true }
#if !defined(LOOK_FIRST) && !defined(UNCHECKED)
    seen = head;
#endif
#ifdef UNCHECKED
    seen = BIASED;
#endif
    if
    :: atomic { seen == BIASED -> count_claim(next); next++; contending = false }
    :: else ->
        /* What claim_own has begun begins again; or there was no claim_own. */
        if
        :: true ->
            issued = next + 1;
            seen = head;
            assert(seen != BIASED)
        :: true -> skip
        fi;
        settle(next + 1);
        mine = false;
        if
        :: atomic { where == next + 1 -> count_claim(next); contending = false }
        :: else -> lost = true
        fi;
        next = where
    fi;
    seen = 0;
    where = 0
}

/* revoke (bias.c) */
inline revoke() {
    d_step {
        if
        :: head == BIASED -> head = REVOKED
        :: else -> skip
        fi;
        seen = head
    }
    if
    :: head < BIASED /* is_yielded, or ended before */
    :: seen == REVOKED ->
#ifndef NO_FENCE
        arrived = issued; /* thread_pool_fence_heavy */
#endif
        read_biased();
        settle(place)
    fi;
    d_step { seen = 0; place = 0; where = 0 }
}

inline read_biased() {
    atomic {
        place = arrived;
        do
        :: place < issued -> place++
        :: break
        od
    }
}

/* The slot that it could not have is claimed, by whom ever: it need not come back for it. */
inline end_contending() {
    d_step {
        if
        :: lost && next >= issued -> lost = false; contending = false
        :: else -> skip
        fi
    }
}

proctype worker() {
    byte next, seen, where, place;
    bool mine, lost;
    /* thread_pool_consumer_enter, */
    next = head;
    do
    :: mine ->
        if
        :: next < COUNT -> claim_biased(); end_contending()
        /* thread_pool_bias_give_back: at the end, or to sleep. */
        :: true ->
            settle(next);
            d_step { mine = false; next = where; where = 0 }
        fi
    :: !mine && next >= BIASED ->
        /* thread_pool_bias_watch */
        if
        :: true -> revoke()
        :: head < BIASED
        fi;
        next = head
    :: !mine && next < COUNT ->
        /* thread_pool_claim_next */
        atomic {
            if
            :: head == next -> count_claim(next); next++; head = next
            :: else -> next = head; goto on
            fi
        }
        end_contending();
        /* thread_pool_bias_take, perhaps */
        if
#ifndef BIASED_TWICE
        :: next == 1 ->
#else
        :: true -> /* The mistake: by whoever has claimed last. */
#endif
            d_step {
                mine = (head == next);
                head = (mine -> BIASED : head)
            }
        :: true -> skip
        fi;
on:     skip
    :: !mine && next == COUNT -> break
    od;
    ended++
}

/* thread_pool_segment_claimed, by anybody: never more than has been claimed, but for the slot that a
 * worker is about to claim. */
proctype reader() {
    byte place, seen;
    seen = head;
    if
    :: seen < BIASED -> place = seen
    :: else -> read_biased()
    fi;
    assert(place <= claimed || (place == claimed + 1 && contending));
    ended++
}

init {
    byte i;
    atomic {
        do
        :: i < WORKERS -> run worker(); i++
        :: else -> break
        od;
        run reader()
    }
    ended == WORKERS + 1;
    assert(claimed == COUNT)
}
