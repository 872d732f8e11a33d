#include "contender.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "run_process.h"

#define LIST_LIMIT_S 10

static const char pool_prefix[] = "pool-bench-", server_prefix[] = "kvs-server-";
static const char server_bench[] = "kvs-bench", server_floor[] = "kvs-floor",
                  native_bench[] = "native-bench", floor_name[] = "floor";

/* Servers that kvs-bench can measure beside ours, when they are installed. */
static const char *const other_servers[] = {"redis", "redis-always", "memcached"};

const json_t *contender_primary_metric(const json_t *workload) {
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(workload, "metrics"), i, metric) {
        if (json_is_true(json_object_get(metric, "primary")))
            return metric;
    }
    return NULL;
}

const char *contender_kind_name(enum contender_kind kind) {
    static const char *const names[] = {
        [KIND_POOL] = "pool", [KIND_SERVER] = "server", [KIND_AA] = "aa", [KIND_FLOOR] = "floor"};
    return names[kind];
}

void contender_exclude(struct contender *contender, const char *format, ...) {
    va_list arguments;
    contender->available = false;
    if (contender->why != NULL)
        return;
    va_start(arguments, format);
    if (vasprintf(&contender->why, format, arguments) < 0)
        contender->why = NULL;
    va_end(arguments);
}

/* ---- versions ------------------------------------------------------------------------------ */

char *contender_versions(const struct contender *contender) {
    struct words words = {0};
    const char *library;
    json_t *version;
    json_object_foreach(json_object_get(contender->list, "versions"), library, version) {
        const char *number = json_string_value(version);
        char *word = memory_printf("%s %s", library, number == NULL ? "?" : number);
        words_add(&words, word);
        free(word);
    }
    char *text = words_joined(&words, ", ");
    words_free(&words);
    return text;
}

/* ---- asking -------------------------------------------------------------------------------- */

static char *first_line(const char *text) {
    return memory_printf("%.*s", (int)strcspn(text, "\r\n"), text);
}

/* What --workloads takes has neither comma nor space: names must be so, groups are made so. */
static void check_workload(struct contender *contender, json_t *workload) {
    const char *name = json_string_value(json_object_get(workload, "name"));
    const char *text = json_string_value(json_object_get(workload, "group"));
    char *group = words_plain(text == NULL ? "" : text);
    if (name == NULL || !words_is_plain(name))
        contender_exclude(contender,
                          "the name of its workload '%s' is not letters, digits and "
                          "'_.+-' only",
                          name == NULL ? "" : name);
    json_object_set_new(workload, "group", json_string(group[0] == '\0' ? "other" : group));
    free(group);
}

static void check_workloads(struct contender *contender) {
    size_t i;
    json_t *workload;
    json_array_foreach(json_object_get(contender->list, "workloads"), i, workload)
        check_workload(contender, workload);
}

/* The name in the file's name must be the name the program gives itself. */
static void check_answer(struct contender *contender) {
    const char *answered = json_string_value(json_object_get(contender->list, "contender"));
    const char *why = json_string_value(json_object_get(contender->list, "why"));
    if (answered == NULL || !json_is_array(json_object_get(contender->list, "workloads")))
        contender_exclude(contender, "its list has no \"contender\" or no \"workloads\"");
    else if (strcmp(answered, contender->name) != 0)
        contender_exclude(contender, "it calls itself '%s'", answered);
    else if (json_is_false(json_object_get(contender->list, "available")))
        contender_exclude(contender, "%s", why == NULL ? "it says that it is not available" : why);
}

static void take_list(struct contender *contender, const struct process_result *result) {
    char how[160];
    json_error_t error;
    process_how_it_ended(result, how, sizeof how);
    if (!process_succeeded(result)) {
        char *message = first_line(result->err);
        contender_exclude(contender, "it does not answer 'list': %s%s%s", how,
                          message[0] == '\0' ? "" : ": ", message);
        free(message);
        return;
    }
    contender->list = json_loads(result->out, JSON_REJECT_DUPLICATES, &error);
    if (contender->list == NULL)
        contender_exclude(contender, "its list is no JSON: %s", error.text);
    else {
        check_answer(contender);
        check_workloads(contender);
    }
}

static void ask(struct contender *contender) {
    struct words argv = {0};
    struct process_result result;
    for (size_t i = 0; i < contender->prefix.count; i++)
        words_add(&argv, contender->prefix.items[i]);
    words_add(&argv, "list");
    process_run(argv.items, LIST_LIMIT_S, &result);
    take_list(contender, &result);
    process_result_free(&result);
    words_free(&argv);
}

static void take_told(struct contender *contender, const char *out) {
    json_t *told = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
    json_t *versions = json_object_get(told, "versions");
    const char *backend = json_string_value(json_object_get(told, "backend"));
    contender->answered = memory_copy_of(backend == NULL ? "" : backend);
    if (strcmp(contender->answered, contender->name) != 0)
        contender_exclude(contender, "its program runs on '%s'", contender->answered);
    else if (json_is_object(versions))
        json_object_set(contender->list, "versions", versions);
    json_decref(told);
}

/* The bench of servers lists what it is asked for; the server itself knows what it runs on
 * (ffi/check/backend_check.c). --help: a program that knows nothing of this does no harm. */
static void ask_program(struct contender *contender) {
    char env[] = "env", tell[] = "POOLBENCH_TELL_BACKEND=1", help[] = "--help";
    char *const argv[] = {env, tell, contender->program, help, NULL};
    char how[160];
    struct process_result result;
    process_run(argv, LIST_LIMIT_S, &result);
    process_how_it_ended(&result, how, sizeof how);
    if (process_succeeded(&result))
        take_told(contender, result.out);
    else
        contender_exclude(contender, "its program does not say what it runs on: %s", how);
    process_result_free(&result);
}

