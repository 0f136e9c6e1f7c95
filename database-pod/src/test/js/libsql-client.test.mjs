// Runs the unmodified npm driver @libsql/client against a running engine pod.
// Environment: DOSQL_URL (http://host:port), DOSQL_TOKEN, DOSQL_READ_ONLY_TOKEN.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient } from "@libsql/client";

const base = process.env.DOSQL_URL;
const authToken = process.env.DOSQL_TOKEN;

// Without the slash at the end, the driver would drop the tenant's name from the path.
for (const path of ["/", "/db/t1/"]) {
  describe(`@libsql/client on ${path}`, () => {
    let client;

    before(async () => {
      client = createClient({ url: base + path, authToken, intMode: "bigint" });
      await client.executeMultiple(`
        CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, data BLOB, price REAL);
        CREATE TABLE owner (item INTEGER NOT NULL REFERENCES item (id));
        CREATE TABLE counter (client INTEGER, n INTEGER);
      `);
    });

    after(() => client.close());

    async function count(table) {
      const result = await client.execute(`SELECT count(*) AS n FROM ${table}`);
      return Number(result.rows[0].n);
    }

    test("execute: every kind of value, by position and by name", async () => {
      const blob = new Uint8Array([0, 1, 2, 253, 254, 255, 7]);
      const values = [9223372036854775807n, "é😀'\"\\", blob.buffer, 0.1, null];
      const positional = await client.execute({ sql: "SELECT ?, ?, ?, ?, ?", args: values });
      const row = positional.rows[0];
      assert.deepEqual([row[0], row[1], row[3], row[4]], [values[0], values[1], values[3], null]);
      assert.deepEqual(new Uint8Array(row[2]), blob);
      const named = await client.execute({
        sql: "SELECT :a AS a, @b AS b, $c AS c",
        args: { a: 1n, "@b": "two", c: true },
      });
      assert.deepEqual({ ...named.rows[0] }, { a: 1n, b: "two", c: 1n });
    });

    test("execute: 64-bit integers are exact at both ends", async () => {
      const low = -9223372036854775808n;
      const result = await client.execute({ sql: "SELECT ? AS low, ? + 1 AS more", args: [low, low] });
      assert.equal(result.rows[0].low, low);
      assert.equal(result.rows[0].more, low + 1n);
      const numbers = createClient({ url: base + path, authToken, intMode: "number" });
      await assert.rejects(numbers.execute("SELECT 9007199254740993"), RangeError);
      numbers.close();
    });

    test("execute: infinities and blobs of all lengths around the padding", async () => {
      const result = await client.execute("SELECT 1e999 AS more, -1e999 AS less, 1e999 - 1e999 AS none");
      assert.deepEqual({ ...result.rows[0] }, { more: Infinity, less: -Infinity, none: null });
      for (const length of [0, 1, 2, 3, 4, 100_000]) {
        const bytes = new Uint8Array(length).fill(171);
        const back = await client.execute({ sql: "SELECT ? AS b", args: [bytes] });
        assert.deepEqual(new Uint8Array(back.rows[0].b), bytes);
      }
    });

    test("execute: rowsAffected, lastInsertRowid, columns and their types", async () => {
      const insert = await client.execute("INSERT INTO item (id, name) VALUES (9007199254740993, 'far')");
      assert.equal(insert.rowsAffected, 1);
      assert.equal(insert.lastInsertRowid, 9007199254740993n);
      const select = await client.execute("SELECT id, name AS n FROM item WHERE name = 'far'");
      assert.deepEqual(select.columns, ["id", "n"]);
      assert.deepEqual(select.columnTypes, ["INTEGER", "TEXT"]);
      assert.equal((await client.execute("DELETE FROM item WHERE name = 'far'")).rowsAffected, 1);
    });

    test("errors: codes are those of libSQL", async () => {
      await client.execute("INSERT INTO item (name) VALUES ('taken')");
      const expected = [
        ["INSERT INTO item (name) VALUES ('taken')", "SQLITE_CONSTRAINT", /UNIQUE constraint failed: item.name/],
        ["INSERT INTO owner VALUES (-1)", "SQLITE_CONSTRAINT", /FOREIGN KEY constraint failed/],
        ["SELECT * FROM nowhere", "SQLITE_ERROR", /no such table: nowhere/],
        ["SELEKT 1", "SQL_PARSE_ERROR", /syntax error/],
        ["SELECT 1; SELECT 2", "SQL_MANY_STATEMENTS", /more than one statement/],
        ["SELECT ?", "ARGS_INVALID", /parameter/],
      ];
      for (const [sql, code, message] of expected) {
        await assert.rejects(client.execute(sql), (error) => {
          assert.equal(error.code, code, sql);
          assert.match(error.message, message);
          return true;
        });
      }
    });

    test("errors: a bad token is told by its code", async () => {
      const stranger = createClient({ url: base + path, authToken: "not.a.token" });
      await assert.rejects(stranger.execute("SELECT 1"), { code: "UNAUTHORIZED" });
      stranger.close();
      const reader = createClient({ url: base + path, authToken: process.env.DOSQL_READ_ONLY_TOKEN });
      assert.equal((await reader.execute("SELECT 1 AS one")).rows[0].one, 1);
      await assert.rejects(reader.execute("DELETE FROM item"), { code: "SQLITE_READONLY" });
      await assert.rejects(reader.batch(["DELETE FROM item"], "write"), { code: "SQLITE_READONLY" });
      reader.close();
    });

    test("batch: write, read and deferred", async () => {
      const written = await client.batch(
        [
          { sql: "INSERT INTO counter VALUES (?, ?)", args: [-1, 1] },
          ["INSERT INTO counter VALUES (?, ?)", [-1, 2]],
          "SELECT sum(n) AS s FROM counter WHERE client = -1",
        ],
        "write",
      );
      assert.equal(written[2].rows[0].s, 3n);
      const read = await client.batch(["SELECT 1 AS a", "SELECT max(n) AS m FROM counter WHERE client = -1"], "read");
      assert.equal(read[1].rows[0].m, 2n);
      await assert.rejects(client.batch(["DELETE FROM counter"], "read"), { code: "SQLITE_READONLY" });
      const deferred = await client.batch(
        ["SELECT 1 AS a", "DELETE FROM counter WHERE client = -1", "SELECT 2 AS b"],
        "deferred",
      );
      assert.equal(deferred[1].rowsAffected, 2);
      assert.equal(deferred[2].rows[0].b, 2n);
    });

    test("batch: all or nothing, and the failing statement is named", async () => {
      const before = await count("item");
      await assert.rejects(
        client.batch(
          ["INSERT INTO item (name) VALUES ('gone')", "INSERT INTO item (name) VALUES ('gone')", "SELECT 1"],
          "write",
        ),
        (error) => {
          assert.equal(error.code, "SQLITE_CONSTRAINT");
          assert.equal(error.statementIndex, 1);
          return true;
        },
      );
      assert.equal(await count("item"), before);
    });

    test("batch: 4,000 statements in one", async () => {
      const statements = Array.from({ length: 4_000 }, (_, i) => ({
        sql: "INSERT INTO counter VALUES (?, ?)",
        args: [-4, i],
      }));
      const results = await client.batch(statements, "write");
      assert.equal(results.length, 4_000);
      const sum = await client.execute("SELECT count(*) AS n, sum(n) AS s FROM counter WHERE client = -4");
      assert.deepEqual({ ...sum.rows[0] }, { n: 4_000n, s: 7_998_000n });
    });

    test("batch: 100 concurrent ones all succeed", async () => {
      // On a busy machine the last one may wait for more than the usual five seconds.
      const patient = (request) => {
        request.headers.set("X-DoSQL-Lock-Timeout", "30000");
        return fetch(request);
      };
      const clients = Array.from({ length: 100 }, () =>
        createClient({ url: base + path, authToken, intMode: "bigint", fetch: patient }),
      );
      await Promise.all(
        clients.map((each, i) =>
          each.batch(
            [
              { sql: "INSERT INTO counter VALUES (?, 1)", args: [i] },
              { sql: "UPDATE counter SET n = n + 1 WHERE client = ?", args: [i] },
            ],
            "write",
          ),
        ),
      );
      clients.forEach((each) => each.close());
      const sum = await client.execute("SELECT count(*) AS n, sum(n) AS s FROM counter WHERE client >= 0");
      assert.deepEqual({ ...sum.rows[0] }, { n: 100n, s: 200n });
    });

    test("transaction: commit", async () => {
      const transaction = await client.transaction("write");
      await transaction.execute("INSERT INTO item (id, name) VALUES (500, 'committed')");
      const inside = await transaction.execute("SELECT name FROM item WHERE id = 500");
      assert.equal(inside.rows[0].name, "committed");
      assert.equal((await client.execute("SELECT 1 FROM item WHERE id = 500")).rows.length, 0);
      await transaction.batch(["UPDATE item SET price = 1.5 WHERE id = 500"]);
      await transaction.executeMultiple("SELECT 1; UPDATE item SET price = price * 2 WHERE id = 500;");
      await transaction.commit();
      assert.equal(transaction.closed, true);
      assert.equal((await client.execute("SELECT price FROM item WHERE id = 500")).rows[0].price, 3);
    });

    test("transaction: rollback, close, and an error in between", async () => {
      const before = await count("item");
      const rolledBack = await client.transaction("write");
      await rolledBack.execute("INSERT INTO item (name) VALUES ('r')");
      await assert.rejects(rolledBack.execute("INSERT INTO item (name) VALUES ('r')"), {
        code: "SQLITE_CONSTRAINT",
      });
      await rolledBack.execute("INSERT INTO item (name) VALUES ('still open')");
      await rolledBack.rollback();
      const closed = await client.transaction("write");
      await closed.execute("INSERT INTO item (name) VALUES ('c')");
      closed.close();
      await assert.rejects(closed.execute("SELECT 1"), { code: "TRANSACTION_CLOSED" });
      const next = await client.transaction("write");
      assert.equal(Number((await next.execute("SELECT count(*) AS n FROM item")).rows[0].n), before);
      next.close();
    });

    test("transaction: read-only and deferred", async () => {
      const reading = await client.transaction("read");
      const seen = Number((await reading.execute("SELECT count(*) AS n FROM item")).rows[0].n);
      await assert.rejects(reading.execute("DELETE FROM item"), { code: "SQLITE_READONLY" });
      await client.execute("INSERT INTO item (name) VALUES ('later')");
      const again = Number((await reading.execute("SELECT count(*) AS n FROM item")).rows[0].n);
      assert.equal(again, seen, "a snapshot stays as it is");
      await reading.commit();
      const deferred = await client.transaction("deferred");
      await deferred.execute("SELECT 1");
      await deferred.execute("DELETE FROM item WHERE name = 'later'");
      await deferred.commit();
      assert.equal((await client.execute("SELECT 1 FROM item WHERE name = 'later'")).rows.length, 0);
    });

    test("executeMultiple: stops at the first failure, with what came before done", async () => {
      await assert.rejects(
        client.executeMultiple(`
          INSERT INTO item (name) VALUES ('first; not two'); -- a comment; with a semicolon
          INSERT INTO nowhere VALUES (1);
          INSERT INTO item (name) VALUES ('never');
        `),
        { code: "SQLITE_ERROR" },
      );
      const names = await client.execute("SELECT name FROM item WHERE name IN ('first; not two', 'never')");
      assert.deepEqual(names.rows.map((row) => row.name), ["first; not two"]);
    });

    test("migrate: rebuilds a table that others refer to", async () => {
      await client.batch(
        ["INSERT INTO item (id, name) VALUES (900, 'parent')", "INSERT INTO owner VALUES (900)"],
        "write",
      );
      await client.migrate([
        "CREATE TABLE item_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, data BLOB, price REAL, note TEXT)",
        "INSERT INTO item_new SELECT id, name, data, price, 'moved' FROM item",
        "DROP TABLE item",
        "ALTER TABLE item_new RENAME TO item",
      ]);
      const moved = await client.execute("SELECT note FROM item WHERE id = 900");
      assert.equal(moved.rows[0].note, "moved");
      assert.equal(await count("owner"), 1);
      await assert.rejects(client.execute("INSERT INTO owner VALUES (-1)"), { code: "SQLITE_CONSTRAINT" });
    });
  });
}
