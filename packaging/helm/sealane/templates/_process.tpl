{{- /* One part of a node: run, serve or work; those with doors answer partners, people and programs. */ -}}
{{- define "sealane.process" -}}
{{- $ := .root }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $.Release.Name }}-sealane{{ if ne .name "run" }}-{{ .name }}{{ end }}
  labels: {{- include "sealane.labels" $ | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  serviceName: {{ $.Release.Name }}-sealane-console
  # any may be started beside the others; none waits for another
  podManagementPolicy: Parallel
  selector:
    matchLabels: {{- include "sealane.labels" $ | nindent 6 }}
      app.kubernetes.io/component: {{ .name }}
  template:
    metadata:
      labels: {{- include "sealane.labels" $ | nindent 8 }}
        app.kubernetes.io/component: {{ .name }}
        {{- if .doors }}
        sealane/doors: open
        {{- end }}
    spec:
      {{- include "sealane.podSecurity" $ | nindent 6 }}
      terminationGracePeriodSeconds: 60
      {{- if ne .name "run" }}
      # the node's disk is mounted on one machine
      affinity: {{- include "sealane.beside" $ | nindent 8 }}
      {{- end }}
      containers:
        - name: node
          args: [node, {{ .name }}, /var/lib/sealane/node, --passphrase-file, /run/secrets/passphrase/passphrase]
          {{- include "sealane.containerSecurity" $ | nindent 10 }}
          {{- if .doors }}
          ports:
            - { name: peer, containerPort: {{ $.Values.ports.peer }} }
            - { name: console, containerPort: {{ $.Values.ports.console }} }
          # a long history is proven before the doors open
          startupProbe:
            httpGet: { path: /healthz, port: console }
            periodSeconds: 5
            failureThreshold: 120
          livenessProbe:
            httpGet: { path: /healthz, port: console }
            periodSeconds: 20
            timeoutSeconds: 10
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: console }
            periodSeconds: 10
            timeoutSeconds: 5
          {{- end }}
          volumeMounts: {{- include "sealane.mounts" $ | nindent 12 }}
      volumes: {{- include "sealane.volumes" $ | nindent 8 }}
{{ end }}
