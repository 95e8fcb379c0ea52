using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent;
using Orchestrator.Agent.Logs;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Testing;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class LogRotationTests : IDisposable
{
    private static readonly LogQuery All = new(Follow: false, null, null, Timestamps: false, null, Previous: false);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null, 1, 9)]
    [InlineData(0, 10, 9)]
    [InlineData(1, 9, 9)]
    [InlineData(3, 7, 9)]
    [InlineData(5, 5, 9)]
    [InlineData(100, 1, 9)]
    public async Task A_log_is_read_through_all_its_files(int? tail, int first, int last)
    {
        var files = Files();
        Append(files, 1, 3);
        Rotate(files);
        Append(files, 4, 6);
        Rotate(files);
        Append(files, 7, 9);
        Assert.Equal(Lines(first, last), await ReadAsync(files, All with { TailLines = tail }));
    }

    [Fact]
    public async Task Files_that_end_before_the_time_asked_for_are_passed_over_and_the_limit_holds_over_all()
    {
        var files = Files();
        Append(files, 1, 3);
        var old = Rotate(files);
        Append(files, 4, 5);
        File.SetLastWriteTimeUtc(old, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(Lines(4, 5), await ReadAsync(files, All with { Since = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero) }));
        Assert.Equal(Lines(1, 5)[..23], await ReadAsync(files, All with { LimitBytes = 23 }));
    }

    [Fact]
    public Task A_follower_sees_every_line_once_however_often_the_log_is_rotated() =>
        Gen.Int[0, 3].List[1, 30].SampleAsync(
            async steps =>
            {
                using var directory = new TemporaryDirectory();
                var files = new LogFiles(Path.Combine(directory.Path, "0.log"));
                var time = new FakeTimeProvider();
                var runs = true;
                using var output = new MemoryStream();
                Append(files, 0, 0);
                var following = new LogReader(time).CopyAsync(files, All with { Follow = true }, output, () => runs, CancellationToken.None);
                var written = 0;
                foreach (var step in steps)
                {
                    switch (step)
                    {
                        case 0:
                            // The runtime writes to the renamed file until it has opened the new one.
                            var rotated = $"{files.Current}.{written:D6}-{directory.Path.Length}";
                            if (!File.Exists(rotated))
                            {
                                File.Move(files.Current, rotated);
                                AppendTo(rotated, ++written);
                                AppendTo(files.Current, ++written);
                            }

                            break;
                        case 1:
                            await AdvanceAsync(time, 1);
                            break;
                        default:
                            AppendTo(files.Current, ++written);
                            break;
                    }
                }

                runs = false;
                for (var i = 0; i < 10_000 && !following.IsCompleted; i++)
                {
                    await AdvanceAsync(time, 1);
                }

                await following;
                Assert.Equal(Lines(0, written), Encoding.UTF8.GetString(output.ToArray()));
            },
            iter: 60);

    [Fact]
    public async Task A_large_log_is_renamed_and_the_oldest_files_go()
    {
        var (rotation, runtime, files) = await NodeAsync(maxBytes: 100, maxFiles: 3);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            Append(files, i * 10, (i * 10) + 9);
            await rotation.RotateAllAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(5, runtime.Reopened);
        Assert.Equal(["0.log.20260101-000040", "0.log.20260101-000050"], files.Rotated().Select(Path.GetFileName));
        Assert.Equal(Lines(30, 49), await ReadAsync(files, All));
    }

    [Fact]
    public async Task A_runtime_that_does_not_reopen_keeps_its_file_and_one_left_between_the_steps_is_reopened()
    {
        var (rotation, runtime, files) = await NodeAsync(maxBytes: 100, maxFiles: 3);
        Append(files, 0, 9);
        runtime.Refuses = true;
        await rotation.RotateAllAsync(TestContext.Current.CancellationToken);
        Assert.Empty(files.Rotated());
        Assert.Equal(Lines(0, 9), await ReadAsync(files, All));

        Rotate(files);
        runtime.Refuses = false;
        await rotation.RotateAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, runtime.Reopened);
    }

    [Fact]
    public async Task Logs_of_attempts_before_the_last_two_are_removed_with_all_their_files()
    {
        var (rotation, _, files) = await NodeAsync(maxBytes: 1000, maxFiles: 3);
        foreach (var attempt in (int[])[1, 2, 3])
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(files.Current)!, $"{attempt}.log"), "");
        }

        Append(files, 0, 1);
        Rotate(files);
        await rotation.RotateAllAsync(TestContext.Current.CancellationToken);
        Assert.Equal([3, 2], LogFiles.In(Path.GetDirectoryName(files.Current)!).Select(a => a.Attempt));
        Assert.Empty(files.Rotated());
    }

    private async Task<(LogRotation Rotation, Reopening Runtime, LogFiles Files)> NodeAsync(long maxBytes, int maxFiles)
    {
        var layout = new NodeLayout(_directory.Path);
        var directory = Path.Combine(layout.LogDirectory("ns", "p", "uid"), "main");
        Directory.CreateDirectory(directory);
        var runtime = new Reopening(Path.Combine(directory, "0.log"));
        var inventory = new NodeInventory([runtime], NullLogger<NodeInventory>.Instance);
        await inventory.RefreshAsync(TestContext.Current.CancellationToken);
        var options = new AgentOptions { NodeName = "n", RootDirectory = _directory.Path, NodeIp = "127.0.0.1", Port = 1, ContainerLogMaxBytes = maxBytes, ContainerLogMaxFiles = maxFiles };
        return (new LogRotation(options, layout, inventory, _time, NullLogger<LogRotation>.Instance), runtime, new LogFiles(runtime.Path));
    }

    private LogFiles Files() => new(Path.Combine(_directory.Path, "0.log"));

    private string Rotate(LogFiles files)
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        var rotated = files.NameAt(_time.GetUtcNow());
        File.Move(files.Current, rotated);
        return rotated;
    }

    private static void Append(LogFiles files, int first, int last)
    {
        for (var i = first; i <= last; i++)
        {
            AppendTo(files.Current, i);
        }
    }

    private static void AppendTo(string path, int line) => File.AppendAllText(path, $"2026-01-01T00:00:00.000000000Z stdout F line {line:D3}\n");

    private static string Lines(int first, int last) => string.Concat(Enumerable.Range(first, Math.Max(0, last - first + 1)).Select(i => $"line {i:D3}\n"));

    private async Task<string> ReadAsync(LogFiles files, LogQuery query)
    {
        using var output = new MemoryStream();
        await new LogReader(_time).CopyAsync(files, query, output, () => false, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Lets time pass, and what waits for it go on.</summary>
    private static async Task AdvanceAsync(FakeTimeProvider time, int polls)
    {
        for (var i = 0; i < polls; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }
    }

    private sealed class Reopening(string path) : IPodRuntime, ILoggingRuntime
    {
        public string Path => path;

        public bool Refuses { get; set; }

        public int Reopened { get; private set; }

        public RuntimeIdentity Identity { get; } = new("reopening", "", "");

        public Task ReopenLogAsync(string containerId, CancellationToken cancel)
        {
            if (Refuses)
            {
                throw new RuntimeUnavailableException("not now");
            }

            File.WriteAllText(path, "");
            Reopened++;
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<ObservedSandbox>>(
        [
            new ObservedSandbox("s", "uid", "ns", "p", 0, Ready: true, null, default, [new ObservedContainer("c", "main", 0, "i", "i", ContainerState.Running, 0, null, null, null, null, 1)]),
        ]);

        public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => throw new NotSupportedException();

        public bool SharesFiles => true;

        public Task<ProvidedImage> EnsureImageAsync(ImageRequest request, CancellationToken cancel) => throw new NotSupportedException();

        public Task<string> RunSandboxAsync(SandboxRequest request, CancellationToken cancel) => throw new NotSupportedException();

        public Task<string> CreateContainerAsync(string sandboxId, ContainerRequest request, CancellationToken cancel) => throw new NotSupportedException();

        public Task StartContainerAsync(string containerId, CancellationToken cancel) => throw new NotSupportedException();

        public Task StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancel) => throw new NotSupportedException();

        public Task RemoveContainerAsync(string containerId, CancellationToken cancel) => throw new NotSupportedException();

        public Task RemoveSandboxAsync(string sandboxId, CancellationToken cancel) => throw new NotSupportedException();
    }
}
