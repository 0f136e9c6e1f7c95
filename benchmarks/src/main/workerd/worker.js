// Runs the statement of a request in the Durable Object that its path names. The runtime's output gate holds the answer
// back until what the statement wrote is on disk.
import { DurableObject } from "cloudflare:workers";

export class Tenant extends DurableObject {
  async fetch(request) {
    const { sql, params = [] } = await request.json();
    const cursor = this.ctx.storage.sql.exec(sql, ...params);
    return Response.json({ columns: cursor.columnNames, rows: [...cursor.raw()], rowsWritten: cursor.rowsWritten });
  }
}

export default {
  fetch(request, env) {
    const [, , name] = new URL(request.url).pathname.split("/");
    return env.TENANTS.get(env.TENANTS.idFromName(name)).fetch(request);
  },
};
