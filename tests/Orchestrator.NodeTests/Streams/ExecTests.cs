using System.Security.Cryptography;
using k8s;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Streams;

/// <summary>Stock kubectl of every version against a container: by SPDY up to 1.30, by WebSocket from 1.31 on.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class ExecTests(OneNodeCluster cluster)
{
    private const string Pod = "exec";

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Exec_passes_streams_and_exit_codes(string program)
    {
        var kubectl = await StartAsync(program);

        var (code, output, errors) = await kubectl.TryAsync(null, "exec", Pod, "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.Equal((3, "out\n"), (code, output));
        Assert.StartsWith("err\n", errors, StringComparison.Ordinal);
        Assert.Contains("command terminated with exit code 3", errors, StringComparison.Ordinal);

        (code, output, errors) = await kubectl.TryAsync("1234", "exec", "-i", Pod, "--", "sh", "-c", "printf '%07d\\n' $(wc -c)");
        Assert.Equal((0, "0000004\n"), (code, output));
        // Until 1.32 kubectl reads before it has made all of its streams, and says so of an empty first frame.
        Assert.DoesNotContain(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => !l.Contains("Unknown stream id", StringComparison.Ordinal));

        (code, _, errors) = await kubectl.TryAsync(null, "exec", Pod, "-c", "other", "--", "true");
        Assert.Equal(1, code);
        Assert.Contains("container other is not valid for pod exec", errors, StringComparison.Ordinal);

        (code, _, errors) = await kubectl.TryAsync(null, "exec", Pod, "--", "/no/such/program");
        Assert.NotEqual(0, code);
        Assert.Contains("/no/such/program", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Large_input_comes_back_whole(string program)
    {
        var kubectl = await StartAsync(program);
        var bytes = RandomNumberGenerator.GetBytes(6 * 1024 * 1024);
        var text = Convert.ToBase64String(bytes);
        var (code, output, errors) = await kubectl.TryAsync(text, "exec", "-i", Pod, "--", "cat");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(text.Length, output.Length);
        Assert.Equal(text, output);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_terminal_has_the_size_of_the_clients(string program)
    {
        var kubectl = await StartAsync(program);
        // script(1) gives kubectl a terminal of its own, whose size stty sets before.
        var command = $"stty rows 33 cols 101; {kubectl.Program} --kubeconfig {cluster.Server.Kubeconfig} exec -it {Pod} -- sh -c 'sleep 1; tty; stty size; exit 4'";
        var (code, output, _) = await Shell.RunAsync("script", ["-qec", command, "/dev/null"], TestContext.Current.CancellationToken);
        Assert.Contains("/dev/pts/", output, StringComparison.Ordinal);
        Assert.Contains("33 101", output, StringComparison.Ordinal);
        Assert.Equal(4, code);
    }

    private async Task<Kubectl> StartAsync(string program)
    {
        using var client = cluster.Server.Client();
        if ((await client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: $"metadata.name={Pod}")).Items.Count == 0)
        {
            await client.CoreV1.CreateNamespacedPodAsync(OneNodeCluster.Pod(Pod, "while :; do sleep 1; done"), "default");
        }

        await cluster.RunningAsync(Pod);
        return cluster.Server.Kubectl(program);
    }
}
