using System.Net;
using System.Net.Sockets;
using System.Text;
using k8s;
using Orchestrator.NodeTests.Cluster;
using Orchestrator.Testing;
using Orchestrator.Testing.Containerd;
using Orchestrator.Testing.Server;

namespace Orchestrator.NodeTests.Streams;

/// <summary>Copying, attaching and forwarding by stock kubectl of every version, and by the C# client.</summary>
[Collection(OneNodeClusterTests.Name)]
public sealed class StreamTests(OneNodeCluster cluster)
{
    private const string Pod = "streams";
    private const int Port = 8080;

    // Serves a file over HTTP; answers whoever is attached.
    private const string Script = "mkdir /www; echo served >/www/file; httpd -p 8080 -h /www; while :; do read line && echo \"got $line\" || sleep 1; done";

    private static readonly byte[] Request = "GET /file HTTP/1.0\r\n\r\n"u8.ToArray();

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Files_are_copied_there_and_back(string program)
    {
        var kubectl = await StartAsync(program);
        using var directory = new TemporaryDirectory();
        var (there, back) = (Path.Combine(directory.Path, "there"), Path.Combine(directory.Path, "back"));
        var bytes = new byte[3_000_000];
        new Random(3).NextBytes(bytes);
        await File.WriteAllBytesAsync(there, bytes, TestContext.Current.CancellationToken);
        await kubectl.RunAsync("cp", there, $"{Pod}:/tmp/file");
        await kubectl.RunAsync("cp", $"{Pod}:/tmp/file", back);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(back, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Forwarded_connections_carry_bytes_and_say_what_is_wrong(string program)
    {
        var kubectl = await StartAsync(program);
        using var forwarding = kubectl.Start("port-forward", Pod, $":{Port}", ":9");
        try
        {
            var port = PortIn(await forwarding.StandardOutput.ReadLineAsync());
            for (var i = 0; i < 3; i++)
            {
                Assert.EndsWith("\r\n\r\nserved\n", await GetAsync(port), StringComparison.Ordinal);
            }

            // Either line order: the two ports are announced for IPv4 and, where there is it, IPv6.
            var closed = PortIn(await NextAsync(forwarding, "-> 9"));
            Assert.Equal("", await GetAsync(closed));
            string? error;
            do
            {
                error = await forwarding.StandardError.ReadLineAsync();
            }
            while (error is not null && !error.Contains("refused", StringComparison.Ordinal));
            Assert.NotNull(error);
        }
        finally
        {
            forwarding.Kill();
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Attached_input_reaches_the_process_and_its_output_comes_back(string program)
    {
        var kubectl = await StartAsync(program);
        using var attached = kubectl.Start("attach", "-i", Pod);
        await attached.StandardInput.WriteLineAsync("you");
        await attached.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        string? line;
        do
        {
            line = await attached.StandardOutput.ReadLineAsync();
        }
        while (line is not null && line != "got you");
        Assert.Equal("got you", line);
        attached.Kill();
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_pod_that_is_run_and_attached_to_is_removed_at_its_end(string program)
    {
        var kubectl = cluster.Server.Kubectl(program);
        var name = $"once-{Path.GetExtension(program).TrimStart('.')}";
        var (code, output, errors) = await kubectl.TryAsync(
            "1 2 3", "run", "-i", "--rm", "--restart=Never", "--image", ContainerdFixture.BusyboxImage, "--image-pull-policy=IfNotPresent", name, "--", "-c", "cat; sleep 1; exit 5");
        Assert.True(code == 5, $"{code}: {output}{errors}");
        Assert.Contains("1 2 3", output, StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("get", "pod", name, "--ignore-not-found"));
    }

    [Fact]
    public async Task The_client_library_runs_commands_and_forwards_ports()
    {
        await StartAsync(Kubectl.Installed[0]);
        using var client = cluster.Server.Client();
        var said = "";
        var code = await client.NamespacedPodExecAsync(
            Pod, "default", "main", ["sh", "-c", "read a; echo \"$a back\"; exit 6"], tty: false,
            async (input, output, _) =>
            {
                await input.WriteAsync("here\n"u8.ToArray());
                said = await new StreamReader(output).ReadToEndAsync();
            },
            TestContext.Current.CancellationToken);
        Assert.Equal((6, "here back\n"), (code, said));

        var socket = await client.WebSocketNamespacedPodPortForwardAsync(Pod, "default", [Port], "v4.channel.k8s.io", cancellationToken: TestContext.Current.CancellationToken);
        using var demuxer = new StreamDemuxer(socket, StreamType.PortForward);
        demuxer.Start();
        await using var stream = demuxer.GetStream((byte?)0, (byte?)0);
        await stream.WriteAsync(Request, TestContext.Current.CancellationToken);
        var answer = new byte[1024];
        var count = 0;
        while (!Encoding.ASCII.GetString(answer, 0, count).EndsWith("served\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(answer.AsMemory(count), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            count += read;
        }
    }

    private static async Task<string?> NextAsync(System.Diagnostics.Process process, string text)
    {
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync();
        }
        while (line is not null && !line.Contains(text, StringComparison.Ordinal));
        return line;
    }

    /// <summary>The local port in <c>Forwarding from 127.0.0.1:40001 -> 8080</c>.</summary>
    private static int PortIn(string? line)
    {
        var from = line!.IndexOf("127.0.0.1:", StringComparison.Ordinal) is >= 0 and var v4 ? v4 + "127.0.0.1:".Length : line.IndexOf("[::1]:", StringComparison.Ordinal) + "[::1]:".Length;
        return int.Parse(line[from..line.IndexOf(' ', from)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<string> GetAsync(int port)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        var stream = connection.GetStream();
        try
        {
            await stream.WriteAsync(Request);
            return await new StreamReader(stream).ReadToEndAsync();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private async Task<Kubectl> StartAsync(string program)
    {
        using var client = cluster.Server.Client();
        if ((await client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: $"metadata.name={Pod}")).Items.Count == 0)
        {
            var pod = OneNodeCluster.Pod(Pod, Script);
            pod.Spec.Containers[0].Stdin = true;
            await client.CoreV1.CreateNamespacedPodAsync(pod, "default");
        }

        await cluster.RunningAsync(Pod);
        return cluster.Server.Kubectl(program);
    }
}
