#include "kvs_client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <hiredis/hiredis.h>

struct kvs_client {
    redisContext *connection;
    bool broken; /* an earlier failure left it between two replies, or closed */
    char message[KVS_CLIENT_MESSAGE_MAX];
};

static struct timeval as_timeval(uint32_t ms) {
    if (ms == 0)
        ms = KVS_CLIENT_TIMEOUT_MS;
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
}

static int fail(kvs_client *client, int error, const char *message) {
    snprintf(client->message, sizeof client->message, "%s", message);
    return error;
}

static int fail_broken(kvs_client *client, int error, const char *message) {
    client->broken = true;
    return fail(client, error, message);
}

/* The error of the connection, in our words and numbers. hiredis reports a timeout of a blocking
 * socket as EAGAIN from the system call. */
static int transport_error(kvs_client *client, int system_error) {
    const redisContext *connection = client->connection;
    switch (connection->err) {
    case REDIS_ERR_EOF:
        return fail_broken(client, ECONNRESET, "the server closed the connection");
    case REDIS_ERR_PROTOCOL:
        return fail_broken(client, EPROTO, "the answer is not RESP2: is this a key/value server?");
    case REDIS_ERR_OOM:
        return fail_broken(client, ENOMEM, "out of memory");
    case REDIS_ERR_IO:
        if (system_error == EAGAIN || system_error == EWOULDBLOCK || system_error == ETIMEDOUT)
            return fail_broken(client, ETIMEDOUT, "no answer from the server in time");
        return fail_broken(client, system_error, strerror(system_error));
    default:
        return fail_broken(client, EPROTO, connection->errstr);
    }
}

/* One request and its answer; *reply is the caller's on success and not an error reply. */
static int request(kvs_client *client, int count, const char *const words[], const size_t lengths[],
                   redisReply **reply) {
    if (client->broken)
        return fail(client, ECONNRESET, "an earlier failure broke the connection");
    const char *copy[KVS_CLIENT_WORDS_MAX]; /* hiredis wants an array it could change */
    memcpy(copy, words, (size_t)count * sizeof *copy);
    errno = 0;
    redisReply *answer = redisCommandArgv(client->connection, count, copy, lengths);
    if (answer == NULL)
        return transport_error(client, errno);
    if (answer->type == REDIS_REPLY_ERROR) {
        int error = fail(client, EREMOTEIO, answer->str);
        freeReplyObject(answer);
        return error;
    }
    *reply = answer;
    return 0;
}

static int wrong_answer(kvs_client *client, const char *command) {
    char message[64];
    snprintf(message, sizeof message, "the answer is not one to %s", command);
    return fail_broken(client, EPROTO, message);
}

/* A request that is answered with one simple string. */
static int request_status(kvs_client *client, int count, const char *const words[],
                          const size_t lengths[], const char *expected) {
    redisReply *reply = NULL;
    int error = request(client, count, words, lengths, &reply);
    if (error != 0)
        return error;
    if (reply->type != REDIS_REPLY_STATUS || strcmp(reply->str, expected) != 0)
        error = wrong_answer(client, words[0]);
    freeReplyObject(reply);
    return error;
}

static int authenticate(kvs_client *client, const char *password) {
    if (password == NULL)
        return 0;
    const char *words[] = {"AUTH", password};
    const size_t lengths[] = {4, strlen(password)};
    int error = request_status(client, 2, words, lengths, "OK");
    return error == EREMOTEIO ? EACCES : error;
}

static int open_connection(kvs_client *client, const kvs_client_options *options) {
    struct timeval timeout = as_timeval(options->timeout_ms);
    errno = 0;
    client->connection = redisConnectWithTimeout(options->host, options->port, timeout);
    if (client->connection == NULL)
        return fail(client, ENOMEM, "out of memory");
    if (client->connection->err != 0) {
        int system_error = errno != 0 ? errno : EHOSTUNREACH;
        return fail(client, system_error, client->connection->errstr);
    }
    if (redisSetTimeout(client->connection, timeout) != REDIS_OK)
        return fail(client, EINVAL, client->connection->errstr);
    return 0;
}

