// Splits C-like text into tokens, by hand: names (looked up among keywords), numbers, strings, comments, operators.
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "static int sum(const int *values, size_t count) { /* adds */\n"
    "    int total = 0x1F + 42u - 3.25e-2;  // start\n"
    "    for (size_t i = 0; i < count; ++i) total += values[i] << 2;\n"
    "    printf(\"sum \\\"%d\\\"\\n\", total); return total >= 100 ? total : -1;\n"
    "}\n";

static const char *const keywords[] = {"const", "for", "if", "int", "return", "size_t", "static", "while"};

enum { NAME, KEYWORD, NUMBER, STRING, COMMENT, OPERATOR, KINDS };

static int is_keyword(const char *start, size_t length) {
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == length && memcmp(keywords[i], start, length) == 0) return 1;
    return 0;
}

static const char *next(const char *p, int *kind) {
    const char *start = p;
    if (isalpha((unsigned char)*p) || *p == '_') {
        while (isalnum((unsigned char)*p) || *p == '_') p++;
        *kind = is_keyword(start, p - start) ? KEYWORD : NAME;
    } else if (isdigit((unsigned char)*p)) {
        while (isalnum((unsigned char)*p) || *p == '.' || ((*p == '-' || *p == '+') && p[-1] == 'e')) p++;
        *kind = NUMBER;
    } else if (*p == '"') {
        for (p++; *p != '"'; p++) p += *p == '\\';
        p++;
        *kind = STRING;
    } else if (p[0] == '/' && p[1] == '/') {
        while (*p != '\n') p++;
        *kind = COMMENT;
    } else if (p[0] == '/' && p[1] == '*') {
        for (p += 2; p[0] != '*' || p[1] != '/'; p++) continue;
        p += 2;
        *kind = COMMENT;
    } else {
        p += p[1] == '=' || (p[0] == p[1] && strchr("+-<>&|=", *p)) ? 2 : 1;
        *kind = OPERATOR;
    }
    return p;
}

int main(int argc, char **argv) {
    int copies = argc > 1 ? atoi(argv[1]) : 600000;
    uint32_t counts[KINDS] = {0}, hash = 0;
    size_t length = strlen(sample);
    char *text = malloc(length * 16 + 1);
    for (int i = 0; i < 16; i++) memcpy(text + i * length, sample, length + 1);
    for (int i = 0; i < copies / 16; i++)
        for (const char *p = text; *p;) {
            if (isspace((unsigned char)*p)) {
                p++;
                continue;
            }
            int kind;
            const char *end = next(p, &kind);
            counts[kind]++;
            hash = hash * 31 + (uint32_t)(end - p) + *p;
            p = end;
        }
    for (int kind = 0; kind < KINDS; kind++) printf("%u ", counts[kind]);
    printf("%08x\n", hash);
    return 0;
}
