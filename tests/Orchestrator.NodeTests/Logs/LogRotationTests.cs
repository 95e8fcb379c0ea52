using System.Globalization;
using k8s;
using k8s.Models;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Logs;

/// <summary>A log that outgrows its file, under a real containerd and with the default size: nothing is lost to whoever reads or follows it.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class LogRotationTests(OneNodeCluster cluster)
{
    private const int Batch = 60_000;

    // About 12 MiB for each batch, and the next only when it is let go on.
    private const string Script = """
        trap 'exit 0' TERM
        pad=$(printf '%0150d' 0)
        write() { awk -v a=$1 -v b=$2 -v p=$pad 'BEGIN { for (i = a; i < b; i++) printf "%07d %s\n", i, p }'; }
        write 0 60000
        while [ ! -e /tmp/go ]; do sleep 0.1; done
        write 60000 120000
        while :; do sleep 0.2; done
        """;

    [Fact]
    public async Task Readers_and_followers_see_every_line_of_a_rotated_log()
    {
        using var client = cluster.Server.Client();
        var kubectl = cluster.Server.Kubectl();
        var pod = OneNodeCluster.Pod("chatty", Script);
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "tmp", MountPath = "/tmp" }];
        pod.Spec.Volumes = [new V1Volume { Name = "tmp", EmptyDir = new V1EmptyDirVolumeSource() }];
        await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        var running = await cluster.RunningAsync("chatty");
        using var following = kubectl.Start("logs", "-f", "chatty");
        var followed = following.StandardOutput.ReadToEndAsync();

        var directory = Path.Combine(cluster.Layout.LogDirectory(running), "main");
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(directory).Length == 2), "the log is rotated");
        await kubectl.RunAsync("exec", "chatty", "--", "touch", "/tmp/go");
        await Eventually.TrueAsync(async () => (await kubectl.RunAsync("logs", "chatty", "--tail=1")).StartsWith(Number((2 * Batch) - 1), StringComparison.Ordinal), "all is written");
        Assert.Equal(Enumerable.Range(0, 2 * Batch).Select(Number), Numbers(await kubectl.RunAsync("logs", "chatty")));
        Assert.Equal(Enumerable.Range(Batch / 2, 3 * Batch / 2).Select(Number), Numbers(await kubectl.RunAsync("logs", "chatty", $"--tail={3 * Batch / 2}")));
        Assert.Equal(1000, (await kubectl.RunAsync("logs", "chatty", "--limit-bytes=1000")).Length);

        await kubectl.RunAsync("delete", "pod", "chatty", "--now");
        Assert.Equal(Enumerable.Range(0, 2 * Batch).Select(Number), Numbers(await followed));
        await following.WaitForExitAsync();
        Assert.Equal(0, following.ExitCode);
        Assert.False(Directory.Exists(directory));
    }

    private static IEnumerable<string> Numbers(string log) => log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]);

    private static string Number(int line) => line.ToString("D7", CultureInfo.InvariantCulture);
}
