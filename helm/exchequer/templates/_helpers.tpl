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
{{- printf "%s-%s" .Release.Namespace (include "exchequer.fullname" .) | trimPrefix "-" -}}
{{- end -}}

{{- define "exchequer.operatorName" -}}
{{- include "exchequer.fullname" . }}-operator
{{- end -}}

{{/* The name in the operator's certificate: gateways accept no other. */}}
{{- define "exchequer.operatorHost" -}}
{{- printf "%s.%s.svc" (include "exchequer.operatorName" .) .Release.Namespace -}}
{{- end -}}

{{- define "exchequer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "exchequer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "exchequer.operatorSelector" -}}
{{ include "exchequer.selectorLabels" . }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "exchequer.gatewaySelector" -}}
{{ include "exchequer.selectorLabels" . }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "exchequer.labels" -}}
{{ include "exchequer.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "exchequer.operatorServiceAccount" -}}
{{- default (ternary (include "exchequer.operatorName" .) "default" .Values.operator.serviceAccount.create) .Values.operator.serviceAccount.name -}}
{{- end -}}

{{- define "exchequer.gatewayServiceAccount" -}}
{{- default (ternary (printf "%s-gateway" (include "exchequer.fullname" .)) "default" .Values.gateway.serviceAccount.create) .Values.gateway.serviceAccount.name -}}
{{- end -}}

{{/* The Secrets with tls.crt, tls.key and ca.crt. */}}
{{- define "exchequer.operatorTls" -}}
{{- if eq .Values.tls.mode "existingSecret" -}}{{ .Values.tls.existingSecret.operator }}{{- else -}}{{ include "exchequer.fullname" . }}-operator-tls{{- end -}}
{{- end -}}

{{- define "exchequer.gatewayTls" -}}
{{- if eq .Values.tls.mode "existingSecret" -}}{{ .Values.tls.existingSecret.gateway }}{{- else -}}{{ include "exchequer.fullname" . }}-gateway-tls{{- end -}}
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
[apikeys, balances, budgets, fallbackpolicies, modelproviders, modelroutes, pricesheets, projects, tokengateways]
{{- end -}}

{{- define "exchequer.containerSecurityContext" -}}
runAsNonRoot: true
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* One user for all containers of a pod: the sockets are for their owner only. The group reads mounted Secrets. */}}
{{- define "exchequer.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* What the pods of both workloads are given from values: dict "pod" (values.operator or values.gateway) "root" */}}
{{- define "exchequer.scheduling" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pod.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