int kvs_client_connect(const kvs_client_options *options, kvs_client **client, char *message) {
    if (options == NULL || options->host == NULL || options->port == 0 || client == NULL)
        return EINVAL;
    kvs_client *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ENOMEM;
    int error = open_connection(made, options);
    if (error == 0)
        error = authenticate(made, options->password);
    if (error == 0) {
        *client = made;
        return 0;
    }
    if (message != NULL)
        memcpy(message, made->message, sizeof made->message);
    kvs_client_close(made);
    return error;
}

int kvs_client_set(kvs_client *client, const void *key, size_t key_length, const void *value,
                   size_t value_length) {
    if (client == NULL || key == NULL || value == NULL)
        return EINVAL;
    const char *words[] = {"SET", key, value};
    const size_t lengths[] = {3, key_length, value_length};
    return request_status(client, 3, words, lengths, "OK");
}

static int copy_text(kvs_client *client, const redisReply *reply, char **value, size_t *length) {
    size_t bytes = (size_t)reply->len;
    char *copy = malloc(bytes + 1);
    if (copy == NULL)
        return fail(client, ENOMEM, "out of memory");
    memcpy(copy, reply->str, bytes);
    copy[bytes] = '\0';
    *value = copy;
    *length = bytes;
    return 0;
}

static int copy_value(kvs_client *client, const redisReply *reply, char **value, size_t *length) {
    if (reply->type == REDIS_REPLY_NIL)
        return fail(client, ENOENT, "no such key");
    if (reply->type != REDIS_REPLY_STRING)
        return wrong_answer(client, "GET");
    return copy_text(client, reply, value, length);
}

int kvs_client_get(kvs_client *client, const void *key, size_t key_length, char **value,
                   size_t *length) {
    if (client == NULL || key == NULL || value == NULL || length == NULL)
        return EINVAL;
    const char *words[] = {"GET", key};
    const size_t lengths[] = {3, key_length};
    redisReply *reply = NULL;
    int error = request(client, 2, words, lengths, &reply);
    if (error != 0)
        return error;
    error = copy_value(client, reply, value, length);
    freeReplyObject(reply);
    return error;
}

int kvs_client_remove(kvs_client *client, const void *key, size_t key_length) {
    if (client == NULL || key == NULL)
        return EINVAL;
    const char *words[] = {"DEL", key};
    const size_t lengths[] = {3, key_length};
    redisReply *reply = NULL;
    int error = request(client, 2, words, lengths, &reply);
    if (error != 0)
        return error;
    if (reply->type != REDIS_REPLY_INTEGER || reply->integer < 0 || reply->integer > 1)
        error = wrong_answer(client, "DEL");
    else if (reply->integer == 0)
        error = fail(client, ENOENT, "no such key");
    freeReplyObject(reply);
    return error;
}

static bool is_text(const redisReply *reply) {
    return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
}

int kvs_client_command(kvs_client *client, int count, const char *const words[],
                       const size_t lengths[], char **answer, size_t *length) {
    if (client == NULL || words == NULL || lengths == NULL || count < 1)
        return EINVAL;
    if (count > KVS_CLIENT_WORDS_MAX)
        return fail(client, E2BIG, "too many words");
    redisReply *reply = NULL;
    int error = request(client, count, words, lengths, &reply);
    if (error != 0)
        return error;
    if (!is_text(reply))
        error = wrong_answer(client, words[0]);
    else if (answer != NULL && length != NULL)
        error = copy_text(client, reply, answer, length);
    freeReplyObject(reply);
    return error;
}

int kvs_client_ping(kvs_client *client) {
    if (client == NULL)
        return EINVAL;
    const char *words[] = {"PING"};
    const size_t lengths[] = {4};
    return request_status(client, 1, words, lengths, "PONG");
}

const char *kvs_client_message(const kvs_client *client) {
    return client == NULL ? "no client" : client->message;
}

void kvs_client_close(kvs_client *client) {
    if (client == NULL)
        return;
    if (client->connection != NULL)
        redisFree(client->connection);
    free(client);
}
