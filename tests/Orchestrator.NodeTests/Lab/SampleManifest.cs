using System.Runtime.CompilerServices;

namespace Orchestrator.NodeTests.Lab;

/// <summary>The manifest that the README applies.</summary>
internal static class SampleManifest
{
    public static string Path { get; } = Locate();

    /// <summary>A pod that prints who it is and then sleeps; <paramref name="runtimeClass"/> adds the one line that makes it a machine.</summary>
    public static string Pod(string name, string? runtimeClass, string marker) => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
        spec:
        {{(runtimeClass is null ? "" : $"  runtimeClassName: {runtimeClass}\n")}}  containers:
            - name: main
              image: busybox
              imagePullPolicy: IfNotPresent
              command: ["/bin/sh", "-c", "echo I am $(hostname); sleep {{marker}}"]
              resources:
                requests: { cpu: 50m, memory: 64Mi }
                limits: { cpu: "1", memory: 128Mi }
        """;

    private static string Locate([CallerFilePath] string thisFile = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, "..", "..", "..", "docs", "samples", "hello.yaml"));
}
