{{/* Begins the names of all objects. 50 characters leave room for what follows. */}}
{{- define "datapath.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "datapath.operator" -}}
{{- include "datapath.fullname" . }}-operator
{{- end }}

{{- define "datapath.xds" -}}
{{- include "datapath.fullname" . }}-xds
{{- end }}

{{- define "datapath.authority" -}}
{{- include "datapath.fullname" . }}-authority
{{- end }}

{{- define "datapath.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "datapath.operator" .) -}}
{{- end }}

{{/* Never to change for a release: a Deployment's selector is immutable. Network policies of gateways count on name and component. */}}
{{- define "datapath.selectorLabels" -}}
app.kubernetes.io/name: datapath-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "datapath.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "datapath.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: datapath
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* An image by digest, else by tag, else by the chart's appVersion: (dict "image" .Values.image "chart" .Chart) */}}
{{- define "datapath.image" -}}
{{- with .image.registry }}{{ . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default $.chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Selects the namespaces in which gateways can be. */}}
{{- define "datapath.gatewayNamespaces" -}}
{{- if .Values.namespaces -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: In
    values: {{ toJson .Values.namespaces }}
{{- else -}}
{}
{{- end -}}
{{- end }}

{{/* The names of a list of references, with commas: [{name: a}, {name: b}] is "a,b". */}}
{{- define "datapath.names" -}}
{{- $names := list -}}
{{- range . }}{{ $names = append $names .name }}{{ end -}}
{{- join "," $names -}}
{{- end }}

{{/* Labels as text: {a: b, c: d} is "a=b,c=d". */}}
{{- define "datapath.pairs" -}}
{{- $pairs := list -}}
{{- range $label, $value := . }}{{ $pairs = append $pairs (printf "%s=%s" $label $value) }}{{ end -}}
{{- join "," $pairs -}}
{{- end }}
