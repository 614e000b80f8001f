{{- define "sealane.labels" -}}
app.kubernetes.io/name: sealane
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "sealane.image" -}}
{{ .Values.image.repository }}@{{ required "image.digest: name the image by its digest" .Values.image.digest }}
{{- end }}
{{- define "sealane.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-sealane" .Release.Name) }}
{{- end }}
{{- define "sealane.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- end }}
{{- define "sealane.beside" -}}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels: {{- include "sealane.labels" . | nindent 10 }}
{{- end }}
{{- define "sealane.containerSecurity" -}}
image: {{ include "sealane.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources: {{ toJson .Values.resources }}
env:
  - { name: TMPDIR, value: /tmp }
  {{- if .Values.secrets.database }}
  - { name: PGSERVICEFILE, value: /run/secrets/database/pg_service.conf }
  - { name: PGPASSFILE, value: /run/secrets/database/pgpass }
  {{- end }}
{{- end }}
{{- define "sealane.mounts" -}}
- { name: nodes, mountPath: /var/lib/sealane }
- { name: tmp, mountPath: /tmp }
{{- range $name, $secret := .Values.secrets }}
{{- if $secret }}
- { name: {{ $name }}, mountPath: /run/secrets/{{ $name }}, readOnly: true }
{{- end }}
{{- end }}
{{- end }}
{{- define "sealane.volumes" -}}
- name: nodes
  persistentVolumeClaim: { claimName: {{ include "sealane.claim" . }} }
- name: tmp
  emptyDir: { medium: Memory, sizeLimit: 256Mi }
{{- range $name, $secret := .Values.secrets }}
{{- if $secret }}
- name: {{ $name }}
  secret: { secretName: {{ $secret }}, defaultMode: 0440 }
{{- end }}
{{- end }}
{{- end }}
