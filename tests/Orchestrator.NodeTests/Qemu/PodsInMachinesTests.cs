using System.Net.Sockets;
using System.Security.Cryptography;
using k8s;
using k8s.Models;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Qemu;

/// <summary>Stock kubectl against pods whose containers run in virtual machines: nothing is different.</summary>
/// <remarks>Explicit until they are steady: they boot dozens of emulated machines, which takes many minutes on two processors. Run them by <c>--explicit only</c>.</remarks>
[Collection(MachineCluster.Name)]
public sealed class PodsInMachinesTests(MachineCluster cluster)
{
    private const string Idle = "trap 'exit 0' TERM; sleep 100000 & wait";

    [Fact(Explicit = true)]
    public async Task Logs_exec_attach_cp_and_port_forward_work_as_with_containers()
    {
        var pod = MachineCluster.Pod("tools", "echo hello from $HOSTNAME; nc -ll -p 8080 -e /bin/echo served & read line; echo got $line; " + Idle);
        pod.Spec.Containers[0].Stdin = true;
        await cluster.RunAsync(pod);
        var kubectl = cluster.Kubectl;
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("logs", "tools") == "hello from tools\n", "the log has the first line");

        var (code, output, errors) = await kubectl.TryAsync(null, "exec", "tools", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal((3, "out\n"), (code, output));
        Assert.Contains("err", errors, StringComparison.Ordinal);
        var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(1024 * 1024));
        (code, output, errors) = await kubectl.TryAsync(text, "exec", "-i", "tools", "--", "cat");
        Assert.True(code == 0 && output == text, $"{code} {output.Length} {errors}");
        (code, _, errors) = await kubectl.TryAsync(null, "exec", "tools", "--", "/no/such/program");
        Assert.NotEqual(0, code);
        Assert.Contains("/no/such/program", errors, StringComparison.Ordinal);

        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "file"), text);
        await kubectl.RunAsync("cp", Path.Combine(directory.Path, "file"), "tools:/tmp/copied");
        await kubectl.RunAsync("cp", "tools:/tmp/copied", Path.Combine(directory.Path, "back"));
        Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(directory.Path, "back")));

        await kubectl.TryAsync("typed\n", "attach", "-i", "tools", "--pod-running-timeout=60s");
        await Eventually.TrueAsync(async () => (await kubectl.RunAsync("logs", "tools")).Contains("got typed", StringComparison.Ordinal), "what was typed arrived");
        Assert.Equal("served", await ForwardedAsync("tools", 8080));
    }

    [Fact(Explicit = true)]
    public async Task A_terminal_has_the_size_of_the_clients()
    {
        await cluster.RunAsync(MachineCluster.Pod("terminal", Idle));
        var kubectl = cluster.Kubectl;
        var command = $"stty rows 33 cols 101; {kubectl.Program} --kubeconfig {cluster.Server.Kubeconfig} exec -it terminal -- sh -c 'sleep 2; tty; stty size; exit 4'";
        var (code, output, _) = await Shell.RunAsync("script", ["-qec", command, "/dev/null"], TestContext.Current.CancellationToken);
        Assert.Contains("/dev/pts/", output, StringComparison.Ordinal);
        Assert.Contains("33 101", output, StringComparison.Ordinal);
        Assert.Equal(4, code);
    }

    [Fact(Explicit = true)]
    public async Task Init_containers_sidecars_volumes_probes_and_restarts_are_those_of_any_pod()
    {
        var kubectl = cluster.Kubectl;
        await kubectl.RunAsync("create", "configmap", "settings", "--from-literal=key=first");
        await kubectl.RunAsync("create", "secret", "generic", "hidden", "--from-literal=word=xyzzy");
        var host = Directory.CreateTempSubdirectory("host-path-");
        var pod = MachineCluster.Pod("several", "cat /shared/made; cat /secret/word; echo; test -e /shared/again || { touch /shared/again; exit 5; }; echo second; " + Idle);
        pod.Spec.Volumes =
        [
            new V1Volume { Name = "shared", EmptyDir = new V1EmptyDirVolumeSource() },
            new V1Volume { Name = "fast", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory", SizeLimit = new ResourceQuantity("1Mi") } },
            new V1Volume { Name = "settings", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
            new V1Volume { Name = "hidden", Secret = new V1SecretVolumeSource { SecretName = "hidden" } },
            new V1Volume { Name = "host", HostPath = new V1HostPathVolumeSource { Path = host.FullName } },
        ];
        V1VolumeMount[] mounts = [Mount("shared", "/shared"), Mount("fast", "/fast"), Mount("settings", "/settings"), Mount("hidden", "/secret"), Mount("host", "/host")];
        pod.Spec.InitContainers = [MachineCluster.Container("prepare", "echo prepared >/shared/made; id -u >/host/user")];
        pod.Spec.Containers.Add(MachineCluster.Container("side", "echo side >/fast/from-side; " + Idle));
        foreach (var container in pod.Spec.InitContainers.Concat(pod.Spec.Containers))
        {
            container.VolumeMounts = mounts;
        }

        pod.Spec.Containers[0].ReadinessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["test", "-e", "/shared/again"] }, PeriodSeconds = 2, TimeoutSeconds = 60 };
        await cluster.RunAsync(pod);
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("get", "pod", "several", "-o", "jsonpath={.status.containerStatuses[?(@.name=='main')].restartCount}") == "1", "it was started again");
        await Eventually.TrueAsync(async () => (await kubectl.RunAsync("logs", "several", "-c", "main")).Contains("second", StringComparison.Ordinal), "it runs again");
        Assert.Equal("prepared\nxyzzy\n", await kubectl.RunAsync("logs", "several", "-c", "main", "--previous"));
        Assert.Equal("prepared\nxyzzy\nsecond\n", await kubectl.RunAsync("logs", "several", "-c", "main"));
        Assert.Equal("side\n", await kubectl.RunAsync("exec", "several", "-c", "main", "--", "cat", "/fast/from-side"));
        Assert.Equal("0\n", await File.ReadAllTextAsync(Path.Combine(host.FullName, "user")));
        await kubectl.RunAsync("exec", "several", "-c", "main", "--", "sh", "-c", "echo from the machine >/host/file");
        Assert.Equal("from the machine\n", await File.ReadAllTextAsync(Path.Combine(host.FullName, "file")));
        await kubectl.RunAsync("patch", "configmap", "settings", "-p", """{"data":{"key":"second"}}""");
        await Eventually.TrueAsync(async () => await kubectl.RunAsync("exec", "several", "-c", "main", "--", "cat", "/settings/key") == "second", "a change of the ConfigMap is seen in the machine");

        await Eventually.TrueAsync(
            async () => await kubectl.TryAsync(null, "top", "pod", "several", "--containers", "--no-headers") is (0, var text, _) && text.Contains("side", StringComparison.Ordinal) && text.Contains("main", StringComparison.Ordinal),
            "kubectl top shows both containers");
        await kubectl.RunAsync("delete", "pod", "several", "--wait=true");
        Assert.True(File.Exists(Path.Combine(host.FullName, "file")), "what is the node's stays when the machine goes");
        host.Delete(recursive: true);
    }

    [Fact(Explicit = true)]
    public async Task A_machine_has_an_address_of_the_pod_network_and_reaches_and_serves_containers()
    {
        var kubectl = cluster.Kubectl;
        var machine = MachineCluster.Pod("far", "mkdir /www; echo machine >/www/index.html; exec httpd -f -p 80 -h /www");
        machine.Spec.Containers[0].ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/index.html", Port = 80 }, PeriodSeconds = 2, TimeoutSeconds = 60 };
        var container = MachineCluster.Pod("near", "mkdir /www; echo container >/www/index.html; exec httpd -f -p 80 -h /www", runtimeClass: null);
        using var client = cluster.Server.Client();
        await client.CoreV1.CreateNamespacedPodAsync(container, "default");
        var far = await cluster.RunAsync(machine);
        var near = await cluster.RunningAsync("near");

        Assert.NotNull(far.Status.PodIP);
        Assert.Equal("container\n", await kubectl.RunAsync("exec", "far", "--", "wget", "-q", "-O", "-", $"http://{near.Status.PodIP}/index.html"));
        Assert.Equal("machine\n", await kubectl.RunAsync("exec", "near", "--", "wget", "-q", "-O", "-", $"http://{far.Status.PodIP}/index.html"));
        Assert.Contains($"{far.Status.PodIP}\tfar", await kubectl.RunAsync("exec", "far", "--", "cat", "/etc/hosts"), StringComparison.Ordinal);
        await kubectl.RunAsync("expose", "pod", "far", "--port=80", "--name=far");
        var address = await kubectl.RunAsync("get", "service", "far", "-o", "jsonpath={.spec.clusterIP}");
        await Eventually.TrueAsync(
            async () => await kubectl.TryAsync(null, "exec", "near", "--", "wget", "-q", "-T", "2", "-O", "-", $"http://{address}/index.html") is (0, "machine\n", _), "the Service leads into the machine");
        await kubectl.RunAsync("delete", "pod", "far", "near", "--now");
    }

    [Fact(Explicit = true)]
    public async Task A_deployment_of_five_machines_rolls_out_scales_and_rolls_back()
    {
        var kubectl = cluster.Kubectl;
        await kubectl.FeedAsync(Deployment("one"), "apply", "-f", "-");
        await kubectl.RunAsync("rollout", "status", "deployment/five", "--timeout=300s");
        await Eventually.TrueAsync(async () => await WordsAsync() is ["one", "one", "one", "one", "one"], "all say the first word");

        await kubectl.RunAsync("set", "env", "deployment/five", "WORD=two");
        await kubectl.RunAsync("rollout", "status", "deployment/five", "--timeout=300s");
        await Eventually.TrueAsync(async () => await WordsAsync() is ["two", "two", "two", "two", "two"], "all say the new word");
        await kubectl.RunAsync("rollout", "undo", "deployment/five");
        await kubectl.RunAsync("rollout", "status", "deployment/five", "--timeout=300s");
        await Eventually.TrueAsync(async () => await WordsAsync() is ["one", "one", "one", "one", "one"], "all say the old word again");
        await kubectl.RunAsync("scale", "deployment/five", "--replicas=2");
        await Eventually.TrueAsync(async () => await WordsAsync() is ["one", "one"], "two are left");
        await kubectl.RunAsync("delete", "deployment", "five");

        // A pod may go between kubectl's two questions: then it is asked again.
        async Task<string[]> WordsAsync() => await kubectl.TryAsync(null, "logs", "-l", "app=five", "--max-log-requests=10") is (0, var words, _)
            ? words.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : [];
    }

    private static string Deployment(string word) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: five }
        spec:
          replicas: 5
          selector: { matchLabels: { app: five } }
          strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 2 } }
          template:
            metadata: { labels: { app: five } }
            spec:
              runtimeClassName: vm
              terminationGracePeriodSeconds: 2
              containers:
              - name: main
                image: {{MachineCluster.Image}}
                imagePullPolicy: IfNotPresent
                command: [sh, -c, "echo $WORD; {{Idle}}"]
                env: [{ name: WORD, value: {{word}} }]
                resources: { limits: { memory: 128Mi } }
        """;

    private static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    private async Task<string> ForwardedAsync(string pod, int port)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var local = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var forward = cluster.Kubectl.Start("port-forward", pod, $"{local}:{port}");
        try
        {
            return await Eventually.GetAsync(
                async () =>
                {
                    try
                    {
                        using var client = new TcpClient();
                        await client.ConnectAsync(System.Net.IPAddress.Loopback, local);
                        using var reader = new StreamReader(client.GetStream());
                        return await reader.ReadLineAsync();
                    }
                    catch (Exception error) when (error is SocketException or IOException)
                    {
                        return null;
                    }
                },
                "a line comes through the forwarded port");
        }
        finally
        {
            forward.Kill(entireProcessTree: true);
        }
    }
}
