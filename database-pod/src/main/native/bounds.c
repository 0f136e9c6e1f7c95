/*
 * SQLite, and bounds for those of its functions whose work grows with the product of the sizes of
 * two values. Nothing can stop a function while it runs, so one call on two values of some megabytes
 * would hold its thread for hours. The bounds are what some tenths of a second suffice for.
 *
 * Compiled together with SQLite because the functions are private to it; what their definitions say
 * to the planner stays as it is.
 */
#include "sqlite3.c"

/* Comparisons of characters, each decoded and folded. */
#define PATTERN_MAX 100000000LL
/* Comparisons of characters. */
#define CHARACTERS_MAX 1000000000LL
/* Comparisons of bytes, many at a time. */
#define BYTES_MAX 4000000000LL

typedef void (*Function)(sqlite3_context *, int, sqlite3_value **);

static sqlite3_int64 dosqlBytes(sqlite3_value *value) {
  int type = sqlite3_value_type(value);
  return type == SQLITE_TEXT || type == SQLITE_BLOB ? sqlite3_value_bytes(value) : 0;
}

static void dosqlBounded(sqlite3_context *context, int count, sqlite3_value **values,
                         Function function, sqlite3_int64 max) {
  if (count >= 2 && dosqlBytes(values[0]) * dosqlBytes(values[1]) > max) {
    sqlite3_result_error(context, "the two values are too large together for this function", -1);
    sqlite3_result_error_code(context, SQLITE_TOOBIG);
    return;
  }
  function(context, count, values);
}

static void dosqlLike(sqlite3_context *context, int count, sqlite3_value **values) {
  dosqlBounded(context, count, values, likeFunc, PATTERN_MAX);
}

static void dosqlTrim(sqlite3_context *context, int count, sqlite3_value **values) {
  dosqlBounded(context, count, values, trimFunc, CHARACTERS_MAX);
}

static void dosqlInstr(sqlite3_context *context, int count, sqlite3_value **values) {
  dosqlBounded(context, count, values, instrFunc, BYTES_MAX);
}

static void dosqlReplace(sqlite3_context *context, int count, sqlite3_value **values) {
  dosqlBounded(context, count, values, replaceFunc, BYTES_MAX);
}

static void dosqlJsonPatch(sqlite3_context *context, int count, sqlite3_value **values) {
  dosqlBounded(context, count, values, jsonPatchFunc, BYTES_MAX);
}

static void dosqlBound(FuncDef *definition) {
  static const struct {
    Function function;
    Function bounded;
  } all[] = {
      {likeFunc, dosqlLike},       {trimFunc, dosqlTrim},           {instrFunc, dosqlInstr},
      {replaceFunc, dosqlReplace}, {jsonPatchFunc, dosqlJsonPatch},
  };
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
    if (definition->xSFunc == all[i].function) {
      definition->xSFunc = all[i].bounded;
      return;
    }
  }
}

/* After sqlite3_initialize, before the first connection. */
void dosql_bound_functions(void) {
  for (int i = 0; i < SQLITE_FUNC_HASH_SZ; i++) {
    for (FuncDef *name = sqlite3BuiltinFunctions.a[i]; name != NULL; name = name->u.pHash) {
      for (FuncDef *definition = name; definition != NULL; definition = definition->pNext) {
        dosqlBound(definition);
      }
    }
  }
}
