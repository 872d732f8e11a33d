/* kvs_address.h: the address of a server as text, and as the two parts that connect needs. */
#ifndef KVS_ADDRESS_H
#define KVS_ADDRESS_H

#include <stdint.h>

#define KVS_ADDRESS_HOST_MAX 64 /* an IPv6 address with a scope, and its zero byte */
#define KVS_ADDRESS_DEFAULT "127.0.0.1:4000"
#define KVS_ADDRESS_ACCEPTED                                                                       \
    "IP:PORT, such as 127.0.0.1:4000 or [::1]:4000, with a port from 1 to 65535"

typedef struct kvs_address {
    char host[KVS_ADDRESS_HOST_MAX]; /* numeric, without the brackets of IPv6 */
    uint16_t port;
} kvs_address;

/* Splits "IP:PORT" or "[IPv6]:PORT" and checks both parts; names are not looked up. Any thread,
 * never blocks. EINVAL: the text is nothing of the kind (KVS_ADDRESS_ACCEPTED says what is) or an
 * argument is NULL; `address` is then unchanged. */
int kvs_address_parse(const char *text, kvs_address *address);

#endif
