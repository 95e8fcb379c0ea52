using k8s;
using k8s.Models;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>Probes, hooks and sidecars on real containers.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class ProbedPodTests(OneNodeCluster cluster)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    [Fact]
    public async Task A_pod_is_ready_once_its_probe_says_so_and_not_after_it_says_otherwise()
    {
        await CreateAsync("readied", Idle, c => c.ReadinessProbe = Exec("test -e /tmp/ready"));
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=jsonpath={.status.phase}=Running", "pod/readied", "--timeout=170s");
        Assert.Equal("False", await ReadyAsync("readied"));

        await kubectl.RunAsync("exec", "readied", "--", "touch", "/tmp/ready");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/readied", "--timeout=170s");
        await kubectl.RunAsync("exec", "readied", "--", "rm", "/tmp/ready");
        await Eventually.TrueAsync(async () => await ReadyAsync("readied") == "False", "the pod is not ready any more");
        Assert.Contains("Readiness probe failed", await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=readied,reason=Unhealthy"), StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "pod", "readied");
    }

    [Fact]
    public async Task A_container_is_killed_and_run_again_when_its_liveness_probe_fails()
    {
        await CreateAsync("mortal", "touch /tmp/alive; " + Idle, c =>
        {
            c.LivenessProbe = Exec("test -e /tmp/alive");
            c.StartupProbe = Exec("test -e /tmp/alive");
        });
        await cluster.RunningAsync("mortal");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/mortal", "--timeout=170s");
        await kubectl.RunAsync("exec", "mortal", "--", "rm", "/tmp/alive");
        await Eventually.TrueAsync(
            async () => await kubectl.RunAsync("get", "pod", "mortal", "-o", "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}") == "1 true",
            "the container has been run again");
        Assert.Contains(
            "Container main failed liveness probe, will be restarted",
            await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=mortal,reason=Killing"),
            StringComparison.Ordinal);
        await kubectl.RunAsync("delete", "pod", "mortal");
    }

    [Fact]
    public async Task Hooks_run_after_the_start_and_before_the_stop_and_a_sidecar_outlives_the_others()
    {
        var directory = Directory.CreateTempSubdirectory("hooks-");
        var pod = OneNodeCluster.Pod("hooked", $"trap 'echo stopped >> /shared/log; exit 0' TERM; while :; do sleep 0.1; done");
        pod.Spec.Volumes = [new V1Volume { Name = "shared", HostPath = new V1HostPathVolumeSource { Path = directory.FullName } }];
        var main = pod.Spec.Containers[0];
        main.VolumeMounts = [new V1VolumeMount { Name = "shared", MountPath = "/shared" }];
        main.Lifecycle = new V1Lifecycle { PostStart = Hook("echo started >> /shared/log"), PreStop = Hook("echo stopping >> /shared/log") };
        pod.Spec.InitContainers =
        [
            new V1Container
            {
                Name = "side",
                Image = main.Image,
                RestartPolicy = "Always",
                Command = ["/bin/sh", "-c", "trap 'echo side >> /shared/log; exit 0' TERM; echo up >> /shared/log; while :; do sleep 0.1; done"],
                VolumeMounts = main.VolumeMounts,
            },
        ];
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        await cluster.RunningAsync("hooked");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/hooked", "--timeout=170s");
        await kubectl.RunAsync("delete", "pod", "hooked");

        Assert.Equal("up\nstarted\nstopping\nstopped\nside\n", await File.ReadAllTextAsync(Path.Combine(directory.FullName, "log")));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Ports_are_probed_by_connections_and_requests()
    {
        await CreateAsync("served", "mkdir /www; echo hi > /www/index.html; httpd -f -p 8080 -h /www & " + Idle, c =>
        {
            c.Ports = [new V1ContainerPort { Name = "web", ContainerPort = 8080 }];
            c.StartupProbe = Fast(new V1Probe { TcpSocket = new V1TCPSocketAction { Port = 8080 } });
            c.ReadinessProbe = Fast(new V1Probe { HttpGet = new V1HTTPGetAction { Port = "web", Path = "/index.html" } });
        });
        await cluster.RunningAsync("served");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/served", "--timeout=170s");
        await kubectl.RunAsync("exec", "served", "--", "rm", "/www/index.html");
        await Eventually.TrueAsync(
            async () => (await kubectl.RunAsync("get", "events", "--field-selector", "involvedObject.name=served,reason=Unhealthy")).Contains("HTTP probe failed with statuscode: 404", StringComparison.Ordinal),
            "the answer is told");
        await kubectl.RunAsync("delete", "pod", "served");
    }

    private static V1Probe Exec(string script) => Fast(new V1Probe { Exec = new V1ExecAction { Command = ["/bin/sh", "-c", script] } });

    private static V1Probe Fast(V1Probe probe)
    {
        (probe.PeriodSeconds, probe.FailureThreshold, probe.TimeoutSeconds) = (1, 2, 5);
        return probe;
    }

    private static V1LifecycleHandler Hook(string script) => new() { Exec = new V1ExecAction { Command = ["/bin/sh", "-c", script] } };

    private async Task CreateAsync(string name, string script, Action<V1Container> change)
    {
        var pod = OneNodeCluster.Pod(name, script);
        change(pod.Spec.Containers[0]);
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
    }

    private Task<string> ReadyAsync(string pod) =>
        cluster.Server.Kubectl().RunAsync("get", "pod", pod, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}");
}
