// A runner for QuickJS: qjs [FILE [ARGUMENT...]]. Without FILE or with "-" the script comes from stdin.
//
// Gives scripts print(...), readFile(path), writeFile(path, text) and scriptArgs. Ends with status 1 if the
// script throws, after writing the error and its stack to stderr.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quickjs.h"

static char *read_all(FILE *file, size_t *size) {
    size_t capacity = 1 << 16;
    char *text = malloc(capacity);
    *size = 0;
    while (text) {
        *size += fread(text + *size, 1, capacity - *size - 1, file);
        if (*size < capacity - 1) {
            text[*size] = 0;  // JS_Eval wants the end marked
            return text;
        }
        text = realloc(text, capacity *= 2);
    }
    fputs("qjs: out of memory\n", stderr);
    exit(1);
}

static JSValue js_print(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
    for (int i = 0; i < count; i++) {
        const char *text = JS_ToCString(context, values[i]);
        if (!text) return JS_EXCEPTION;
        printf(i ? " %s" : "%s", text);
        JS_FreeCString(context, text);
    }
    putchar('\n');
    return JS_UNDEFINED;
}

static JSValue js_read_file(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
    const char *path = JS_ToCString(context, values[0]);
    if (!path) return JS_EXCEPTION;
    FILE *file = fopen(path, "rb");
    JSValue result;
    if (file) {
        size_t size;
        char *text = read_all(file, &size);
        fclose(file);
        result = JS_NewStringLen(context, text, size);
        free(text);
    } else {
        result = JS_ThrowReferenceError(context, "cannot open %s", path);
    }
    JS_FreeCString(context, path);
    return result;
}

static JSValue js_write_file(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
    size_t size;
    const char *path = JS_ToCString(context, values[0]);
    const char *text = JS_ToCStringLen(context, &size, values[1]);
    FILE *file = path && text ? fopen(path, "wb") : NULL;
    size_t written = file ? fwrite(text, 1, size, file) : 0;
    int done = file && fclose(file) == 0 && written == size;
    JSValue result = done ? JS_UNDEFINED : JS_ThrowReferenceError(context, "cannot write %s", path ? path : "");
    JS_FreeCString(context, text);
    JS_FreeCString(context, path);
    return result;
}

static void report_error(JSContext *context) {
    JSValue error = JS_GetException(context);
    const char *text = JS_ToCString(context, error);
    fprintf(stderr, "%s\n", text ? text : "[error]");
    JS_FreeCString(context, text);
    JSValue stack = JS_GetPropertyStr(context, error, "stack");
    if (!JS_IsUndefined(stack)) {
        text = JS_ToCString(context, stack);
        fputs(text ? text : "", stderr);
        JS_FreeCString(context, text);
    }
    JS_FreeValue(context, stack);
    JS_FreeValue(context, error);
}

static void define_globals(JSContext *context, int argc, char **argv) {
    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, js_print, "print", 1));
    JS_SetPropertyStr(context, global, "readFile", JS_NewCFunction(context, js_read_file, "readFile", 1));
    JS_SetPropertyStr(context, global, "writeFile", JS_NewCFunction(context, js_write_file, "writeFile", 2));
    JSValue arguments = JS_NewArray(context);
    for (int i = 1; i < argc; i++)
        JS_SetPropertyUint32(context, arguments, i - 1, JS_NewString(context, argv[i]));
    JS_SetPropertyStr(context, global, "scriptArgs", arguments);
    JS_FreeValue(context, global);
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "-";
    FILE *file = strcmp(name, "-") ? fopen(name, "rb") : stdin;
    if (!file) {
        fprintf(stderr, "qjs: cannot open %s\n", name);
        return 1;
    }
    size_t size;
    char *script = read_all(file, &size);

    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = JS_NewContext(runtime);
    define_globals(context, argc, argv);
    JSValue result = JS_Eval(context, script, size, name, JS_EVAL_TYPE_GLOBAL);
    int failed = JS_IsException(result);
    JS_FreeValue(context, result);
    // Promises: run what they put off, until nothing is left.
    JSContext *job_context = context;
    int jobs = 1;
    while (!failed && (jobs = JS_ExecutePendingJob(runtime, &job_context)) > 0) continue;
    failed = failed || jobs < 0;
    if (failed) report_error(job_context);

    JS_FreeContext(context);
    JS_FreeRuntime(runtime);
    free(script);
    return failed;
}
