using System.Text.Json;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Usage;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class UsageTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rate_is_what_was_used_between_two_samples_of_one_container()
    {
        var report = UsageReport.Between(
            new UsageSample(Machine(0, 1_000_000_000), [Container("a", 0, 500), Container("restarted-0", 0, 900)]),
            new UsageSample(Machine(10, 6_000_000_000), [Container("a", 10, 2_000_000_500), Container("restarted-1", 10, 10), Container("a2", 10, 5)]));
        Assert.Equal((500_000_000, TimeSpan.FromSeconds(10)), (report.CpuNanocores, report.Window));
        Assert.Equal([200_000_000, null, null], report.Containers.Select(c => c.CpuNanocores));
    }

    [Fact]
    public void A_counter_that_went_back_and_a_window_of_nothing_give_no_rate()
    {
        var backwards = UsageReport.Between(new UsageSample(Machine(0, 5), [Container("a", 0, 10)]), new UsageSample(Machine(1, 4), [Container("a", 1, 9)]));
        Assert.Null(Assert.Single(backwards.Containers).CpuNanocores);
        var still = UsageReport.Between(new UsageSample(Machine(0, 5), [Container("a", 0, 10)]), new UsageSample(Machine(0, 5), [Container("a", 0, 10)]));
        Assert.Null(Assert.Single(still.Containers).CpuNanocores);
    }

    [Fact]
    public async Task The_first_question_takes_two_samples_and_later_ones_use_the_time_between()
    {
        var time = new FakeTimeProvider(Start);
        var runtime = new Counting(time);
        using var sampler = new UsageSampler([runtime], time, NullLogger<UsageSampler>.Instance);
        var cancel = TestContext.Current.CancellationToken;
        var first = sampler.ReportAsync(cancel);
        Assert.False(first.IsCompleted);
        time.Advance(UsageSampler.ShortestWindow);
        Assert.Equal(UsageSampler.ShortestWindow, Assert.Single((await first).Containers).Window);

        Assert.Same(await first, await sampler.ReportAsync(cancel));
        time.Advance(UsageSampler.Fresh);
        Assert.Equal(UsageSampler.Fresh, Assert.Single((await sampler.ReportAsync(cancel)).Containers).Window);
        Assert.Equal(3, runtime.Asked);

        time.Advance(UsageSampler.LongestWindow + TimeSpan.FromSeconds(1));
        var late = sampler.ReportAsync(cancel);
        Assert.False(late.IsCompleted);
        time.Advance(UsageSampler.ShortestWindow);
        Assert.Equal(UsageSampler.ShortestWindow, (await late).Window);
    }

    [Fact]
    public void Figures_of_the_machine_come_from_the_kernels_files()
    {
        var usage = MachineUsage.Parse("cpu  100 20 30 999 5 6 7 8 9 0", ["MemTotal:       1000 kB", "MemFree: 1 kB", "MemAvailable:    400 kB"], Start);
        Assert.Equal(new MachineUsage(Start, 163 * 10_000_000L, 600 * 1024, 400 * 1024), usage);
        Assert.Equal((70_000_000, 3 * 4096), ProcessUsage.Parse("42 (a ) b) S 1 2 3 4 5 6 7 8 9 10 3 4 0 0 20 0 5 0 100 99999 3 18446744073709551615", 4096));
        Assert.Null(ProcessUsage.Parse("42 (x) S 1", 4096));
    }

    [Fact]
    public void The_summary_is_kubelets_and_leaves_out_what_is_no_pod_of_the_node()
    {
        var report = new UsageReport(Machine(10, 7), TimeSpan.FromSeconds(10), 5, [new ContainerRate(Container("a", 10, 3), TimeSpan.FromSeconds(10), 2), new ContainerRate(Container("b", 10, 4, pod: "gone"), default, null)]);
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "n", Uid = "uid" } };
        var summary = StatsSummary.Of("node", report, [pod]);
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(summary, StatsJson.Default.StatsSummary));
        var container = Assert.Single(Assert.Single(json.RootElement.GetProperty("pods").EnumerateArray()).GetProperty("containers").EnumerateArray());
        Assert.Equal(2, container.GetProperty("cpu").GetProperty("usageNanoCores").GetInt64());
        Assert.Equal("node", json.RootElement.GetProperty("node").GetProperty("nodeName").GetString());
        Assert.Contains("container_cpu_usage_seconds_total{container=\"main\",namespace=\"n\",pod=\"p\"} 3E-09 1767225610000\n", ResourceMetrics.Of(summary), StringComparison.Ordinal);
    }

    private static MachineUsage Machine(int second, long cpu) => new(Start.AddSeconds(second), cpu, 1, 1);

    private static ContainerUsage Container(string id, int second, long cpu, string pod = "uid") => new(pod, "main", id, Start.AddSeconds(second), cpu, 100);

    private sealed class Counting(TimeProvider time) : IPodRuntime, IMeasuredRuntime
    {
        public int Asked { get; private set; }

        public RuntimeIdentity Identity { get; } = new("counting", "", "");

        public Task<IReadOnlyList<ContainerUsage>> MeasureAsync(CancellationToken cancel) =>
            Task.FromResult<IReadOnlyList<ContainerUsage>>([new ContainerUsage("uid", "main", "id", time.GetUtcNow(), ++Asked, 1)]);

        public Task<RuntimeHealth> ProbeAsync(CancellationToken cancel) => throw new NotSupportedException();

        public Task<IReadOnlyList<ObservedSandbox>> ListAsync(CancellationToken cancel) => throw new NotSupportedException();

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
