{{- define "holdfast.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "holdfast.controller" -}}{{ include "holdfast.fullname" . }}-controller{{- end }}
{{- define "holdfast.dataplane" -}}{{ include "holdfast.fullname" . }}-dataplane{{- end }}
{{- define "holdfast.certgen" -}}{{ include "holdfast.fullname" . }}-certgen{{- end }}

{{- define "holdfast.controllerAccount" -}}
{{ default (include "holdfast.controller" .) .Values.controller.serviceAccount.name }}
{{- end }}
{{- define "holdfast.dataplaneAccount" -}}
{{ default (include "holdfast.dataplane" .) .Values.dataplane.serviceAccount.name }}
{{- end }}

{{- define "holdfast.controllerSecret" -}}
{{ default (printf "%s-controller-tls" (include "holdfast.fullname" .)) .Values.tls.controllerSecret }}
{{- end }}
{{- define "holdfast.dataplaneSecret" -}}
{{ default (printf "%s-dataplane-tls" (include "holdfast.fullname" .)) .Values.tls.dataplaneSecret }}
{{- end }}

{{- define "holdfast.gatewayName" -}}
{{ default (include "holdfast.fullname" .) .Values.gateway.name }}
{{- end }}
{{- define "holdfast.gatewayNamespace" -}}
{{ default .Release.Namespace .Values.gateway.namespace }}
{{- end }}
{{- define "holdfast.gateway" -}}
{{ include "holdfast.gatewayNamespace" . }}/{{ include "holdfast.gatewayName" . }}
{{- end }}

{{/* Called with the root and what is set of an image in place of `image`. */}}
{{- define "holdfast.imageOf" -}}
{{- $root := index . 0 -}}
{{- $own := index . 1 -}}
{{- $image := $root.Values.image -}}
{{- $digest := ternary $own.digest $image.digest (or $own.tag $own.digest | not | not) -}}
{{- $repository := default $image.repository $own.repository -}}
{{- if $digest -}}
{{ $repository }}@{{ $digest }}
{{- else -}}
{{ $repository }}:{{ coalesce $own.tag $image.tag $root.Chart.AppVersion }}
{{- end -}}
{{- end }}
{{- define "holdfast.image" -}}
{{ include "holdfast.imageOf" (list . dict) }}
{{- end }}
{{- define "holdfast.dataplaneImage" -}}
{{ include "holdfast.imageOf" (list . .Values.dataplane.image) }}
{{- end }}

{{/* What Pods are selected by: a Deployment cannot change it. Called with (list . "controller"). */}}
{{- define "holdfast.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Of objects, not of Pod templates: the chart's version is among them. */}}
{{- define "holdfast.labels" -}}
{{- $root := index . 0 -}}
{{ include "holdfast.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: holdfast
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of every container. */}}
{{- define "holdfast.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Where Pods run. Called with the component's values. */}}
{{- define "holdfast.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "holdfast.drainSeconds" -}}
{{ add .Values.dataplane.drain.delaySeconds .Values.dataplane.drain.timeoutSeconds }}
{{- end }}
{{- define "holdfast.graceSeconds" -}}
{{- $grace := .Values.dataplane.terminationGracePeriodSeconds -}}
{{- if kindIs "invalid" $grace -}}
{{ add (include "holdfast.drainSeconds" .) 30 }}
{{- else -}}
{{ int $grace }}
{{- end -}}
{{- end }}

{{/* Ports of the data planes' Service, under `ports`: of listeners that share one, the first one's
name. */}}
{{- define "holdfast.ports" -}}
{{- $ports := list -}}
{{- $numbers := list -}}
{{- range default .Values.gateway.listeners .Values.dataplane.service.ports -}}
{{- if not (has (int .port) $numbers) -}}
{{- $speaks := ternary "kubernetes.io/wss" "kubernetes.io/ws" (eq (default "HTTP" .protocol) "HTTPS") -}}
{{- $ports = append $ports (dict "name" .name "port" .port "nodePort" .nodePort "speaks" (default $speaks .appProtocol)) -}}
{{- $numbers = append $numbers (int .port) -}}
{{- end -}}
{{- end -}}
{{ toYaml (dict "ports" $ports) }}
{{- end }}

{{/* The namespaces that a controller reads, as a list under `namespaces`; empty: all of them. */}}
{{- define "holdfast.namespaces" -}}
{{- $namespaces := list -}}
{{- with .Values.controller.watchNamespaces -}}
{{- $namespaces = concat . (list $.Release.Namespace (include "holdfast.gatewayNamespace" $)) | uniq | sortAlpha -}}
{{- end -}}
{{ toYaml (dict "namespaces" $namespaces) }}
{{- end }}

{{/* The namespaces whose Secrets a controller may read, the same way. */}}
{{- define "holdfast.secretNamespaces" -}}
{{- $namespaces := default (list (include "holdfast.gatewayNamespace" .)) .Values.controller.secretNamespaces -}}
{{ toYaml (dict "namespaces" (ternary list $namespaces (has "*" $namespaces))) }}
{{- end }}

{{/* Of what the certificates' Job needs: there before the rest of the release, gone after it. */}}
{{- define "holdfast.certgenHook" -}}
helm.sh/hook: pre-install,pre-upgrade,pre-rollback
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* What a controller may do in the namespaces that it reads. */}}
{{- define "holdfast.namespacedRules" -}}
- apiGroups: [holdfast.dev]
  resources: [websocketroutes]
  verbs: [get, list, watch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [gateways]
  verbs: [get, list, watch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [referencegrants]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [services]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [holdfast.dev]
  resources: [websocketroutes/status]
  verbs: [patch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [gateways/status]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
