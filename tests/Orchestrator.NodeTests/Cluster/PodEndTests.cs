using k8s;
using k8s.Models;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Cluster;

/// <summary>How pods and their containers end, and what is told of it.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class PodEndTests(OneNodeCluster cluster)
{
    private const string Idle = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

    [Fact]
    public async Task The_last_words_of_containers_are_in_their_status_and_so_is_a_death_for_want_of_memory()
    {
        var pod = OneNodeCluster.Pod("spoken", "echo -n farewell > /dev/termination-log");
        pod.Spec.RestartPolicy = "Never";
        var first = pod.Spec.Containers[0];
        pod.Spec.Containers.Add(Like(first, "elsewhere", "echo -n there > /tmp/words", c => c.TerminationMessagePath = "/tmp/words"));
        pod.Spec.Containers.Add(Like(first, "logged", "echo one; echo two; exit 3", c => c.TerminationMessagePolicy = "FallbackToLogsOnError"));
        pod.Spec.Containers.Add(Like(first, "hungry", "exec tail /dev/zero", c => c.Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("16Mi") } }));
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");

        var ended = await PhaseAsync("spoken", "Failed");
        var states = ended.Status.ContainerStatuses.ToDictionary(s => s.Name, s => s.State.Terminated);
        Assert.Equal(("farewell", 0, "Completed"), (states["main"].Message, states["main"].ExitCode, states["main"].Reason));
        Assert.Equal("there", states["elsewhere"].Message);
        Assert.Equal(("one\ntwo\n", 3, "Error"), (states["logged"].Message, states["logged"].ExitCode, states["logged"].Reason));
        Assert.Equal((137, "OOMKilled"), (states["hungry"].ExitCode, states["hungry"].Reason));
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "spoken");
    }

    [Fact]
    public async Task A_pod_that_outlives_its_deadline_is_stopped_politely_and_has_failed()
    {
        var pod = OneNodeCluster.Pod("late", "trap 'echo -n asked > /dev/termination-log; exit 0' TERM; while :; do sleep 0.1; done");
        pod.Spec.ActiveDeadlineSeconds = 3;
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");

        var ended = await PhaseAsync("late", "Failed");
        Assert.Equal("DeadlineExceeded", ended.Status.Reason);
        Assert.Equal("Pod was active on the node longer than the specified deadline", ended.Status.Message);
        Assert.Equal("asked", ended.Status.ContainerStatuses[0].State.Terminated.Message);
        await Eventually.TrueAsync(async () => (await cluster.SandboxesAsync()).All(s => s.PodName != "late"), "what it held is given back");
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "late");
    }

    [Fact]
    public async Task The_containers_of_a_pod_are_asked_to_end_together()
    {
        var directory = Directory.CreateTempSubdirectory("ending-");
        // Each waits for the other to have been asked as well: one after the other, the first would wait in vain.
        var pod = OneNodeCluster.Pod("both", Waiting("one", "two"));
        pod.Spec.Volumes = [new V1Volume { Name = "shared", HostPath = new V1HostPathVolumeSource { Path = directory.FullName } }];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "shared", MountPath = "/shared" }];
        pod.Spec.Containers.Add(Like(pod.Spec.Containers[0], "second", Waiting("two", "one"), _ => { }));
        pod.Spec.TerminationGracePeriodSeconds = 60;
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        await cluster.RunningAsync("both");
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "both");

        Assert.Equal(["one", "one.met", "two", "two.met"], directory.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Sidecars_of_a_pod_that_is_done_are_stopped_before_it_has_succeeded()
    {
        var pod = OneNodeCluster.Pod("accompanied", "exit 0");
        pod.Spec.RestartPolicy = "Never";
        pod.Spec.InitContainers = [Like(pod.Spec.Containers[0], "side", "trap 'echo -n bye > /dev/termination-log; exit 0' TERM; while :; do sleep 0.1; done", c => c.RestartPolicy = "Always")];
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        var ended = await PhaseAsync("accompanied", "Succeeded");
        Assert.Equal("bye", ended.Status.InitContainerStatuses[0].State.Terminated.Message);
        await cluster.Server.Kubectl().RunAsync("delete", "pod", "accompanied");
    }

    [Fact]
    public async Task A_pod_is_ready_once_its_gates_are_open()
    {
        var pod = OneNodeCluster.Pod("gated", Idle);
        pod.Spec.ReadinessGates = [new V1PodReadinessGate { ConditionType = "example.com/open" }];
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        var kubectl = cluster.Server.Kubectl();
        await kubectl.RunAsync("wait", "--for=condition=ContainersReady", "pod/gated", "--timeout=120s");
        Assert.Contains("ReadinessGatesNotReady", await kubectl.RunAsync("get", "pod", "gated", "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].reason}"), StringComparison.Ordinal);
        await kubectl.RunAsync("patch", "pod", "gated", "--subresource=status", "-p", """{"status":{"conditions":[{"type":"example.com/open","status":"True"}]}}""");
        await kubectl.RunAsync("wait", "--for=condition=Ready", "pod/gated", "--timeout=120s");
        await kubectl.RunAsync("delete", "pod", "gated", "--now");
    }

    [Fact]
    public async Task Safe_kernel_parameters_are_the_pods_own_and_others_are_refused_by_the_node()
    {
        using var client = cluster.Server.Client();
        var safe = OneNodeCluster.Pod("tuned", Idle);
        safe.Spec.SecurityContext = new V1PodSecurityContext { Sysctls = [new V1Sysctl { Name = "net.ipv4.ip_unprivileged_port_start", Value = "81" }] };
        var unsafePod = OneNodeCluster.Pod("untuned", Idle);
        unsafePod.Spec.SecurityContext = new V1PodSecurityContext { Sysctls = [new V1Sysctl { Name = "kernel.msgmax", Value = "65536" }] };
        await client.CoreV1.CreateNamespacedPodAsync(safe, "default");
        await client.CoreV1.CreateNamespacedPodAsync(unsafePod, "default");
        await cluster.RunningAsync("tuned");
        var kubectl = cluster.Server.Kubectl();
        Assert.Equal("81\n", await kubectl.RunAsync("exec", "tuned", "--", "cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"));
        var refused = await cluster.PhaseAsync("untuned", "Failed");
        Assert.Equal(("SysctlForbidden", "forbidden sysctl: \"kernel.msgmax\" not allowlisted"), (refused.Status.Reason, refused.Status.Message));
        await kubectl.RunAsync("delete", "pod", "tuned", "untuned", "--now");
    }

    private static string Waiting(string own, string other) =>
        $"trap 'touch /shared/{own}; while ! test -e /shared/{other}; do sleep 0.1; done; touch /shared/{own}.met; exit 0' TERM; while :; do sleep 0.1; done";

    private static V1Container Like(V1Container other, string name, string script, Action<V1Container> change)
    {
        var container = new V1Container { Name = name, Image = other.Image, ImagePullPolicy = other.ImagePullPolicy, Command = ["/bin/sh", "-c", script], VolumeMounts = other.VolumeMounts };
        change(container);
        return container;
    }

    private Task<V1Pod> PhaseAsync(string name, string phase) => cluster.PhaseAsync(name, phase);
}
