#include "kvs_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool parse_port(const char *text, uint16_t *port) {
    unsigned long value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (unsigned long)(text[i] - '0');
    *port = (uint16_t)value;
    return value >= 1 && value <= 65535;
}

/* The host is text[0 … length); brackets are what tells IPv6 from IPv4 here. */
static bool parse_host(const char *text, size_t length, char host[KVS_ADDRESS_HOST_MAX]) {
    unsigned char binary[sizeof(struct in6_addr)];
    int family = AF_INET;
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        family = AF_INET6;
        text++;
        length -= 2;
    }
    if (length == 0 || length >= KVS_ADDRESS_HOST_MAX)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return inet_pton(family, host, binary) == 1;
}

int kvs_address_parse(const char *text, kvs_address *address) {
    kvs_address parsed = {.port = 0};
    const char *colon = text == NULL ? NULL : strrchr(text, ':');
    if (colon == NULL || address == NULL || !parse_port(colon + 1, &parsed.port) ||
        !parse_host(text, (size_t)(colon - text), parsed.host))
        return EINVAL;
    *address = parsed;
    return 0;
}
