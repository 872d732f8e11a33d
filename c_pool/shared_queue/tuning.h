/* tuning.h: every constant that was chosen by measurement. The measurements stand in README.md,
 * Constants, and bench/NOTES.md. The build may set others, to measure again. */
#ifndef THREAD_POOL_TUNING_H
#define THREAD_POOL_TUNING_H

/* What a pool at rest keeps for the next burst, and how often a busy one looks for more. */
#ifndef CACHED_MOST
#define CACHED_MOST 10u /* segments: 640 KiB */
#endif
#ifndef GIVE_BACK_NS
#define GIVE_BACK_NS 100000000 /* of not being needed before memory is given back */
#endif

#ifndef LARGE_FROM
#define LARGE_FROM 512u /* segments in use, 32 MiB: what follows is large */
#endif

/* Search. */
#ifndef POLL_NS
#define POLL_NS 100u /* between two looks at the queue */
#endif
#ifndef FAST_RUN
#define FAST_RUN 16u /* jobs in a row, before the queue ran dry: its producer is about as fast */
#endif
#ifndef FAST_JOB_NS
#define FAST_JOB_NS 200u /* and in no more time than this for each */
#endif
#ifndef PACE_MOST_NS
#define PACE_MOST_NS 3200u /* before the first look, after fast runs */
#endif
#ifndef QUIET_POLLS
#define QUIET_POLLS 8u /* looks before a worker counts as searching */
#endif
#ifndef SEARCH_NS
#define SEARCH_NS 8000 /* of searching before a worker sleeps */
#endif
#ifndef SHORT_SLEEP_NS
#define SHORT_SLEEP_NS 100000 /* a sleep below this makes the next search worth its while */
#endif
#ifndef BIRTH_YIELDS
#define BIRTH_YIELDS 60u /* sched_yield before a new worker really sleeps: some 20 us */
#endif
#ifndef POLLS_PER_YIELD
#define POLLS_PER_YIELD 16u /* looks between two sched_yield */
#endif
#ifndef SEARCHERS_AT_A_TIME
#define SEARCHERS_AT_A_TIME 1u /* more than these sleep at once */
#endif
#ifndef MOST_SEARCHERS
#define MOST_SEARCHERS 2u /* wake-ups in flight */
#endif
/* Whom a producer has woken so shortly before it does not wake again for so few jobs that wait,
 * while another worker searches. */
#ifndef WAKE_AGAIN_NS
#define WAKE_AGAIN_NS 100000u
#endif
#ifndef WAKE_AGAIN_JOBS
#define WAKE_AGAIN_JOBS 8u
#endif
#ifndef VAIN_SEARCHES
#define VAIN_SEARCHES 8u /* before a worker naps while it waits for a stopped producer */
#endif
#ifndef STOPPED_PRODUCER_NAP_NS
#define STOPPED_PRODUCER_NAP_NS 50000 /* such a nap */
#endif

/* Claims without a look, where all tickets have been given, between two that can collide. */
#ifndef BLIND_RUN
#define BLIND_RUN 63u
#endif

/* Tickets of one's own. */
#ifndef FAST_PUT_NS
#define FAST_PUT_NS 20u /* a job; a producer that is slower gains nothing by them */
#endif
#ifndef PATIENCE_MOST
#define PATIENCE_MOST 64u /* segments to fill alone, after a producer has been disturbed */
#endif
#ifndef OWNERS_MOST
#define OWNERS_MOST 64u /* producers that ever have them in a pool's life */
#endif

/* Biased segments. */
#ifndef BIAS_ALWAYS
#define BIAS_ALWAYS false /* true, in tests/stress: even where others have claimed */
#endif
#ifndef ALONE_FIRST
#define ALONE_FIRST 64u /* jobs to take alone before the next segment is biased */
#endif
#ifndef ALONE_MOST
#define ALONE_MOST 4096u /* eight times as many after each bias that is taken back, up to this */
#endif
#ifndef WATCH_FIRST_NS
#define WATCH_FIRST_NS 1600u /* before the first look at another worker's segment */
#endif
#ifndef WATCH_AWAKE_NS
#define WATCH_AWAKE_NS 6400u /* twice as long each time, up to this; then naps */
#endif
#ifndef WATCH_STILL_NS
#define WATCH_STILL_NS 50000u /* of looks that find no job claimed: who is to may be waking up */
#endif
#ifndef WATCH_NAP_NS
#define WATCH_NAP_NS 100000 /* such a nap, at first */
#endif
#ifndef WATCH_NAP_MOST_NS
#define WATCH_NAP_MOST_NS 800000 /* a quarter of how long there have been naps, up to this */
#endif
#ifndef YIELD_MOST_NS
#define YIELD_MOST_NS 100000u /* to wait for the end of a job before the fence is used */
#endif
#ifndef LINGER_NS
#define LINGER_NS 1000000u /* of naps after the queue has been seen dry */
#endif

/* Colliding workers. In collisions: */
#ifndef COLLISIONS_FIRST
#define COLLISIONS_FIRST 64u /* before a worker stays away, at first and after a useful stay */
#endif
#ifndef COLLISIONS_BLIND
#define COLLISIONS_BLIND 512u /* that many, and claims may be blind */
#endif
#ifndef COLLISIONS_MOST
#define COLLISIONS_MOST 2048u /* twice as many after each useless one, up to these */
#endif
#ifndef STAY_GAIN_PERCENT
#define STAY_GAIN_PERCENT 125u /* so fast has the other one to be, of both together */
#endif
#ifndef CROWD_LEAST
#define CROWD_LEAST 128u /* jobs that tell how fast both are together */
#endif
#ifndef TOGETHER_MOST_NS
#define TOGETHER_MOST_NS 500u /* a job; slower than that the queue is not what they wait for */
#endif
#ifndef TOGETHER_LOOKS
#define TOGETHER_LOOKS 1024u /* for which that is believed: some 8 ms */
#endif
#ifndef SHORT_JOB_NS
#define SHORT_JOB_NS 50u /* faster than one in this time, jobs are no work for two */
#endif
#ifndef STAY_FIRST_NS
#define STAY_FIRST_NS 1600u /* the first stay, and the first look at `head` in it */
#endif
#ifndef STAY_UNSEEN_MOST_NS
#define STAY_UNSEEN_MOST_NS 6400u /* the longest time between two looks */
#endif
#ifndef STAY_MOST_NS
#define STAY_MOST_NS 102400u /* the longest stay */
#endif

#endif
