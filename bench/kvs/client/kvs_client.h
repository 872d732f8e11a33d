/* kvs_client.h: a client of a key/value server that speaks RESP2, kvs-server first of all.
 *
 *     kvs_client *client;
 *     char why[KVS_CLIENT_MESSAGE_MAX];
 *     kvs_client_options options = {.host = "127.0.0.1", .port = 4000};
 *     if (kvs_client_connect(&options, &client, why) != 0)
 *         ... print why ...
 *     kvs_client_set(client, "k", 1, "v", 1);
 *     kvs_client_get(client, "k", 1, &value, &length);    free(value) afterwards
 *     kvs_client_close(client);
 *
 * Keys and values are bytes: any of them, zero bytes included, from 0 to 512 MiB - 1; the server
 * may set a lower limit and then answers with an error.
 *
 * Every function returns 0 or an error number, and writes outputs only on success. A client is
 * one connection, used by one thread at a time; different clients are independent. Every function
 * but kvs_client_message and kvs_client_close blocks until the server has answered, at most
 * `timeout_ms` without a byte from it.
 *
 * Errors of every request, the text of each in kvs_client_message():
 *   EREMOTEIO   the server answered with an error (its text is the message); the connection is good
 *   EPROTO      the answer is not RESP2 or not an answer to this request
 *   ETIMEDOUT   no answer in time
 *   ECONNRESET  the server closed the connection; or the error number of the failed system call
 *   ENOMEM, EINVAL (a NULL argument)
 * After EPROTO, ETIMEDOUT, ECONNRESET or a failed system call the connection is broken: each
 * further request fails with ECONNRESET, and it is unknown whether the server ran the failed one.
 *
 * Writing to a connection that the server has closed raises SIGPIPE: ignore it in the program.
 * The transport is hiredis; its types do not show here. */
#ifndef KVS_CLIENT_H
#define KVS_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#define KVS_CLIENT_MESSAGE_MAX 256
#define KVS_CLIENT_TIMEOUT_MS 5000u
#define KVS_CLIENT_WORDS_MAX 16

typedef struct kvs_client kvs_client;

typedef struct kvs_client_options {
    const char *host;     /* numeric IPv4 or IPv6 address */
    uint16_t port;        /* 1 … 65535 */
    uint32_t timeout_ms;  /* of connecting, and of each wait for the server; 0: 5000 */
    const char *password; /* sent with AUTH; NULL: none. Not kept. */
} kvs_client_options;

/* Connects, and authenticates when there is a password. Blocks at most timeout_ms for each of the
 * two. `message` (may be NULL) receives the reason of a failure, at most KVS_CLIENT_MESSAGE_MAX
 * bytes with the zero. The caller owns *client and closes it. Any thread. Besides the errors
 * above: ECONNREFUSED and whatever else connect(2) reports; EACCES when the password is refused. */
int kvs_client_connect(const kvs_client_options *options, kvs_client **client, char *message);

/* Stores the value under the key, replacing what was there. 0: the server has acknowledged it. */
int kvs_client_set(kvs_client *client, const void *key, size_t key_length, const void *value,
                   size_t value_length);

/* Fetches the value. *value is allocated with one zero byte after its *length bytes; the caller
 * frees it. ENOENT: there is no such key, the connection is good. */
int kvs_client_get(kvs_client *client, const void *key, size_t key_length, char **value,
                   size_t *length);

/* Removes the key and its value. ENOENT: there is no such key, the connection is good. */
int kvs_client_remove(kvs_client *client, const void *key, size_t key_length);

/* PING. 0: the server answered PONG. */
int kvs_client_ping(kvs_client *client);

/* Any other command of 1 … KVS_CLIENT_WORDS_MAX words whose answer is a simple or a bulk string;
 * *answer as *value of kvs_client_get, or both outputs NULL. E2BIG: too many words. */
int kvs_client_command(kvs_client *client, int count, const char *const words[],
                       const size_t lengths[], char **answer, size_t *length);

/* What the last failed request was about; "" before the first failure. Owned by the client, valid
 * until its next call. Never blocks. */
const char *kvs_client_message(const kvs_client *client);

/* Closes the connection and frees the client; NULL: nothing. Does not block. */
void kvs_client_close(kvs_client *client);

#endif
