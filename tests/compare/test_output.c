/* Files that appear whole or not at all. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "memory.h"
#include "output.h"

static char folder[] = "/tmp/poolbench-output-XXXXXX";
static char *path;

static int make_folder(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    path = memory_printf("%s/results.json", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    free(path);
    return rmdir(folder); /* fails when a temporary file was left behind */
}

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void file_is(const char *expected) {
    char text[100] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, expected);
}

static void commit_replaces(void **state) {
    struct output output;
    (void)state;
    write_file("old");
    assert_int_equal(output_open(&output, path), 0);
    fputs("new", output.file);
    fflush(output.file);
    file_is("old");
    assert_int_equal(output_commit(&output), 0);
    file_is("new");
}

static void discard_leaves_the_old(void **state) {
    struct output output;
    (void)state;
    write_file("old");
    assert_int_equal(output_open(&output, path), 0);
    fputs("new", output.file);
    output_discard(&output);
    file_is("old");
    output_discard(&output);
}

static void discard_leaves_nothing(void **state) {
    struct output output;
    (void)state;
    unlink(path);
    assert_int_equal(output_open(&output, path), 0);
    output_discard(&output);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_folder_is_refused(void **state) {
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, folder), EISDIR);
}

static void a_missing_folder_is_refused(void **state) {
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "/nonexistent/folder/file"), ENOENT);
}

static void a_full_device_is_told(void **state) {
    struct output output;
    (void)state;
    assert_int_equal(output_open(&output, "/dev/full"), 0);
    fputs("text", output.file);
    assert_int_equal(output_commit(&output), ENOSPC);
    assert_int_equal(access("/dev/full", F_OK), 0);
}

static void a_link_stays_a_link(void **state) {
    struct output output;
    struct stat there;
    char *link = memory_printf("%s/link", folder);
    (void)state;
    write_file("old");
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(output_open(&output, link), 0);
    fputs("new", output.file);
    assert_int_equal(output_commit(&output), 0);
    file_is("new");
    assert_int_equal(lstat(link, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
    unlink(link);
    free(link);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(commit_replaces),
                                       cmocka_unit_test(discard_leaves_the_old),
                                       cmocka_unit_test(discard_leaves_nothing),
                                       cmocka_unit_test(a_folder_is_refused),
                                       cmocka_unit_test(a_missing_folder_is_refused),
                                       cmocka_unit_test(a_full_device_is_told),
                                       cmocka_unit_test(a_link_stays_a_link)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder) == 0 ? 0 : 1;
}
