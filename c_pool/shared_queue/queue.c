#include "queue.h"

#include <errno.h>
#include <stdlib.h>

struct thread_pool_queue_node {
    struct thread_pool_queue_node *next; /* under the queue's lock */
    struct thread_pool_task task;        /* immutable */
};

int thread_pool_queue_init(struct thread_pool_queue *queue, size_t limit) {
    *queue = (struct thread_pool_queue){.limit = limit, .last = &queue->first};
    int error = pthread_mutex_init(&queue->lock, NULL);
    if (error != 0)
        return error;
    error = pthread_cond_init(&queue->changed, NULL);
    if (error != 0)
        pthread_mutex_destroy(&queue->lock);
    return error;
}

void thread_pool_queue_release(struct thread_pool_queue *queue) {
    pthread_cond_destroy(&queue->changed);
    pthread_mutex_destroy(&queue->lock);
}

/* Under lock: nothing waits, nothing runs, nothing may come. */
static bool is_done(const struct thread_pool_queue *queue) {
    return queue->closing && queue->waiting == 0 && queue->running == 0;
}

/* Under lock. */
static int refusal(const struct thread_pool_queue *queue) {
    if (is_done(queue))
        return ECANCELED;
    return queue->limit != 0 && queue->waiting >= queue->limit ? EAGAIN : 0;
}

/* Under lock. */
static void append(struct thread_pool_queue *queue, struct thread_pool_queue_node *node) {
    *queue->last = node;
    queue->last = &node->next;
    queue->waiting++;
    pthread_cond_signal(&queue->changed);
}

int thread_pool_queue_put(struct thread_pool_queue *queue, struct thread_pool_task task) {
    struct thread_pool_queue_node *node = malloc(sizeof *node);
    if (node == NULL)
        return ENOMEM;
    *node = (struct thread_pool_queue_node){.task = task};
    pthread_mutex_lock(&queue->lock);
    int error = refusal(queue);
    if (error == 0)
        append(queue, node);
    pthread_mutex_unlock(&queue->lock);
    if (error != 0)
        free(node);
    return error;
}

/* Under lock; NULL when no job waits. */
static struct thread_pool_queue_node *unlink_first(struct thread_pool_queue *queue) {
    struct thread_pool_queue_node *node = queue->first;
    if (node == NULL)
        return NULL;
    queue->first = node->next;
    if (queue->first == NULL)
        queue->last = &queue->first;
    queue->waiting--;
    queue->running++;
    return node;
}

/* Under lock. The last job may have ended: then every sleeper must see it. */
static void end_one(struct thread_pool_queue *queue) {
    queue->running--;
    if (is_done(queue))
        pthread_cond_broadcast(&queue->changed);
}

bool thread_pool_queue_take(struct thread_pool_queue *queue, bool ended_one,
                            struct thread_pool_task *task) {
    pthread_mutex_lock(&queue->lock);
    if (ended_one)
        end_one(queue);
    while (queue->waiting == 0 && !is_done(queue))
        pthread_cond_wait(&queue->changed, &queue->lock);
    struct thread_pool_queue_node *node = unlink_first(queue);
    pthread_mutex_unlock(&queue->lock);
    if (node != NULL)
        *task = node->task;
    free(node);
    return node != NULL;
}

void thread_pool_queue_close(struct thread_pool_queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->closing = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}
