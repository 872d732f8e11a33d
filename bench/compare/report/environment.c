/* section_contenders(), section_environment(), section_repeat(): who, on what, and how to do it
 * again. */
#include <math.h>
#include <string.h>

#include "fields.h"
#include "html.h"
#include "numbers.h"
#include "page.h"

/* ---- contenders ---------------------------------------------------------------------------- */

static void write_versions(FILE *out, json_t *versions) {
    const char *library;
    json_t *version;
    bool first = true;
    json_object_foreach(versions, library, version) {
        html_textf(out, "%s%s %s", first ? "" : ", ", library,
                   json_is_string(version) ? json_string_value(version) : "?");
        first = false;
    }
    if (first)
        fputs("–", out);
}

static void write_gate(FILE *out, const json_t *contender) {
    const json_t *gate = json_object_get(contender, "gate");
    bool failed = field_is(gate, "status", "failed");
    fprintf(out, "<td class=\"%s\">", failed ? "slower" : "");
    html_text(out, field_text(gate, "status"));
    if (field_count(gate, "passed") + field_count(gate, "failed") > 0)
        html_textf(out, ", %d of %d", field_count(gate, "passed"),
                   field_count(gate, "passed") + field_count(gate, "failed"));
    if (failed)
        html_textf(out, " (%s)", field_text(gate, "detail"));
    fputs("</td>", out);
}

static void write_binary(FILE *out, const json_t *binary) {
    if (field_text(binary, "path")[0] == '\0') {
        fputs("<td>found in PATH</td>", out);
        return;
    }
    fputs("<td><code>", out);
    html_text(out, field_text(binary, "path"));
    fputs("</code><br><code class=\"hash\" title=\"", out);
    html_text(out, field_text(binary, "sha256"));
    fputs("\">", out);
    html_textf(out, "sha256 %.12s…", field_text(binary, "sha256"));
    fputs("</code></td>", out);
}

static void write_proof(FILE *out, const json_t *proof) {
    fputs(field_true(proof, "match") ? "<td>yes: " : "<td>no: ", out);
    html_text(out, field_text(proof, "answered"));
    fputs("</td></tr>\n", out);
}

static void write_contender(struct page *page, const json_t *contender) {
    fputs("<tr><td>", page->out);
    page_name(page, field_text(contender, "name"), field_text(contender, "kind"));
    fputs("</td><td>", page->out);
    html_text(page->out, field_text(contender, "kind"));
    fputs("</td><td>", page->out);
    write_versions(page->out, json_object_get(contender, "versions"));
    fputs("</td>", page->out);
    write_gate(page->out, contender);
    write_binary(page->out, json_object_get(contender, "binary"));
    write_proof(page->out, json_object_get(contender, "proof"));
}

void section_contenders(struct page *page) {
    size_t i;
    json_t *contender;
    section_open(page, "contenders", "Who took part");
    fputs("<p class=\"note\">A contender that fails the test suite has no row anywhere. Proof: the "
          "program was asked for its backend and gave the name in its file name.</p>\n"
          "<div class=\"wide\"><table id=\"t-contenders\"><thead><tr><th>name</th><th>kind</th>"
          "<th>versions</th><th>suite</th><th>program</th><th>proof</th></tr></thead><tbody>\n",
          page->out);
    json_array_foreach(page->document->contenders, i, contender) write_contender(page, contender);
    fputs("</tbody></table></div>\n", page->out);
    section_close(page);
}

/* ---- environment --------------------------------------------------------------------------- */

static void write_value(FILE *out, const char *key, const json_t *value) {
    char number[NUMBER_SIZE];
    if (json_is_string(value))
        html_text(out, json_string_value(value));
    else if (json_is_number(value) && strstr(key, "bytes") != NULL)
        html_text(out, number_with_unit(json_number_value(value), "B", number));
    else if (json_is_number(value))
        html_text(out, number_plain(json_number_value(value), number));
    else
        fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "–", out);
}

static void write_key(FILE *out, const char *key) {
    for (; *key != '\0'; key++) {
        char one[2] = {*key == '_' ? ' ' : *key, '\0'};
        html_text(out, one);
    }
}

static void write_pairs(FILE *out, const json_t *object) {
    const char *key;
    json_t *value;
    fputs("<dl>\n", out);
    json_object_foreach((json_t *)(size_t)object, key, value) {
        if (json_is_array(value) || json_is_object(value))
            continue;
        fputs("<div><dt>", out);
        write_key(out, key);
        fputs("</dt><dd>", out);
        write_value(out, key, value);
        fputs("</dd></div>\n", out);
    }
    fputs("</dl>\n", out);
}

void section_environment(struct page *page) {
    section_open(page, "environment", "Environment");
    write_pairs(page->out, page->document->environment);
    section_close(page);
}

/* ---- repeat -------------------------------------------------------------------------------- */

static bool needs_quotes(const char *word) {
    return word[0] == '\0' ||
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-+./,:=@%")] != '\0';
}

/* As a shell reads it. */
static void write_word(FILE *out, const char *word) {
    if (!needs_quotes(word)) {
        html_text(out, word);
        return;
    }
    fputs("&#39;", out);
    for (; *word != '\0'; word++) {
        char one[2] = {*word, '\0'};
        html_text(out, *word == '\'' ? "'\\''" : one);
    }
    fputs("&#39;", out);
}

static bool names_seed(const json_t *command) {
    size_t i;
    json_t *word;
    json_array_foreach(command, i,
                       word) if (json_is_string(word) &&
                                 strncmp(json_string_value(word), "--seed", 6) == 0) return true;
    return false;
}

static void write_command(FILE *out, const json_t *command, const char *seed) {
    size_t i;
    json_t *word;
    fputs(json_array_size(command) == 0 ? "./poolbench compare" : "", out);
    json_array_foreach(command, i, word) {
        const char *text = json_is_string(word) ? json_string_value(word) : "?";
        const char *name = strrchr(text, '/');
        fputs(i == 0 ? "./" : " ", out);
        write_word(out, i == 0 && name != NULL ? name + 1 : text);
    }
    if (!names_seed(command))
        html_textf(out, " --seed %s", seed);
    fputs("\n", out);
}

void section_repeat(struct page *page) {
    const struct document *document = page->document;
    const json_t *run = document->run;
    const char *commit = field_text(document->environment, "source_commit");
    section_open(page, "repeat", "Repeat it");
    fputs("<pre><code>", page->out);
    if (commit[0] != '\0')
        html_textf(page->out, "git checkout %.*s\n", (int)strcspn(commit, "+"), commit);
    write_command(page->out, field_list(run, "command"), field_text(run, "seed"));
    fputs("</code></pre>\n<p class=\"note\">The same seed gives the same order of processes and "
          "the same bootstrap; the times are the machine's.",
          page->out);
    if (strchr(commit, '+') != NULL)
        fputs(" The sources had changes that are not in the commit.", page->out);
    fputs("</p>\n", page->out);
    write_pairs(page->out, run);
    section_close(page);
}
