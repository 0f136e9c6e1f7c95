// The unmodified libSQL driver against a database of the cluster: node quickstart.mjs URL TOKEN
import assert from "node:assert/strict";
import { createClient } from "@libsql/client";

const [url, authToken] = process.argv.slice(2);
const client = createClient({ url, authToken, intMode: "bigint" });

await client.migrate(["CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body TEXT, size REAL, raw BLOB)"]);
await client.executeMultiple("DELETE FROM notes; DELETE FROM notes;");
await client.batch(
  [
    { sql: "INSERT INTO notes VALUES (?, ?, ?, ?)", args: [9007199254740993n, "large", 1.5, new Uint8Array([0, 255])] },
    { sql: "INSERT INTO notes VALUES (:id, :body, NULL, NULL)", args: { id: 2, body: "named" } },
  ],
  "write",
);
const { rows } = await client.execute("SELECT * FROM notes ORDER BY id DESC");
assert.equal(rows[0].id, 9007199254740993n);
assert.deepEqual(new Uint8Array(rows[0].raw), new Uint8Array([0, 255]));
assert.equal(rows[1].body, "named");
assert.equal(rows[1].raw, null);

const rolledBack = await client.transaction("write");
await rolledBack.execute("DELETE FROM notes");
await rolledBack.rollback();
const committed = await client.transaction("write");
await committed.execute("UPDATE notes SET body = 'changed' WHERE id = 2");
await committed.commit();
const after = await client.execute("SELECT body FROM notes ORDER BY id");
assert.deepEqual(after.rows.map((row) => row.body), ["changed", "large"]);

await assert.rejects(client.execute("INSERT INTO notes (id) VALUES (2)"), (error) => error.code === "SQLITE_CONSTRAINT");
client.close();
console.log("all is well");
