{{/* The name of what the release makes: the release's own if it says "dosql-operator" already. */}}
{{- define "dosql-operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 35 | trimSuffix "-") .Chart.Name -}}
{{- end -}}
{{- end -}}

{{- define "dosql-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dosql-operator.labels" -}}
{{ include "dosql-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: dosql
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "dosql-operator.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "dosql-operator.fullname" .) -}}
{{- end -}}

{{- define "dosql-operator.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{- define "dosql-operator.databaseImage" -}}
{{- printf "%s:%s" .Values.databaseImage.repository (.Values.databaseImage.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* Cluster-wide objects carry the namespace too, so that two releases of one name do not meet. */}}
{{- define "dosql-operator.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "dosql-operator.fullname" .) -}}
{{- end -}}