/* ---- finding ------------------------------------------------------------------------------- */

static struct contender *add(struct contenders *found, const char *name, enum contender_kind kind) {
    found->items = memory_resized(found->items, found->count + 1, sizeof *found->items);
    struct contender *added = &found->items[found->count++];
    *added = (struct contender){.name = memory_copy_of(name), .kind = kind, .available = true};
    return added;
}

static void add_pool(struct contenders *found, const char *bin, const char *name) {
    bool is_floor = strcmp(name, floor_name) == 0;
    struct contender *added = add(found, name, is_floor ? KIND_FLOOR : KIND_POOL);
    added->program = memory_printf("%s/%s%s", bin, pool_prefix, name);
    added->ours = !is_floor;
    words_add(&added->prefix, added->program);
    ask(added);
}

/* One that kvs-bench measures. `program` is the file of the server, this function's, or NULL. */
static struct contender *add_server(struct contenders *found, const char *bin, const char *name,
                                    enum contender_kind kind, char *program) {
    struct contender *added = add(found, name, kind);
    char *bench = memory_printf("%s/%s", bin, server_bench);
    added->program = program;
    words_add(&added->prefix, bench);
    words_add(&added->prefix, "--contender");
    words_add(&added->prefix, name);
    free(bench);
    ask(added);
    return added;
}

static void add_own_server(struct contenders *found, const char *bin, const char *name) {
    char *program = memory_printf("%s/%s%s", bin, server_prefix, name);
    struct contender *added = add_server(found, bin, name, KIND_SERVER, program);
    added->ours = true;
    if (added->available)
        ask_program(added);
}

static bool executable(const char *bin, const char *name) {
    char *path = memory_printf("%s/%s", bin, name);
    bool can = access(path, X_OK) == 0;
    free(path);
    return can;
}

/* What follows `prefix` in the names of the folder's programs: the reference, then by name. */
static void names_after(const char *bin, const char *prefix, struct words *names) {
    struct words others = {0};
    DIR *folder = opendir(bin);
    const struct dirent *entry;
    size_t length = strlen(prefix);
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, prefix, length) == 0 && entry->d_name[length] != '\0' &&
            executable(bin, entry->d_name))
            words_add(&others, entry->d_name + length);
    if (folder != NULL)
        closedir(folder);
    words_sort(&others);
    if (words_have(&others, CONTENDER_REFERENCE))
        words_add(names, CONTENDER_REFERENCE);
    for (size_t i = 0; i < others.count; i++)
        words_add_once(names, others.items[i]);
    words_free(&others);
}

static void find_servers(const char *bin, struct contenders *found) {
    struct words names = {0};
    if (!executable(bin, server_bench))
        return;
    names_after(bin, server_prefix, &names);
    for (size_t i = 0; i < names.count; i++)
        add_own_server(found, bin, names.items[i]);
    for (size_t i = 0; i < sizeof other_servers / sizeof *other_servers; i++)
        add_server(found, bin, other_servers[i], KIND_SERVER, NULL);
    if (executable(bin, server_floor))
        add_server(found, bin, floor_name, KIND_FLOOR, memory_printf("%s/%s", bin, server_floor));
    words_free(&names);
}

void contenders_find(const char *bin, struct contenders *found) {
    struct words names = {0};
    *found = (struct contenders){0};
    names_after(bin, pool_prefix, &names);
    for (size_t i = 0; i < names.count; i++)
        add_pool(found, bin, names.items[i]);
    words_free(&names);
    find_servers(bin, found);
}

static void add_native(struct contenders *found, const char *bin, const char *pool) {
    char *name = memory_printf("native-%s", pool);
    struct contender *added = add(found, name, KIND_POOL);
    added->program = memory_printf("%s/%s", bin, native_bench);
    words_add(&added->prefix, added->program);
    words_add(&added->prefix, "--contender");
    words_add(&added->prefix, name);
    free(name);
    ask(added);
}

bool contenders_find_natives(const char *bin, const struct contenders *pools,
                             bool (*wanted)(const struct contender *, void *), void *context,
                             struct contenders *found) {
    *found = (struct contenders){0};
    if (!executable(bin, native_bench))
        return false;
    for (size_t i = 0; i < pools->count; i++) {
        const struct contender *pool = &pools->items[i];
        if (pool->kind == KIND_POOL && pool->available && wanted(pool, context))
            add_native(found, bin, pool->name);
    }
    return true;
}

void contenders_free(struct contenders *contenders) {
    for (size_t i = 0; i < contenders->count; i++) {
        struct contender *each = &contenders->items[i];
        free(each->name);
        free(each->program);
        free(each->why);
        free(each->answered);
        words_free(&each->prefix);
        json_decref(each->list);
        json_decref(each->gate);
    }
    free(contenders->items);
    *contenders = (struct contenders){0};
}

struct contender *contenders_named(const struct contenders *contenders, enum contender_kind kind,
                                   const char *name) {
    for (size_t i = 0; i < contenders->count; i++)
        if (contenders->items[i].kind == kind && strcmp(contenders->items[i].name, name) == 0)
            return &contenders->items[i];
    return NULL;
}

const json_t *contender_workload(const struct contender *contender, const char *workload) {
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(contender->list, "workloads"), i, each) {
        const char *name = json_string_value(json_object_get(each, "name"));
        if (name != NULL && strcmp(name, workload) == 0)
            return each;
    }
    return NULL;
}
