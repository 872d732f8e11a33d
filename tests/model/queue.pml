/* queue.pml: c_pool/shared_queue without its sleep: publish, claim, grow, retire and reuse.
 *
 * Names are those of queue.c; a line of the model is one atomic step of the code. Memory is
 * sequentially consistent here: spin explores interleavings, the orderings are argued in the code.
 * Segments have N slots, so few that each producer grows the chain and every segment has several
 * lives. ENOMEM is what an empty cache answers, and the producer tries again.
 *
 * Checked: every job runs, none twice; the jobs of one producer are claimed in their order; nobody
 * is stuck.
 *
 * Mutants: REUSE_HELD     a retired segment is reused while a worker holds it
 *          SAME_PHASE     a segment is reused with the phase of the life before ("not cleared")
 *          PLAIN_CLAIM    a claim is a load and a store instead of a compare-and-swap */

#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#ifndef JOBS
#define JOBS 2 /* of each producer */
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef N
#define N 1
#endif
#ifndef SEGMENTS
#define SEGMENTS 3
#endif
#define NONE SEGMENTS

typedef segment {
    byte tail;        /* next ticket */
    byte life;        /* the upper half of `tail` */
    byte head;
    byte next;
    bit word[N];      /* the phase bit */
    byte arg[N]
}

segment seg[SEGMENTS];
byte first, last;
bool cached[SEGMENTS], retired[SEGMENTS];
byte holds[WORKERS];
bool lock;

bool ran[PRODUCERS * JOBS];
byte count_ran;
byte next_of[PRODUCERS]; /* the job of this producer that must be claimed next */

inline acquire() { atomic { !lock -> lock = true } }
inline release() { lock = false }

/* Ticket: place and life in one step, as they are one word. */
inline fetch_and_add(s) {
    atomic { index = seg[s].tail; life = seg[s].life; seg[s].tail++ }
}

inline publish(s) {
    seg[s].arg[index] = job;
    seg[s].word[index] = life & 1
}

inline ready_segment() {
    fresh = 0;
    do
    :: fresh < SEGMENTS && !cached[fresh] -> fresh++
    :: fresh < SEGMENTS && cached[fresh] -> cached[fresh] = false; break
    :: fresh == SEGMENTS -> break
    od
}

inline open_segment(s, new_life) {
    seg[s].head = 0;
    seg[s].next = NONE;
    atomic { seg[s].tail = 1; seg[s].life = new_life }
}

inline append(filled) {
    d_step { ready_segment() }
    if
    :: fresh == NONE /* ENOMEM */
    :: else ->
#ifdef SAME_PHASE
        life = seg[fresh].life;
#else
        life = 1 - seg[fresh].life;
#endif
        open_segment(fresh, life);
        index = 0;
        publish(fresh);
        seg[filled].next = fresh;
        last = fresh;
        queued = true
    fi
}

inline put_slowly() {
    acquire();
    s = last;
    fetch_and_add(s);
    if
    :: index < N -> publish(s); queued = true
    :: else -> seg[s].tail = N; append(s)
    fi;
    release()
}

proctype producer(byte me) {
    byte k = 0, job, s, index, life, fresh;
    bool queued;
    do
    :: k < JOBS ->
        job = me * JOBS + k;
        atomic { queued = false; index = 0; life = 0; fresh = 0 }; /* forgets: fewer states */
        s = last;
        fetch_and_add(s);
        if
        :: index < N -> publish(s); queued = true
        :: else -> put_slowly()
        fi;
        if
        :: queued -> k++
        :: else /* tries again; waits until there is a chance, which keeps the model finite */
            -> (cached[0] || cached[1] || cached[SEGMENTS - 1])
        fi
    :: else -> break
    od
}

inline enter() {
    s = first;
    do
    :: holds[me] = s;
       if
       :: first == s -> break
       :: else -> s = first
       fi
    od;
    phase = seg[s].life & 1
}

inline sweep() {
    i = 0;
    do
    :: i < SEGMENTS && !retired[i] -> i++
    :: i < SEGMENTS && retired[i] ->
        w = 0;
        do
#ifndef REUSE_HELD
        :: w < WORKERS && holds[w] == i -> break
        :: w < WORKERS && holds[w] != i -> w++
#else
        :: w < WORKERS -> w++
#endif
        :: w == WORKERS -> d_step { retired[i] = false; cached[i] = true }; break
        od;
        i++
    :: i == SEGMENTS -> break
    od
}

inline advance() {
    from = s;
    if
    :: seg[from].next == NONE
    :: else ->
        next = seg[from].next;
        moved = false;
        atomic { if :: first == from -> first = next; moved = true :: else fi };
        enter();
        acquire();
        if :: moved -> retired[from] = true :: else fi;
        sweep();
        release()
    fi
}

inline claimed(a) {
    assert(!ran[a]);
    ran[a] = true;
    count_ran++;
    assert(next_of[a / JOBS] == a % JOBS);
    next_of[a / JOBS]++
}

proctype worker(byte me) {
    byte s, phase, index, a, from, next, i, w;
    bool moved;
    enter();
    do
    :: count_ran == PRODUCERS * JOBS -> break
    :: else ->
        atomic { a = 0; from = 0; next = 0; i = 0; w = 0; moved = false }; /* as above */
        index = seg[s].head;
        if
        :: index >= N -> advance()
        :: else ->
            if
            :: seg[s].word[index] != phase /* empty */
            :: else ->
                a = seg[s].arg[index];
#ifdef PLAIN_CLAIM
                atomic { seg[s].head = index + 1; claimed(a) }
#else
                atomic { if :: seg[s].head == index -> seg[s].head = index + 1; claimed(a)
                            :: else fi }
#endif
            fi
        fi
    od;
    holds[me] = NONE;
    acquire(); sweep(); release()
}

init {
    byte i, j;
    atomic {
        for (i : 0 .. SEGMENTS - 1) {
            seg[i].next = NONE;
            seg[i].tail = N;
            cached[i] = i > 0
        };
        seg[0].tail = 0;
        seg[0].life = 1;
        for (i : 0 .. WORKERS - 1) { holds[i] = NONE };
        for (i : 0 .. PRODUCERS - 1) { run producer(i) };
        for (i : 0 .. WORKERS - 1) { run worker(i) }
    }
}
