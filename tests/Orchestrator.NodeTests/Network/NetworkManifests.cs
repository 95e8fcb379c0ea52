using System.Globalization;

namespace Orchestrator.NodeTests.Network;

/// <summary>What network tests run: two servers on two nodes that say who they are and whom they see, and a client with curl.</summary>
internal static class NetworkManifests
{
    /// <summary>A script for busybox alone that prints a server's answer.</summary>
    public static string RawGet(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"printf 'GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {host} {port} | grep saw");

    public static string Workloads(string ns) => $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: web, namespace: {{ns}} }
        spec:
          serviceName: pods
          replicas: 2
          podManagementPolicy: Parallel
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              terminationGracePeriodSeconds: 0
              topologySpreadConstraints:
                - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
              containers:
                - name: main
                  image: busybox
                  imagePullPolicy: IfNotPresent
                  command:
                    - sh
                    - -c
                    - |
                      mkdir -p /www/cgi-bin
                      printf '#!/bin/sh\necho\necho "$(hostname) saw ${REMOTE_ADDR}" | tr -d "[]" | sed s/::ffff://\n' > /www/cgi-bin/who
                      chmod +x /www/cgi-bin/who
                      exec httpd -f -p 8080 -h /www
                  ports: [{ name: http, containerPort: 8080 }]
                  readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: {{ns}} }
        spec: { type: NodePort, selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http, nodePort: 30880 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: near, namespace: {{ns}} }
        spec: { type: NodePort, externalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, targetPort: http, nodePort: 30881 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: sticky, namespace: {{ns}} }
        spec: { sessionAffinity: ClientIP, selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: dead, namespace: {{ns}} }
        spec: { selector: { app: nobody }, ports: [{ port: 80 }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: pods, namespace: {{ns}} }
        spec: { clusterIP: None, selector: { app: web }, ports: [{ name: http, port: 8080 }] }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: client, namespace: {{ns}}, labels: { app: client } }
        spec:
          terminationGracePeriodSeconds: 0
          containers:
            - name: main
              image: busybox
              imagePullPolicy: IfNotPresent
              command: ["sleep", "86400"]
              volumeMounts:
                - { name: usr, mountPath: /usr, readOnly: true }
                - { name: lib, mountPath: /lib, readOnly: true }
                - { name: lib64, mountPath: /lib64, readOnly: true }
          volumes:
            - { name: usr, hostPath: { path: /usr } }
            - { name: lib, hostPath: { path: /usr/lib } }
            - { name: lib64, hostPath: { path: /usr/lib64 } }
        """;

    /// <summary>A pod with a Service and a policy, to be deleted again.</summary>
    public static string Passing(string ns) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: passing, namespace: {{ns}}, labels: { app: passing } }
        spec:
          terminationGracePeriodSeconds: 0
          containers:
            - { name: main, image: busybox, imagePullPolicy: IfNotPresent, command: ["sleep", "86400"] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: passing, namespace: {{ns}} }
        spec: { type: NodePort, sessionAffinity: ClientIP, selector: { app: passing }, ports: [{ port: 80, nodePort: 30882 }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: passing, namespace: {{ns}} }
        spec: { podSelector: { matchLabels: { app: passing } }, policyTypes: [Ingress, Egress] }
        """;

    public static string DenyAll(string ns) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: deny, namespace: {{ns}} }
        spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }
        """;

    public static string AllowClient(string ns) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: { name: allow, namespace: {{ns}} }
        spec:
          podSelector: { matchLabels: { app: web } }
          ingress:
            - from: [{ podSelector: { matchLabels: { app: client } } }]
              ports: [{ port: http }]
        """;
}
