# A Durable Object with SQLite on local disk behind every path /db/{name}/query.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "objects", disk = (writable = true)),
  ],
  sockets = [ (name = "http", http = (), service = "main") ],
);

const worker :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [ (className = "Tenant", uniqueKey = "dosql-benchmark", enableSql = true) ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [ (name = "TENANTS", durableObjectNamespace = "Tenant") ],
);
