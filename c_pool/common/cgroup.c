/* Quotas of control groups.
 *
 * /proc/self/cgroup says which group the process is in, a line per hierarchy:
 *     4:cpu,cpuacct:/user.slice        version 1
 *     0::/user.slice/app.scope         version 2
 * /proc/self/mountinfo says where a hierarchy is mounted, and which group of it is the root of the
 * mount (in a container often not "/"). A quota of any group above binds too, so the walk goes from
 * the group up to the mount point. Sources: cgroups(7), proc(5), the kernel's
 * Documentation/admin-guide/cgroup-v2.rst. */

#define _GNU_SOURCE
#include "cgroup.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What differs between the two versions. */
struct version {
    const char *file_system;                  /* its name in mountinfo */
    const char *controller;                   /* "cpu", or NULL: one hierarchy for all */
    uint32_t (*quota)(const char *directory); /* of one group; UINT32_MAX: none */
};

static uint32_t whole_cpus(long long quota, long long period) {
    if (quota <= 0 || period <= 0)
        return UINT32_MAX;
    long long cpus = quota / period;
    return cpus < 1 ? 1 : cpus > UINT32_MAX ? UINT32_MAX : (uint32_t)cpus;
}

/* The first line of directory/name, without its newline; false when there is none. */
static bool first_line(const char *directory, const char *name, char *line, int size) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool found = fgets(line, size, file) != NULL;
    fclose(file);
    return found;
}

static uint32_t quota_v1(const char *directory) {
    char quota[64], period[64];
    if (!first_line(directory, "cpu.cfs_quota_us", quota, sizeof quota) ||
        !first_line(directory, "cpu.cfs_period_us", period, sizeof period))
        return UINT32_MAX;
    return whole_cpus(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

/* "max 100000" or "150000 100000": "max" reads as 0, no quota. */
static uint32_t quota_v2(const char *directory) {
    char line[128];
    if (!first_line(directory, "cpu.max", line, sizeof line))
        return UINT32_MAX;
    const char *space = strchr(line, ' ');
    return space == NULL ? UINT32_MAX
                         : whole_cpus(strtoll(line, NULL, 10), strtoll(space, NULL, 10));
}

/* Is `word` one of the comma-separated words of `list`? */
static bool has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == '\0' || at[length] == ','))
            return true;
    }
    return false;
}

/* Takes a line of /proc/self/cgroup apart; the group of `version`, or NULL when the line belongs to
 * another hierarchy. */
static const char *group_in_line(char *line, const struct version *version) {
    char *controllers = strchr(line, ':');
    char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    if (group == NULL)
        return NULL;
    *group++ = '\0';
    controllers++;
    group[strcspn(group, "\n")] = '\0';
    bool ours = version->controller == NULL ? *controllers == '\0'
                                            : has_word(controllers, version->controller);
    return ours ? group : NULL;
}

static bool find_group(const char *root, const struct version *version, char *group) {
    char path[PATH_MAX], *line = NULL;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t room = 0;
    bool found = false;
    while (!found && getline(&line, &room, file) > 0) {
        const char *in_line = group_in_line(line, version);
        found = in_line != NULL && strlen(in_line) < PATH_MAX;
        if (found)
            strcpy(group, in_line);
    }
    free(line);
    fclose(file);
    return found;
}

struct mount {
    char root[PATH_MAX];  /* the group that is the mount's root */
    char point[PATH_MAX]; /* where it is mounted */
};

/* Takes a line of /proc/self/mountinfo apart:
 *     36 35 98:0 /root /mount/point rw,noatime shared:1 - cgroup cgroup rw,cpu,cpuacct */
static bool mount_in_line(const char *line, const struct version *version, struct mount *mount) {
    char type[32], options[512];
    const char *tail = strstr(line, " - ");
    if (tail == NULL || sscanf(tail, " - %31s %*s %511s", type, options) != 2 ||
        strcmp(type, version->file_system) != 0 ||
        (version->controller != NULL && !has_word(options, version->controller)))
        return false;
    static_assert(PATH_MAX >= 4096, "the widths of the format below");
    return sscanf(line, "%*s %*s %*s %4095s %4095s", mount->root, mount->point) == 2;
}

static bool find_mount(const char *root, const struct version *version, struct mount *mount) {
    char path[PATH_MAX], *line = NULL;
    snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t room = 0;
    bool found = false;
    while (!found && getline(&line, &room, file) > 0)
        found = mount_in_line(line, version, mount);
    free(line);
    fclose(file);
    return found;
}

/* `group` as seen from a mount whose root is the group `root`; "" when it lies outside. */
static const char *group_below(const char *group, const char *root) {
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    bool below = strncmp(group, root, length) == 0 && (group[length] == '/' || group[length] == 0);
    return below ? group + length : "";
}

/* The smallest quota from `directory` up to its first `top` bytes, the mount point. Shortens
 * `directory`. */
static uint32_t smallest_quota(char *directory, size_t top, const struct version *version) {
    uint32_t smallest = UINT32_MAX;
    for (;;) {
        uint32_t quota = version->quota(directory);
        if (quota < smallest)
            smallest = quota;
        char *slash = strrchr(directory + top, '/');
        if (slash == NULL)
            return smallest;
        *slash = '\0';
    }
}

static uint32_t quota_of(const char *root, const struct version *version) {
    char group[PATH_MAX], directory[2 * PATH_MAX];
    struct mount mount;
    if (!find_group(root, version, group) || !find_mount(root, version, &mount))
        return UINT32_MAX;
    int top = snprintf(directory, sizeof directory, "%s%s", root, mount.point);
    int all = snprintf(directory, sizeof directory, "%s%s%s", root, mount.point,
                       group_below(group, mount.root));
    if (top < 0 || all >= (int)sizeof directory)
        return UINT32_MAX;
    return smallest_quota(directory, (size_t)top, version);
}

uint32_t thread_pool_cgroup_cpus(const char *root) {
    static const struct version versions[] = {{"cgroup2", NULL, quota_v2},
                                              {"cgroup", "cpu", quota_v1}};
    uint32_t v2 = quota_of(root, &versions[0]);
    uint32_t v1 = quota_of(root, &versions[1]);
    return v1 < v2 ? v1 : v2;
}
