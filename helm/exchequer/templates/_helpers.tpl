{{- define "exchequer.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "exchequer.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "exchequer.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "exchequer.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of what is not in a namespace and must not meet another release's. */}}
{{- define "exchequer.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "exchequer.fullname" .) -}}
{{- end -}}

{{- define "exchequer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "exchequer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "exchequer.labels" -}}
{{ include "exchequer.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "exchequer.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "exchequer.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* list image defaultTag */}}
{{- define "exchequer.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default (index . 1) $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "exchequer.secretNamespaces" -}}
{{- default (list .Release.Namespace) .Values.secretNamespaces | join "," -}}
{{- end -}}

{{- define "exchequer.kinds" -}}
[apikeys, balances, budgets, fallbackpolicies, modelproviders, modelroutes, pricesheets, projects]
{{- end -}}

{{- define "exchequer.containerSecurityContext" -}}
runAsNonRoot: true
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end -}}
