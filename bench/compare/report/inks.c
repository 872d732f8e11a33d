#include "inks.h"

#include <string.h>

#include "chart.h"
#include "style.h"
#include "svg.h"

static const char dark_block[] = "@media screen and (prefers-color-scheme: dark)";

void ink_value(const char *name, bool dark, char value[INK_VALUE_SIZE]) {
    char variable[32];
    snprintf(variable, sizeof variable, "--%s: #", name);
    const char *at = dark ? strstr(report_colours, dark_block) : report_colours;
    at = at == NULL ? NULL : strstr(at, variable);
    snprintf(value, INK_VALUE_SIZE, "#%.6s", at == NULL ? "000000" : at + strlen(variable));
}

static void write_dark_rule(FILE *out, const char *name) {
    static const char *const attributes[] = {"fill", "stroke", "color"};
    char light[INK_VALUE_SIZE], dark[INK_VALUE_SIZE];
    ink_value(name, false, light);
    ink_value(name, true, dark);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        fprintf(out, "  [%s=\"%s\"] { %s: %s; }\n", attributes[i], light, attributes[i], dark);
}

void ink_write_style(FILE *out) {
    const char *font = strstr(report_colours, "svg text");
    fprintf(out, "<style>\n%s {\n", dark_block);
    write_dark_rule(out, "paper");
    for (int ink = 0; ink < INK_OTHER + INK_OTHERS; ink++)
        write_dark_rule(out, svg_ink_name(ink));
    fprintf(out, "}\n%s</style>\n", font == NULL ? "" : font);
}
