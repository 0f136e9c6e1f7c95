{{/*
What the operator may do where its databases are. Kubernetes cannot narrow a rule to labels, so the operator itself asks
only for objects that carry its label, reads other Secrets (those with the keys of a backup store) by name, and deletes
none of either. To keep it away from a namespace, set watchNamespaces.
*/}}
{{- define "dosql-operator.rules" -}}
- apiGroups: [dosql.io]
  resources: [dosqldatabases, dosqlmigrations, dosqlrestores]
  verbs: [get, list, watch]
# The schedule makes backups, and retention takes the resources of those away that it pruned. A finalizer and the request to
# verify one are written onto the resource.
- apiGroups: [dosql.io]
  resources: [dosqlbackups]
  verbs: [get, list, watch, create, patch, delete]
# A Job restores a backup to verify it.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, watch, create]
- apiGroups: [dosql.io]
  resources: [dosqldatabases/status, dosqlmigrations/status, dosqlbackups/status, dosqlrestores/status]
  verbs: [patch]
# A server-side apply of what is not there yet takes "create" too.
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [services, serviceaccounts, secrets]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# Growing a volume is a change of its claim; so is a mark that it holds what a database was to begin with.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end -}}
