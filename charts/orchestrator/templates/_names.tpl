{{- define "orchestrator.fullname" -}}
{{ .Release.Name }}-orchestrator
{{- end }}

{{- define "orchestrator.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "orchestrator.databaseSecret" -}}
{{ .Values.database.existingSecret | default (printf "%s-orchestrator-database" .Release.Name) }}
{{- end }}

{{- define "orchestrator.labels" -}}
app.kubernetes.io/name: orchestrator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
