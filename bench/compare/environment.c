#include "environment.h"

#include <gnu/libc-version.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "build_info.h"
#include "memory.h"
#include "run_process.h"

#define HELPER_LIMIT_S 20

unsigned environment_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    return (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

void environment_time(char text[ENVIRONMENT_TIME_SIZE]) {
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, ENVIRONMENT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* ---- small files --------------------------------------------------------------------------- */

/* The first line of a file, or NULL; free() it. */
static char *line_of_file(const char *path) {
    char line[512];
    FILE *file = fopen(path, "re");
    bool got = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL)
        fclose(file);
    if (!got)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return memory_copy_of(line);
}

/* What follows "KEY<separator>" in a file of such lines, or NULL; free() it. */
static char *value_in_file(const char *path, const char *key, char separator) {
    char line[4096], *value = NULL;
    FILE *file = fopen(path, "re");
    while (file != NULL && value == NULL && fgets(line, sizeof line, file) != NULL) {
        const char *at = strchr(line, separator);
        if (at == NULL || strncmp(line, key, strlen(key)) != 0)
            continue;
        at += 1 + strspn(at + 1, " \t\"");
        value = memory_printf("%.*s", (int)strcspn(at, "\"\n"), at);
    }
    if (file != NULL)
        fclose(file);
    return value;
}

static void set_text(json_t *object, const char *key, char *text, const char *otherwise) {
    const char *value = text == NULL || text[0] == '\0' ? otherwise : text;
    json_t *string = value == NULL ? json_null() : json_string(value);
    json_object_set_new(object, key, string == NULL ? json_null() : string);
    free(text);
}

/* What a helper program prints, its first line; NULL when it failed; free() it. */
static char *line_of_program(char *const *argv) {
    struct process_result result;
    char *line = NULL;
    process_run(argv, HELPER_LIMIT_S, &result);
    if (process_succeeded(&result))
        line = memory_printf("%.*s", (int)strcspn(result.out, "\n"), result.out);
    process_result_free(&result);
    return line;
}

char *environment_sha256(const char *path) {
    char *file = memory_copy_of(path);
    char program[] = "sha256sum", end[] = "--";
    char *const argv[] = {program, end, file, NULL};
    char *line = line_of_program(argv);
    if (line != NULL)
        line[strspn(line, "0123456789abcdef")] = '\0';
    free(file);
    return line;
}

/* ---- parts --------------------------------------------------------------------------------- */

static void describe_processor(json_t *e) {
    set_text(e, "cpu_model", value_in_file("/proc/cpuinfo", "model name", ':'), "unknown");
    char *flags = value_in_file("/proc/cpuinfo", "flags", ':');
    bool guest = flags != NULL && strstr(flags, " hypervisor") != NULL;
    free(flags);
    set_text(e, "hypervisor", guest ? line_of_file("/sys/class/dmi/id/sys_vendor") : NULL,
             guest ? "yes" : NULL);
    json_object_set_new(e, "cores", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
    json_object_set_new(e, "cores_allowed", json_integer((json_int_t)environment_cores()));
    set_text(e, "governor", line_of_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
             "unknown");
    set_text(e, "turbo", line_of_file("/sys/devices/system/cpu/cpufreq/boost"), "unknown");
}

static void describe_system(json_t *e) {
    struct utsname name;
    if (uname(&name) == 0) {
        json_object_set_new(e, "architecture", json_string(name.machine));
        json_object_set_new(e, "kernel", json_string(name.release));
    }
    json_object_set_new(e, "memory_bytes",
                        json_integer((json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE)));
    set_text(e, "distribution", value_in_file("/etc/os-release", "PRETTY_NAME", '='), "unknown");
    set_text(e, "libc", memory_printf("glibc %s", gnu_get_libc_version()), NULL);
    set_text(e, "address_randomisation", line_of_file("/proc/sys/kernel/randomize_va_space"),
             "unknown");
    set_text(e, "autogroup", line_of_file("/proc/sys/kernel/sched_autogroup_enabled"), "unknown");
}

/* The commit that the source is at, "+" when files of it were changed since. */
static char *source_commit(void) {
    char git[] = "git", in[] = "-C", source[] = BUILD_SOURCE_DIR, parse[] = "rev-parse",
         brief[] = "--short=12", head[] = "HEAD", status[] = "status", plain[] = "--porcelain",
         known[] = "--untracked-files=no";
    char *commit = line_of_program((char *[]){git, in, source, parse, brief, head, NULL});
    char *changes = line_of_program((char *[]){git, in, source, status, plain, known, NULL});
    char *text = commit == NULL ? NULL
                                : memory_printf("%s%s", commit,
                                                changes != NULL && changes[0] != '\0' ? "+" : "");
    free(commit);
    free(changes);
    return text;
}

static void describe_build(json_t *e) {
    json_object_set_new(e, "compiler", json_string(BUILD_COMPILER));
    json_object_set_new(e, "c_flags", json_string(BUILD_C_FLAGS));
    json_object_set_new(e, "build_type", json_string(BUILD_TYPE));
    set_text(e, "rustc", memory_copy_of(BUILD_RUSTC), NULL);
    set_text(e, "rust_flags", memory_copy_of(BUILD_RUST_FLAGS), NULL);
    set_text(e, "source_commit", source_commit(), NULL);
}

static double load_now(void) {
    double load = 0;
    return getloadavg(&load, 1) == 1 ? load : 0;
}

/* ---- doubts -------------------------------------------------------------------------------- */

static bool text_is(const json_t *e, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(e, key));
    return value != NULL && strcmp(value, text) == 0;
}

static void warn(json_t *warnings, bool doubtful, const char *text) {
    if (doubtful)
        json_array_append_new(warnings, json_string(text));
}

static json_t *warnings_about(const json_t *e) {
    json_t *list = json_array();
    bool optimised = strncmp(BUILD_TYPE, "Rel", 3) == 0 || strcmp(BUILD_TYPE, "MinSizeRel") == 0;
    warn(list, !optimised, "not built for speed: build type '" BUILD_TYPE "'");
    warn(list, BUILD_SANITIZE[0] != '\0', "built with sanitizers: '" BUILD_SANITIZE "'");
    warn(list, !json_is_null(json_object_get(e, "hypervisor")),
         "a virtual machine: its host may be busy with others, and frequency is out of sight");
    warn(list, !text_is(e, "governor", "unknown") && !text_is(e, "governor", "performance"),
         "the frequency governor is not 'performance'");
    warn(list, text_is(e, "address_randomisation", "0"),
         "address randomisation is off: every process has the same layout, lucky or not");
    warn(list, json_number_value(json_object_get(e, "load_before")) > environment_cores() * .5,
         "the machine was busy before the start");
    warn(list, environment_cores() < 2, "one core: nothing here runs in parallel");
    return list;
}

json_t *environment_describe(void) {
    json_t *e = json_object();
    describe_processor(e);
    describe_system(e);
    describe_build(e);
    json_object_set_new(e, "load_before", json_real(load_now()));
    json_object_set_new(e, "warnings", warnings_about(e));
    return e;
}

void environment_finish(json_t *environment) {
    json_object_set_new(environment, "load_after", json_real(load_now()));
}

bool environment_same_machine(const json_t *a, const json_t *b) {
    static const char *const keys[] = {"cpu_model", "architecture", "cores_allowed", "build_type"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            return false;
    return true;
}
