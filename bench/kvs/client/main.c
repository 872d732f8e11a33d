/* kvs-client: set, get or remove one key; the talent plan's command line. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvs_address.h"
#include "kvs_client.h"

enum { EXIT_USAGE = 2, PASSWORD_MAX = 512 };
enum { OPTION_STDIN = 1000, OPTION_RAW };

typedef struct arguments {
    const char *words[3]; /* the command, its key, its value */
    int count;
    kvs_address address;
    uint32_t timeout_ms;
    const char *password_file; /* NULL: the environment */
    bool from_stdin;
    bool raw;
} arguments;

typedef struct command {
    const char *name;
    int words; /* itself included */
    const char *usage;
    int (*run)(kvs_client *client, const arguments *given);
} command;

static int run_set(kvs_client *client, const arguments *given);
static int run_get(kvs_client *client, const arguments *given);
static int run_rm(kvs_client *client, const arguments *given);

static const command commands[] = {
    {"set", 3, "set KEY VALUE", run_set},
    {"get", 2, "get KEY", run_get},
    {"rm", 2, "rm KEY", run_rm},
};

static const struct argp_option options[] = {
    {"addr", 'a', "IP:PORT", 0, "Server to talk to (default " KVS_ADDRESS_DEFAULT ")", 0},
    {"timeout", 't', "SECONDS", 0, "Longest wait for the server, 0.001 to 3600 (default 5)", 0},
    {"password-file", 'p', "FILE", 0,
     "The first line of FILE is the password (default: the environment's KVS_PASSWORD, if set)", 0},
    {"stdin", OPTION_STDIN, NULL, 0, "set: read the value, any bytes, from standard input", 0},
    {"raw", OPTION_RAW, NULL, 0, "get: print the value alone, without a newline after it", 0},
    {0},
};

static int report(const char *what) {
    fprintf(stderr, "kvs-client: %s\n", what);
    return EXIT_FAILURE;
}

static int request_failed(const kvs_client *client) {
    return report(kvs_client_message(client));
}

/* Everything on standard input; *bytes is allocated. */
static int read_stdin(char **bytes, size_t *length) {
    size_t used = 0, size = 0;
    char *buffer = NULL;
    for (;;) {
        if (used == size) {
            char *larger = realloc(buffer, size = size == 0 ? 65536 : size * 2);
            if (larger == NULL)
                break;
            buffer = larger;
        }
        size_t got = fread(buffer + used, 1, size - used, stdin);
        used += got;
        if (got == 0 && !ferror(stdin)) {
            *bytes = buffer;
            *length = used;
            return 0;
        }
        if (got == 0)
            break;
    }
    free(buffer);
    return ENOMEM;
}

static int run_set(kvs_client *client, const arguments *given) {
    char *piped = NULL;
    const char *value = given->words[2];
    size_t length = value == NULL ? 0 : strlen(value);
    if (given->from_stdin) {
        if (read_stdin(&piped, &length) != 0)
            return report("cannot read the value from standard input");
        value = piped;
    }
    int error = kvs_client_set(client, given->words[1], strlen(given->words[1]), value, length);
    free(piped);
    return error == 0 ? EXIT_SUCCESS : request_failed(client);
}

static int run_get(kvs_client *client, const arguments *given) {
    char *value = NULL;
    size_t length = 0;
    int error = kvs_client_get(client, given->words[1], strlen(given->words[1]), &value, &length);
    if (error == ENOENT) {
        puts("Key not found");
        return EXIT_SUCCESS;
    }
    if (error != 0)
        return request_failed(client);
    fwrite(value, 1, length, stdout);
    if (!given->raw)
        putchar('\n');
    free(value);
    return EXIT_SUCCESS;
}

static int run_rm(kvs_client *client, const arguments *given) {
    int error = kvs_client_remove(client, given->words[1], strlen(given->words[1]));
    if (error == ENOENT) {
        fputs("Key not found\n", stderr);
        return EXIT_FAILURE;
    }
    return error == 0 ? EXIT_SUCCESS : request_failed(client);
}

static const command *find_command(const char *name) {
    for (size_t i = 0; name != NULL && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void check_words(struct argp_state *state, const arguments *given) {
    const command *asked = find_command(given->words[0]);
    if (given->count == 0)
        argp_error(state, "a command is missing: set, get or rm");
    else if (asked == NULL)
        argp_error(state, "unknown command '%s': it is set, get or rm", given->words[0]);
    else if ((given->from_stdin && asked->run != run_set) || (given->raw && asked->run != run_get))
        argp_error(state, "--stdin goes with set, --raw with get");
    else if (given->count != asked->words - (given->from_stdin ? 1 : 0))
        argp_error(state, "%s words for '%s': kvs-client %s%s",
                   given->count < asked->words ? "too few" : "too many", asked->name, asked->usage,
                   given->from_stdin ? ", without VALUE for --stdin" : "");
}

static void parse_timeout(const char *text, struct argp_state *state, uint32_t *timeout_ms) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 3600))
        argp_error(state, "'%s' is no timeout: a number of seconds from 0.001 to 3600", text);
    *timeout_ms = (uint32_t)(seconds * 1000);
}

static error_t parse_option(int key, char *text, struct argp_state *state) {
    arguments *given = state->input;
    switch (key) {
    case 'a':
        if (kvs_address_parse(text, &given->address) != 0)
            argp_error(state, "'%s' is no address: " KVS_ADDRESS_ACCEPTED, text);
        return 0;
    case 't':
        parse_timeout(text, state, &given->timeout_ms);
        return 0;
    case 'p':
        given->password_file = text;
        return 0;
    case OPTION_STDIN:
        given->from_stdin = true;
        return 0;
    case OPTION_RAW:
        given->raw = true;
        return 0;
    case ARGP_KEY_ARG:
        if (given->count < 3)
            given->words[given->count] = text;
        given->count++;
        return 0;
    case ARGP_KEY_END:
        check_words(state, given);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int password_from_file(const char *path, char password[PASSWORD_MAX]) {
    FILE *file = fopen(path, "re");
    bool read = file != NULL && fgets(password, PASSWORD_MAX, file) != NULL;
    int error = errno;
    if (file != NULL)
        fclose(file);
    if (!read) {
        fprintf(stderr, "kvs-client: cannot read a password from '%s': %s\n", path,
                file == NULL ? strerror(error) : "it is empty");
        return EXIT_USAGE;
    }
    password[strcspn(password, "\r\n")] = '\0';
    return 0;
}

static int connect_to(const arguments *given, const char *password, kvs_client **client) {
    char why[KVS_CLIENT_MESSAGE_MAX] = "out of memory";
    kvs_client_options wanted = {.host = given->address.host,
                                 .port = given->address.port,
                                 .timeout_ms = given->timeout_ms,
                                 .password = password};
    if (kvs_client_connect(&wanted, client, why) == 0)
        return 0;
    fprintf(stderr, "kvs-client: cannot connect to %s, port %u: %s\n", given->address.host,
            (unsigned)given->address.port, why);
    return EXIT_FAILURE;
}

static int run_command(const arguments *given) {
    char from_file[PASSWORD_MAX];
    const char *password = getenv("KVS_PASSWORD");
    kvs_client *client = NULL;
    if (given->password_file != NULL) {
        if (password_from_file(given->password_file, from_file) != 0)
            return EXIT_USAGE;
        password = from_file;
    }
    int status = connect_to(given, password, &client);
    if (status == 0)
        status = find_command(given->words[0])->run(client, given);
    kvs_client_close(client);
    if (fflush(stdout) != 0 || ferror(stdout))
        return report("cannot write to standard output");
    return status;
}

static void print_version(FILE *stream, struct argp_state *state) {
    (void)state;
    fprintf(stream, "kvs-client %s\n", POOLBENCH_VERSION);
}

int main(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse_option,
        "set KEY VALUE\nget KEY\nrm KEY",
        "Sets, gets or removes a key of a key/value server."
        "\vget of a missing key prints 'Key not found' and exits 0; rm of one prints it on "
        "standard error and exits 1. Exit status: 0 done, 1 failed, 2 wrong usage.\n"
        "Put -- before a key or value that begins with a dash.",
        NULL,
        NULL,
        NULL};
    arguments given = {.timeout_ms = KVS_CLIENT_TIMEOUT_MS};
    argp_program_version_hook = print_version;
    argp_err_exit_status = EXIT_USAGE;
    kvs_address_parse(KVS_ADDRESS_DEFAULT, &given.address);
    signal(SIGPIPE, SIG_IGN);
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    return run_command(&given);
}
